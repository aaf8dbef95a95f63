import { expect } from "chai";
import { apiTenantThrottling as rule } from "../../../../policies/rules/api-tenant-throttling.ts";
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
} from "../../../support/policies.ts";
import { api, both, changed, method, settings, without } from "../../../support/policies-throttling.ts";

describe("policies/rules/api-tenant-throttling, stage-limits", () => {
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
