import { expect } from "chai";
import { apiTenantThrottling as rule } from "../../../policies/rules/api-tenant-throttling.ts";
import {
	answers,
	concat,
	expectAccepts,
	expectFails,
	firstFault,
	open,
	type ResourceSpec,
	ref,
	resource,
	UNKNOWN,
} from "../../support/policies.ts";
import { exceptionTo } from "../../support/policies-exceptions.ts";

const api = resource("aws:apigateway/restApi:RestApi", "api");
const stage = resource("aws:apigateway/stage:Stage", "prod", { restApi: ref(api, "id"), stageName: "prod" });
const method = (props: Record<string, unknown> = {}) =>
	resource("aws:apigateway/method:Method", "post-score", {
		restApi: ref(api, "id"),
		httpMethod: "POST",
		apiKeyRequired: true,
		...props,
	});
const settings = (limits: Record<string, unknown>, methodPath = "*/*") =>
	resource("aws:apigateway/methodSettings:MethodSettings", `settings-of-${methodPath}`, {
		restApi: ref(api, "id"),
		stageName: ref(stage, "stageName"),
		methodPath,
		settings: limits,
	});
const plan = (props: Record<string, unknown> = {}) =>
	resource("aws:apigateway/usagePlan:UsagePlan", "acme", {
		apiStages: [{ apiId: ref(api, "id"), stage: ref(stage, "stageName") }],
		throttleSettings: { rateLimit: 10, burstLimit: 20 },
		quotaSettings: { limit: 1000, period: "DAY" },
		...props,
	});
const key = resource("aws:apigateway/apiKey:ApiKey", "acme-key");
const link = resource("aws:apigateway/usagePlanKey:UsagePlanKey", "acme-link", {
	keyId: ref(key, "id"),
	keyType: "API_KEY",
	usagePlanId: ref(plan(), "id"),
});
const both = { throttlingRateLimit: 100, throttlingBurstLimit: 200 };
const happy: ResourceSpec[] = [api, stage, method(), settings(both), plan(), key, link];
const without = (...left: ResourceSpec[]) =>
	happy.filter((each) => !left.some(({ type, name }) => each.type === type && each.name === name));
const changed = (...by: ResourceSpec[]) => [...without(...by), ...by];

