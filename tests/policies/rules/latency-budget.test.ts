import { expect } from "chai";
import { latencyBudget as rule } from "../../../policies/rules/latency-budget.ts";
import {
	answers,
	expectAccepts,
	expectFails,
	firstFault,
	judge,
	open,
	ref,
	resource,
	UNKNOWN,
} from "../../support/policies.ts";
import { balanced, functionUrl, httpApi, restApi, scoring } from "../../support/policies-endpoints.ts";
import { exceptionTo } from "../../support/policies-exceptions.ts";

const tags = { model: "tumour-risk" };
const budget = { featuresMs: 40, modelMs: 60, restMs: 50 };
const config = (change: Record<string, unknown> = {}) => ({
	models: [{ name: "tumour-risk", serve: "realtime", slo: { p95Ms: 150 }, budget, ...change }],
});
const fn = scoring({ tags });
const endpoint = [fn, ...restApi(fn)];
const bare = scoring();

describe("policies/rules/latency-budget", () => {
	it("has nothing to say of a stack in which nobody waits", () => {
		expect(answers(rule, [resource("aws:sqs/queue:Queue", "jobs"), bare])).to.deep.equal([]);
	});

	it("accepts hops that sum to exactly the p95", () => {
		expectAccepts(rule, endpoint, config());
		expectAccepts(rule, endpoint, config({ slo: { p95Ms: 0.3 }, budget: { featuresMs: 0.1, modelMs: 0.2 } }));
	});

	it("rejects hops that sum to more, with the sum", () => {
		const over = config({ slo: { p95Ms: 149 } });
		expectFails(rule, endpoint, ["score (sum)"], over);
		expect(firstFault(rule, endpoint, { config: over })).to.deep.equal({
			what: 'answers for model "tumour-risk", whose hops sum to 150 ms (featuresMs 40 + modelMs 60 + restMs 50), over slo.p95Ms of 149 ms',
			fix: "Shorten a hop, or loosen slo.p95Ms.",
		});
	});

	it("rejects one hop alone over the p95, or below 0 to make the sum fit", () => {
		expectFails(rule, endpoint, ["score (hop)"], config({ budget: { modelMs: 200 } }));
		expectFails(rule, endpoint, ["score (hop)"], config({ budget: { modelMs: 120, featuresMs: 60, restMs: -50 } }));
	});

	it("tells a hop that is too long from one below 0, and accepts one of the whole p95, or of none", () => {
		const whatOf = (hops: Record<string, number>) => firstFault(rule, endpoint, { config: config({ budget: hops }) });
		expect(whatOf({ modelMs: 200 })).to.deep.equal({
			what: 'answers for model "tumour-risk", whose hop modelMs of 200 ms is alone over slo.p95Ms of 150 ms',
			fix: 'Correct modelMs of model "tumour-risk", or loosen slo.p95Ms.',
		});
		expect(whatOf({ modelMs: 120, restMs: -1 })?.what).to.equal(
			'answers for model "tumour-risk", whose hop restMs of -1 ms is below 0',
		);
		expectAccepts(rule, endpoint, config({ budget: { modelMs: 150, restMs: 0 } }));
	});

	it("says which of the two a model lacks", () => {
		const lacks = (change: object) => firstFault(rule, endpoint, { config: config({ ...change }) });
		expect(lacks({ slo: undefined })).to.deep.equal({
			what: 'answers for model "tumour-risk", which declares no slo.p95Ms',
			fix: 'Set slo.p95Ms of model "tumour-risk".',
		});
		expect(lacks({ budget: undefined })).to.deep.equal({
			what: 'answers for model "tumour-risk", which declares no budget',
			fix: 'Set budget of model "tumour-risk", hop by hop: featuresMs, modelMs, restMs.',
		});
	});

	it("rejects a model without a p95 or a budget", () => {
		for (const change of [{ slo: undefined }, { slo: { errorRate: 0.01 } }, { budget: undefined }, { budget: {} }])
			expectFails(rule, endpoint, ["score (undeclared)"], config(change));
	});

	it("takes a model for realtime that does not say how it serves, and asks nothing of queued and batch ones", () => {
		expectFails(rule, endpoint, ["score (undeclared)"], config({ serve: undefined, budget: undefined }));
		for (const serve of ["queued", "batch"]) expectAccepts(rule, endpoint, config({ serve, budget: undefined }));
	});

	it("rejects an endpoint of no declared model, once for each door", () => {
		const other = scoring({}, "rank");
		expectFails(rule, [bare, ...restApi(bare)], ["prod (undeclared)"]);
		expectFails(rule, [bare, ...restApi(bare)], ["prod (undeclared)"], config());
		expectFails(rule, [bare, ...httpApi(bare), other, functionUrl(other)], ["door (undeclared)", "live (undeclared)"]);
		expectFails(rule, [scoring({ tags: { model: "nobody" } }), ...restApi(fn)], ["prod (undeclared)"], config());
		expect(firstFault(rule, [bare, functionUrl(bare)])?.what).to.equal(
			'has callers wait for Function "score", of no declared model and so without a latency budget',
		);
	});

	it("lets the door's tag speak for what answers there", () => {
		expectAccepts(rule, [bare, ...restApi(bare, { stage: { tags } })], config());
		expectAccepts(rule, [bare, ...restApi(bare, { api: { tags } })], config());
		expectAccepts(rule, balanced({ tags }), config());
	});

	it("asks nothing of what all models share, if it says so itself", () => {
		const shared = scoring({ tags: { model: "shared" } });
		expectAccepts(rule, [shared, ...restApi(shared)], config());
		expectFails(
			rule,
			[bare, ...restApi(bare, { api: { tags: { model: "shared" } } })],
			["prod (undeclared)"],
			config(),
		);
	});

	it("asks nothing of an authorizer", () => {
		const guard = scoring({}, "guard");
		const [api = bare, ...rest] = restApi(fn);
		const authorizer = resource("aws:apigateway/authorizer:Authorizer", "guard", {
			restApi: ref(api, "id"),
			authorizerUri: ref(guard, "invokeArn"),
		});
		const permission = resource("aws:lambda/permission:Permission", "guard", {
			function: ref(guard, "name"),
			principal: "apigateway.amazonaws.com",
			sourceArn: ref(api, "executionArn"),
		});
		expectAccepts(rule, [fn, api, ...rest, guard, authorizer, permission], config());
	});

	it("finds the functions in an API's own definition and in its quick target", () => {
		const byBody = resource("aws:apigateway/restApi:RestApi", "inference", {
			body: { $json: { uri: ref(bare, "invokeArn") } },
		});
		expectFails(rule, [bare, byBody], ["inference (undeclared)"]);
		const quick = resource("aws:apigatewayv2/api:Api", "inference", { protocolType: "HTTP", target: ref(bare, "arn") });
		expectFails(rule, [bare, quick], ["inference (undeclared)"]);
	});

	it("finds services behind a load balancer, and the balancer itself where nothing is seen behind it", () => {
		expectFails(rule, balanced(), ["edge (undeclared)"]);
		expectAccepts(rule, balanced({}, { tags }), config());
		expectFails(rule, [resource("aws:alb/loadBalancer:LoadBalancer", "edge")], ["edge (undeclared)"]);
	});

	it("judges a SageMaker endpoint by its own tag or its caller's, unless it is asynchronous", () => {
		const settings = (props: object) =>
			resource("aws:sagemaker/endpointConfiguration:EndpointConfiguration", "settings", { ...props });
		const hosted = (props: object, of: object = {}) => [
			settings(of),
			resource("aws:sagemaker/endpoint:Endpoint", "hosted", {
				endpointConfigName: ref(settings(of), "name"),
				...props,
			}),
		];
		expectFails(rule, hosted({}), ["hosted (undeclared)"]);
		expectAccepts(rule, hosted({ tags }), config());
		expectAccepts(rule, hosted({}, { asyncInferenceConfig: { outputConfig: { s3OutputPath: "s3://results" } } }));
	});

	it("holds a realtime model's function to it that nothing in the stack calls", () => {
		expectFails(rule, [fn], ["score (sum)"], config({ slo: { p95Ms: 100 } }));
		expectAccepts(rule, [fn], config({ serve: "batch", budget: undefined }));
		const jobs = resource("aws:sqs/queue:Queue", "jobs");
		const mapping = resource("aws:lambda/eventSourceMapping:EventSourceMapping", "score-jobs", {
			eventSourceArn: ref(jobs, "arn"),
			functionName: ref(fn, "arn"),
		});
		expectAccepts(rule, [fn, jobs, mapping], config({ slo: { p95Ms: 100 } }));
	});

	it("judges a function once that two doors lead to", () => {
		const verdicts = judge(rule, [...endpoint, functionUrl(fn)], { config: config({ slo: { p95Ms: 100 } }) });
		expect(verdicts.filter(({ answer }) => answer === "fail")).to.have.length(1);
	});

	it("cannot tell of tags that are not known before the update", () => {
		const tagged = scoring({ tags: UNKNOWN });
		expect(open(rule, [tagged, ...restApi(tagged)], { run: "preview", config: config() })).to.deep.equal([
			"cannot tell score (undeclared)",
		]);
	});

	it("honours an exception", () => {
		const exceptions = [exceptionTo("latency-budget/undeclared", "aws:apigateway/*::prod")];
		expect(open(rule, [bare, ...restApi(bare)], { config: { exceptions } })).to.deep.equal([]);
	});
});
