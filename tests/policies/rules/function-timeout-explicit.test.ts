import { expect } from "chai";
import { functionTimeoutExplicit as rule } from "../../../policies/rules/function-timeout-explicit.ts";
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

const fn = (props: Record<string, unknown> = {}) =>
	resource("aws:lambda/function:Function", "score", { role: "any", ...props });
const ofModel = (timeout: number) => fn({ timeout, tags: { model: "tumour-risk" } });
const config = (change: Record<string, unknown> = {}) => ({
	models: [{ name: "tumour-risk", serve: "realtime", slo: { p95Ms: 1500 }, ...change }],
});

describe("policies/rules/function-timeout-explicit", () => {
	it("has nothing to say of a stack without functions", () => {
		expect(answers(rule, [resource("aws:sqs/queue:Queue", "jobs")])).to.deep.equal([]);
	});

	it("accepts a stated timeout", () => expectAccepts(rule, [fn({ timeout: 10 })]));

	it("rejects a timeout left to the default, or stated as it", () => {
		expectFails(rule, [fn()], ["score"]);
		expectFails(rule, [fn({ timeout: 3 })], ["score"]);
	});

	it("accepts a timeout of exactly the model's p95, rounded up to seconds", () => {
		expectAccepts(rule, [ofModel(2)], config());
	});

	it("rejects one over it, with both numbers", () => {
		expectFails(rule, [ofModel(4)], ["score (over-budget)"], config());
		expect(firstFault(rule, [ofModel(4)], { config: config() })).to.deep.equal({
			what: 'may run for 4 s, over the 2 s of model "tumour-risk" (p95 1500 ms, rounded up)',
			fix: "Set timeout to 2.",
		});
	});

	it("skips 3 s, which is Lambda's default, and says so", () => {
		const skipping = config({ slo: { p95Ms: 2500 } });
		expectAccepts(rule, [ofModel(4)], skipping);
		expect(firstFault(rule, [ofModel(5)], { config: skipping })?.what).to.contain(
			'over the 4 s of model "tumour-risk" (p95 2500 ms, rounded up; 3 s is skipped, as it cannot be told from Lambda\'s default)',
		);
	});

	it("never asks for less than a second", () => {
		expectAccepts(rule, [ofModel(1)], config({ slo: { p95Ms: 50 } }));
	});

	it("does not hold a function to the budget that an API calls as an event, for nobody waits", () => {
		const call = (requestParameters: object) =>
			resource("aws:apigateway/integration:Integration", "post", {
				restApi: ref(resource("aws:apigateway/restApi:RestApi", "api"), "id"),
				uri: ref(ofModel(60), "invokeArn"),
				requestParameters,
			});
		expectFails(rule, [ofModel(60), call({})], ["score (over-budget)"], config());
		const event = { "integration.request.header.X-Amz-Invocation-Type": "'Event'" };
		expectAccepts(rule, [ofModel(60), call(event)], config());
	});

	it("holds a function without callers to the budget of a realtime model alone", () => {
		expectAccepts(rule, [ofModel(60)], config({ serve: "batch" }));
		expectAccepts(rule, [ofModel(60)], config({ serve: "queued" }));
	});

	it("holds a model of no declared kind to it like a realtime one, and one without a p95 to nothing", () => {
		expectFails(rule, [ofModel(60)], ["score (over-budget)"], config({ serve: undefined }));
		for (const slo of [undefined, {}, { errorRate: 0.01 }]) {
			expectAccepts(rule, [ofModel(60)], config({ slo }));
			expect(answers(rule, [ofModel(60)], { config: config({ slo }) })).to.deep.equal(["pass score"]);
		}
	});

	it("asks nothing of tags where no model is declared", () => {
		expect(open(rule, [fn({ timeout: 4, tags: UNKNOWN })], { run: "preview" })).to.deep.equal([]);
	});

	it("does not hold what an API hands over to without waiting to it", () => {
		const api = resource("aws:apigateway/restApi:RestApi", "api");
		const integration = (type?: string) =>
			resource("aws:apigateway/integration:Integration", "post", {
				restApi: ref(api, "id"),
				uri: ref(fn(), "invokeArn"),
				...(type ? { requestParameters: { "integration.request.header.X-Amz-Invocation-Type": type } } : {}),
			});
		expectFails(rule, [ofModel(60), api, integration()], ["score (over-budget)"], config());
	});

	it("does not hold a queue's consumer to the budget of the request path", () => {
		const jobs = resource("aws:sqs/queue:Queue", "jobs");
		const mapping = resource("aws:lambda/eventSourceMapping:EventSourceMapping", "score-jobs", {
			eventSourceArn: ref(jobs, "arn"),
			functionName: ref(fn(), "arn"),
		});
		expectAccepts(rule, [ofModel(60), jobs, mapping], config());
	});

	it("holds what an outside caller waits for to it, whatever the model's kind", () => {
		const url = resource("aws:lambda/functionUrl:FunctionUrl", "door", { functionName: ref(fn(), "name") });
		expectFails(rule, [ofModel(60), url], ["score (over-budget)"], config({ serve: "queued" }));
	});

	it("cannot tell of a timeout, or a model, that is not known before the update", () => {
		expect(open(rule, [fn({ timeout: UNKNOWN })], { run: "preview" })).to.deep.equal(["cannot tell score"]);
		const tagged = [fn({ timeout: 4, tags: UNKNOWN })];
		expect(open(rule, tagged, { run: "preview", config: config() })).to.deep.equal(["cannot tell score (over-budget)"]);
	});

	it("honours an exception to one finding alone", () => {
		const exceptions = [exceptionTo("function-timeout-explicit/over-budget", "score")];
		expect(open(rule, [ofModel(4)], { config: { ...config(), exceptions } })).to.deep.equal([]);
		expect(open(rule, [fn()], { config: { ...config(), exceptions } })).to.deep.equal(["fail score"]);
	});
});