describe("policies/rules/api-tenant-throttling", () => {
	it("has nothing to say of a stack without an API", () => {
		expect(answers(rule, [resource("aws:sqs/queue:Queue", "jobs")])).to.deep.equal([]);
	});

	it("accepts an API with limits, a plan, a key and methods that demand it", () => expectAccepts(rule, happy));

	describe("stage-limits", () => {
		it("rejects a stage without settings, or with one limit only", () => {
			expectFails(rule, without(settings(both)), ["prod (stage-limits)"]);
			for (const limits of [
				{ throttlingRateLimit: 100 },
				{ throttlingBurstLimit: 200 },
				{ ...both, throttlingRateLimit: -1 },
			])
				expectFails(rule, changed(settings(limits)), ["prod (stage-limits)"]);
		});

		it("accepts limits on each method by itself, and rejects them on some", () => {
			const second = { ...method(), name: "get-score" };
			const one = [...without(settings(both)), settings(both, "score/POST")];
			expectAccepts(rule, one);
			expectFails(rule, [...one, second], ["prod (stage-limits)"]);
		});

		describe("method by method", () => {
			const at = (name: string, parentId: unknown, pathPart: string) =>
				resource("aws:apigateway/resource:Resource", name, { restApi: ref(api, "id"), parentId, pathPart });
			const v1 = at("v1", ref(api, "rootResourceId"), "v1");
			const id = at("id", ref(v1, "id"), "{id}");
			const on = (of: ResourceSpec, httpMethod: string) => ({
				...method({ resourceId: ref(of, "id"), httpMethod }),
				name: `${httpMethod} ${of.name}`,
			});
			const base = [...without(settings(both), method()), v1, id];

			it("accepts settings under the method's own path, however it is written", () => {
				for (const path of ["v1/{id}/ANY", "/v1/{id}/ANY", "v1~1{id}/ANY"])
					expectAccepts(rule, [...base, on(id, "ANY"), settings(both, path)]);
				const root = method({ resourceId: ref(api, "rootResourceId"), httpMethod: "GET" });
				expectAccepts(rule, [...base, root, settings(both, "~1/GET")]);
				const made = {
					...settings(both),
					props: { ...settings(both).props, methodPath: concat(ref(id, "path"), "/ANY") },
				};
				expectAccepts(rule, [...base, on(id, "ANY"), made]);
			});

			it("rejects settings for a path or verb that the API does not have", () => {
				for (const path of ["v2/{id}/ANY", "{id}/ANY", "v1/{id}/GET", "v1/ANY"])
					expectFails(rule, [...base, on(id, "ANY"), settings(both, path)], ["prod (stage-limits)"]);
			});

			it("names the methods that are left bare, and the half that is missing", () => {
				const some = [...base, on(v1, "GET"), on(id, "POST"), settings(both, "v1/GET")];
				expectFails(rule, some, ["prod (stage-limits)"]);
				expect(firstFault(rule, some)?.what).to.equal(
					"limits some of its methods only: POST /v1/{id} have the account's rate and burst",
				);
				expect(firstFault(rule, changed(settings({ throttlingRateLimit: 100 })))?.what).to.equal(
					"has no throttlingBurstLimit in its throttle: that half is the account's",
				);
			});

			it("rejects a method that is set back under limits for all, and no other path", () => {
				const none = { throttlingRateLimit: -1, throttlingBurstLimit: -1 };
				const back = (path: string) => [...base, on(id, "POST"), settings(both), settings(none, path)];
				expectFails(rule, back("v1/{id}/POST"), ["prod (stage-limits)"]);
				expect(firstFault(rule, back("v1/{id}/POST"))?.what).to.contain("sets POST /v1/{id} back to the account's");
				expectAccepts(rule, back("v3/POST"));
				expect(open(rule, back(UNKNOWN), { run: "preview" })).to.deep.equal(["cannot tell prod (stage-limits)"]);
			});
		});

		it("does not take another stage's settings", () => {
			const other = { ...settings(both), props: { ...settings(both).props, stageName: "test" } };
			expectFails(rule, changed(other), ["prod (stage-limits)"]);
		});

		it("cannot tell of a limit that is not known before the update", () => {
			const specs = changed(settings({ ...both, throttlingRateLimit: UNKNOWN }));
			expect(open(rule, specs, { run: "preview" })).to.deep.equal(["cannot tell prod (stage-limits)"]);
		});

		it("accepts limits of 0, which let nothing through, and rejects none on an API without methods", () => {
			expectAccepts(rule, changed(settings({ throttlingRateLimit: 0, throttlingBurstLimit: 0 })));
			expectFails(rule, without(settings(both), method()), ["prod (stage-limits)"]);
		});

		it("judges settings for all methods of a stage that is not in the stack, and no other settings", () => {
			const elsewhere = (methodPath: string, limits: object) =>
				resource("aws:apigateway/methodSettings:MethodSettings", "elsewhere", {
					restApi: "a1b2c3",
					stageName: "live",
					methodPath,
					settings: limits,
				});
			expect(answers(rule, [elsewhere("*/*", both)])).to.deep.equal(["pass elsewhere (stage-limits)"]);
			expectFails(rule, [elsewhere("*/*", { metricsEnabled: true })], ["elsewhere (stage-limits)"]);
			expect(answers(rule, [elsewhere("score/POST", both)])).to.deep.equal([]);
		});

		it("judges the default route of an HTTP API, or each of its routes", () => {
			const http = resource("aws:apigatewayv2/api:Api", "http", { protocolType: "HTTP" });
			const route = resource("aws:apigatewayv2/route:Route", "score", {
				apiId: ref(http, "id"),
				routeKey: "POST /score",
			});
			const httpStage = (props: Record<string, unknown>) => [
				http,
				route,
				resource("aws:apigatewayv2/stage:Stage", "live", { apiId: ref(http, "id"), ...props }),
			];
			const noPlan = "live (usage-plan)";
			expectFails(rule, httpStage({ defaultRouteSettings: both }), [noPlan]);
			expectFails(rule, httpStage({ routeSettings: [{ routeKey: "POST /score", ...both }] }), [noPlan]);
			expectFails(rule, httpStage({}), ["live (stage-limits)", noPlan]);
			expectFails(rule, httpStage({ routeSettings: [{ routeKey: "POST /score" }] }), ["live (stage-limits)", noPlan]);
			const negative = { routeKey: "POST /score", throttlingRateLimit: -1, throttlingBurstLimit: -1 };
			expectFails(rule, httpStage({ routeSettings: [negative] }), ["live (stage-limits)", noPlan]);
			const nothing = { ...negative, throttlingRateLimit: 0, throttlingBurstLimit: 0 };
			expectFails(rule, httpStage({ routeSettings: [nothing] }), [noPlan]);
			const unknown = httpStage({ routeSettings: UNKNOWN });
			expect(open(rule, unknown, { run: "preview" })).to.deep.equal([
				"cannot tell live (stage-limits)",
				`fail ${noPlan}`,
			]);
			const routeless = httpStage({}).filter(({ name }) => name !== "score");
			expectFails(rule, routeless, ["live (stage-limits)", noPlan]);
		});
	});

	it("judges the stage that AWS makes for an HTTP API with a target", () => {
		const quick = resource("aws:apigatewayv2/api:Api", "quick", { protocolType: "HTTP", target: "any" });
		expectFails(rule, [quick], ["quick (stage-limits)", "quick (usage-plan)"]);
		const own = resource("aws:apigatewayv2/stage:Stage", "live", {
			apiId: ref(quick, "id"),
			defaultRouteSettings: both,
		});
		expectFails(rule, [quick, own], ["live (usage-plan)"]);
	});

	it("does not call a WebSocket API an HTTP API", () => {
		const socket = resource("aws:apigatewayv2/api:Api", "socket", { protocolType: "WEBSOCKET" });
		const live = resource("aws:apigatewayv2/stage:Stage", "live", {
			apiId: ref(socket, "id"),
			defaultRouteSettings: both,
		});
		expect(firstFault(rule, [socket, live])).to.deep.equal({
			what: "belongs to a WebSocket API, of which no usage plan is read",
			fix: "Except the finding and name the limiter per tenant that you have.",
		});
	});

	describe("usage-plan", () => {
		it("rejects a stage in no plan", () => {
			expectFails(rule, without(plan(), link), ["prod (usage-plan)"]);
		});

		it("rejects a stage whose only plan is for another stage or API of the same names", () => {
			const elsewhere = plan({ apiStages: [{ apiId: "other", stage: "test" }] });
			expectFails(rule, changed(elsewhere), ["prod (usage-plan)"]);
			const other = resource("aws:apigateway/restApi:RestApi", "other");
			const sameName = plan({ apiStages: [{ apiId: ref(other, "id"), stage: "prod" }] });
			expect(open(rule, [...changed(sameName), other], { run: "applied" })).to.deep.equal(["fail prod (usage-plan)"]);
		});

		it("tells APIs by their literal ids, in the plan and on the stage", () => {
			const foreign = changed(plan({ apiStages: [{ apiId: "abc123", stage: "prod" }] }));
			expectFails(rule, foreign, ["prod (usage-plan)"]);
			const literal = (apiId: string) => [
				resource("aws:apigateway/stage:Stage", "prod", { restApi: "abc123", stageName: "prod" }),
				settings(both),
				plan({ apiStages: [{ apiId, stage: "prod" }] }),
				key,
				link,
			];
			expect(open(rule, literal("abc123"))).to.not.include("fail prod (usage-plan)");
			expect(open(rule, literal("def456"))).to.include("fail prod (usage-plan)");
		});

		it("rejects a plan without rate, burst or quota, naming what it lacks", () => {
			expectFails(rule, changed(plan({ quotaSettings: undefined })), ["acme (usage-plan/limits)"]);
			const specs = changed(plan({ throttleSettings: { rateLimit: 10 } }));
			expect(firstFault(rule, specs)?.what).to.equal("does not limit throttleSettings.burstLimit");
			const none = changed(plan({ throttleSettings: undefined }));
			expect(firstFault(rule, none)).to.deep.equal({
				what: "does not limit throttleSettings.rateLimit, throttleSettings.burstLimit",
				fix: "Set throttleSettings.rateLimit, throttleSettings.burstLimit.",
			});
		});

		it("rejects a plan whose limit is 0 or less, and cannot tell of one that is not known", () => {
			for (const limit of [0, -1])
				expectFails(rule, changed(plan({ quotaSettings: { limit, period: "DAY" } })), ["acme (usage-plan/limits)"]);
			const specs = changed(plan({ quotaSettings: { limit: UNKNOWN, period: "DAY" } }));
			expect(open(rule, specs, { run: "preview" })).to.deep.equal(["cannot tell acme (usage-plan/limits)"]);
		});

		it("cannot tell while what the plan lists is not known", () => {
			const specs = changed(plan({ apiStages: UNKNOWN }));
			expect(open(rule, specs, { run: "preview" })).to.deep.equal(["cannot tell prod (usage-plan)"]);
		});
	});

	describe("tenant-key", () => {
		it("rejects a plan without a key", () => {
			expectFails(rule, without(link), ["acme (tenant-key)"]);
		});

		it("says so once of a plan on two stages", () => {
			const second = resource("aws:apigateway/stage:Stage", "test", { restApi: ref(api, "id"), stageName: "test" });
			const onBoth = plan({
				apiStages: [stage, second].map((each) => ({ apiId: ref(api, "id"), stage: ref(each, "stageName") })),
				quotaSettings: undefined,
			});
			const limits = { ...settings(both), name: "second", props: { ...settings(both).props, stageName: "test" } };
			expectFails(
				rule,
				[...without(link, plan()), second, onBoth, limits],
				["acme (tenant-key)", "acme (usage-plan/limits)"],
			);
		});

		it("takes a disabled key for none", () => {
			const disabled = { ...key, props: { enabled: false } };
			expectFails(rule, changed(disabled), ["acme (tenant-key)"]);
		});

		it("rejects fewer keys than tenants, naming who has none", () => {
			const config = { tenants: [{ name: "acme" }, { name: "globex" }] };
			expectFails(rule, happy, ["prod (tenant-key)"], config);
			expect(firstFault(rule, happy, { config })?.what).to.equal("has 1 key(s) for 2 tenants; none for globex");
		});

		it("finds a tenant in a key's name in AWS, and says when names tell nothing", () => {
			const named = { ...key, name: "first", props: { name: "key-of-acme" } };
			const toIt = { ...link, props: { ...link.props, keyId: ref(named, "id") } };
			const specs = [...without(key, link), named, toIt];
			const config = { tenants: [{ name: "acme" }, { name: "globex" }, { name: "initech" }] };
			expect(firstFault(rule, specs, { config })?.what).to.equal(
				"has 1 key(s) for 3 tenants; none for globex, initech",
			);
			const alike = { tenants: [{ name: "acme" }, { name: "acm" }] };
			expect(firstFault(rule, specs, { config: alike })?.what).to.equal("has 1 key(s) for 2 tenants; none for some");
			const nameless = { tenants: [{ name: "acme" }, { name: "Stryker" }] };
			expect(firstFault(rule, happy, { config: nameless })?.what).to.contain("none for Stryker");
		});

		it("tells two keys' tenants apart", () => {
			const second = { ...key, name: "globex-key" };
			const toIt = { ...link, name: "globex-link", props: { ...link.props, keyId: ref(second, "id") } };
			const config = { tenants: [{ name: "acme" }, { name: "globex" }, { name: "initech" }] };
			expect(firstFault(rule, [...happy, second, toIt], { config })?.what).to.contain(
				"2 key(s) for 3 tenants; none for initech",
			);
		});

		it("cannot tell of a demand that is not known before the update", () => {
			const specs = changed(method({ apiKeyRequired: UNKNOWN }));
			expect(open(rule, specs, { run: "preview" })).to.deep.equal(["cannot tell post-score (tenant-key)"]);
		});

		it("rejects a method that demands no key, preflights apart", () => {
			expectFails(rule, changed(method({ apiKeyRequired: false })), ["post-score (tenant-key)"]);
			expectAccepts(rule, [
				...happy,
				{ ...method({ httpMethod: "OPTIONS", apiKeyRequired: false }), name: "preflight" },
			]);
		});
	});

	it("honours an exception to a finding, and to its parts", () => {
		const exceptions = [exceptionTo("api-tenant-throttling/usage-plan", "*")];
		const specs = changed(plan({ quotaSettings: undefined }));
		expect(open(rule, specs, { config: { exceptions } })).to.deep.equal([]);
	});
});
