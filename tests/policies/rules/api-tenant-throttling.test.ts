import { expect } from "chai";
import { apiTenantThrottling as rule } from "../../../policies/rules/api-tenant-throttling.ts";
import {
	answers,
	expectAccepts,
	expectFails,
	firstFault,
	open,
	ref,
	resource,
	UNKNOWN,
} from "../../support/policies.ts";
import { exceptionTo } from "../../support/policies-exceptions.ts";
import { both, changed, happy, key, link, plan, settings, without } from "../../support/policies-throttling.ts";

describe("policies/rules/api-tenant-throttling", () => {
	it("has nothing to say of a stack without an API", () => {
		expect(answers(rule, [resource("aws:sqs/queue:Queue", "jobs")])).to.deep.equal([]);
	});

	it("accepts an API with limits, a plan, a key and methods that demand it", () => expectAccepts(rule, happy));

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

	it("honours an exception to a finding, and to its parts", () => {
		const exceptions = [exceptionTo("api-tenant-throttling/usage-plan", "*")];
		const specs = changed(plan({ quotaSettings: undefined }));
		expect(open(rule, specs, { config: { exceptions } })).to.deep.equal([]);
	});
});
