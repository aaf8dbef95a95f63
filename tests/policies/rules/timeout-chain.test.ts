import { expect } from "chai";
import { timeoutChain as rule } from "../../../policies/rules/timeout-chain.ts";
import {
	answers,
	expectAccepts,
	expectFails,
	firstFault,
	json,
	open,
	type ResourceSpec,
	ref,
	resource,
	UNKNOWN,
} from "../../support/policies.ts";
import { exceptionTo } from "../../support/policies-exceptions.ts";
import { api, fn, integration } from "../../support/policies-timeouts.ts";

const queue = (props: Record<string, unknown> = {}) => resource("aws:sqs/queue:Queue", "jobs", props);
const mapping = (props: Record<string, unknown> = {}) =>
	resource("aws:lambda/eventSourceMapping:EventSourceMapping", "settle-jobs", {
		eventSourceArn: ref(queue(), "arn"),
		functionName: ref(fn("settle"), "arn"),
		...props,
	});
const machine = (definition: unknown, props: Record<string, unknown> = {}) =>
	resource("aws:sfn/stateMachine:StateMachine", "train", { definition: json(definition), ...props });
const task = (seconds: number | undefined, next?: string) => ({
	Type: "Task",
	Resource: "arn:aws:states:::ecs:runTask.sync",
	...(seconds === undefined ? {} : { TimeoutSeconds: seconds }),
	...(next === undefined ? { End: true } : { Next: next }),
});

describe("policies/rules/timeout-chain", () => {
	it("has nothing to say of a stack where nothing waits", () => {
		expect(answers(rule, [fn("score"), queue()])).to.deep.equal([]);
	});

	describe("visibility", () => {
		const stack = (visibility: number | undefined, timeout: number | undefined, window?: number): ResourceSpec[] => [
			queue(visibility === undefined ? {} : { visibilityTimeoutSeconds: visibility }),
			fn("settle", timeout === undefined ? {} : { timeout }),
			mapping(window === undefined ? {} : { maximumBatchingWindowInSeconds: window }),
		];

		it("accepts exactly six times the timeout and the window", () => {
			expectAccepts(rule, stack(185, 30, 5));
			expectAccepts(rule, stack(undefined, 5));
			expectAccepts(rule, stack(18, undefined));
		});

		it("rejects a second less, with the sum", () => {
			expectFails(rule, stack(184, 30, 5), ["jobs (visibility)"]);
			expectFails(rule, stack(undefined, 6), ["jobs (visibility)"]);
			expectFails(rule, stack(17, undefined), ["jobs (visibility)"]);
			expect(firstFault(rule, stack(60, 30, 5))).to.deep.equal({
				what: 'hides messages for 60 s, under the 185 s that Function "settle" needs (6 × 30 s timeout + 5 s batching window)',
				fix: "Set visibilityTimeoutSeconds to 185 or more.",
			});
		});

		it("joins by literal ARNs and names as well", () => {
			const specs = [
				queue({ name: "jobs", visibilityTimeoutSeconds: 60 }),
				fn("settle", { name: "settle-fn", timeout: 30 }),
				mapping({
					eventSourceArn: "arn:aws:sqs:us-east-1:123456789012:jobs",
					functionName: "arn:aws:lambda:us-east-1:123456789012:function:settle-fn:live",
				}),
			];
			expectFails(rule, specs, ["jobs (visibility)"]);
		});

		it("follows an alias to its function", () => {
			const alias = resource("aws:lambda/alias:Alias", "live", { functionName: ref(fn("settle"), "name") });
			const specs = [...stack(60, 30).slice(0, 2), alias, mapping({ functionName: ref(alias, "arn") })];
			expectFails(rule, specs, ["jobs (visibility)"]);
		});

		it("has nothing to say of a stream, or of a function elsewhere", () => {
			const stream = resource("aws:kinesis/stream:Stream", "clicks");
			expect(answers(rule, [stream, fn("settle"), mapping({ eventSourceArn: ref(stream, "arn") })])).to.deep.equal([]);
			expect(answers(rule, [queue(), mapping({ functionName: "elsewhere" })])).to.deep.equal([]);
		});

		it("cannot tell while a number is not known", () => {
			const specs = [queue({ visibilityTimeoutSeconds: UNKNOWN }), fn("settle", { timeout: 30 }), mapping()];
			expect(open(rule, specs, { run: "preview" })).to.deep.equal(["cannot tell jobs (visibility)"]);
		});
	});

	describe("api", () => {
		it("accepts an integration that waits as long as its function, by default 29 s", () => {
			expectAccepts(rule, [api, integration(), fn("score", { timeout: 29 })]);
			expectAccepts(rule, [api, integration({ timeoutMilliseconds: 1500 }), fn("score", { timeout: 1 })]);
		});

		it("rejects one that gives up first", () => {
			expectFails(rule, [api, integration(), fn("score", { timeout: 30 })], ["post-score (api)"]);
			const short = [api, integration({ timeoutMilliseconds: 2000 }), fn("score")];
			expectFails(rule, short, ["post-score (api)"]);
			expect(firstFault(rule, short)?.what).to.equal('waits 2 s for Function "score", which may take 3 s');
		});

		it("knows the 30 s of HTTP APIs", () => {
			const http = resource("aws:apigatewayv2/api:Api", "api", { protocolType: "HTTP" });
			const to = (timeout: number) => [
				http,
				resource("aws:apigatewayv2/integration:Integration", "score", {
					apiId: ref(http, "id"),
					integrationType: "AWS_PROXY",
					integrationUri: ref(fn("score"), "arn"),
				}),
				fn("score", { timeout }),
			];
			expectAccepts(rule, to(30));
			expectFails(rule, to(31), ["score (api)"]);
		});
	});

	it("rejects a load balancer that hangs up first", () => {
		const balancer = resource("aws:lb/loadBalancer:LoadBalancer", "door");
		const group = resource("aws:lb/targetGroup:TargetGroup", "score", { targetType: "lambda" });
		const specs = (timeout: number) => [
			balancer,
			group,
			resource("aws:lb/listener:Listener", "https", {
				loadBalancerArn: ref(balancer, "arn"),
				defaultActions: [{ type: "forward", targetGroupArn: ref(group, "arn") }],
			}),
			resource("aws:lb/targetGroupAttachment:TargetGroupAttachment", "score", {
				targetGroupArn: ref(group, "arn"),
				targetId: ref(fn("score"), "arn"),
			}),
			fn("score", { timeout }),
		];
		expectAccepts(rule, specs(60));
		expectFails(rule, specs(61), ["door (load-balancer)"]);
		expect(firstFault(rule, specs(61))?.fix).to.match(/^Raise idleTimeout to at least 61 s/);
	});

	it("rejects a CDN that gives up before the API does", () => {
		const cdn = (readTimeout: number) => [
			api,
			integration(),
			fn("score", { timeout: 10 }),
			resource("aws:cloudfront/distribution:Distribution", "cdn", {
				origins: [
					{
						domainName: { $concat: [ref(api, "id"), ".execute-api.us-east-1.amazonaws.com"] },
						originId: "api",
						customOriginConfig: { originReadTimeout: readTimeout },
					},
				],
			}),
		];
		expectAccepts(rule, cdn(29));
		expectFails(rule, cdn(28), ["cdn (cdn)"]);
	});

	it("rejects a function that may not outlast the function it calls", () => {
		const role = resource("aws:iam/role:Role", "front");
		const specs = (timeout: number) => [
			role,
			resource("aws:iam/rolePolicy:RolePolicy", "front", {
				role: ref(role, "name"),
				policy: json({
					Statement: [{ Effect: "Allow", Action: "lambda:InvokeFunction", Resource: ref(fn("score"), "arn") }],
				}),
			}),
			fn("front", { role: ref(role, "arn"), timeout }),
			fn("score", { timeout: 10 }),
		];
		expectAccepts(rule, specs(10));
		expectFails(rule, specs(9), ["front (downstream)"]);
	});

	describe("workflow", () => {
		const definition = (limit: number | undefined, second: number | undefined = 60) => ({
			StartAt: "Train",
			...(limit === undefined ? {} : { TimeoutSeconds: limit }),
			States: {
				Train: task(100, "Settle"),
				Settle: { Type: "Wait", Seconds: 20, Next: "Report" },
				Report: task(second),
			},
		});

		it("accepts one that lasts as long as its tasks and waits", () => {
			expectAccepts(rule, [machine(definition(180))]);
		});

		it("rejects one that ends before them, with the sum", () => {
			expectFails(rule, [machine(definition(179))], ["train (workflow)"]);
			expect(firstFault(rule, [machine(definition(179))])?.what).to.equal(
				"ends after 179 s, under the 180 s that its tasks may take on the longest path (Train 100 + Settle 20 + Report 60 s; retries apart)",
			);
		});

		it("lists six terms of the sum, and counts the others", () => {
			const names = ["A", "B", "C", "D", "E", "F", "G", "H"];
			const States = Object.fromEntries(names.map((name, i) => [name, task(10, names[i + 1])]));
			expect(firstFault(rule, [machine({ StartAt: "A", TimeoutSeconds: 79, States })])?.what).to.contain(
				"the 80 s that its tasks may take on the longest path (A 10 + B 10 + C 10 + D 10 + E 10 + F 10 + 2 more s;",
			);
		});

		it("lists all of six terms, and none that takes no time", () => {
			const names = ["A", "B", "C", "D", "E", "F"];
			const States = {
				Start: { Type: "Pass", Next: "A" },
				...Object.fromEntries(names.map((name, i) => [name, task(10, names[i + 1])])),
			};
			expect(firstFault(rule, [machine({ StartAt: "Start", TimeoutSeconds: 59, States })])?.what).to.equal(
				"ends after 59 s, under the 60 s that its tasks may take on the longest path (A 10 + B 10 + C 10 + D 10 + E 10 + F 10 s; retries apart)",
			);
		});

		it("takes the longer of two branches, and of parallel ones", () => {
			const branching = {
				StartAt: "Which",
				TimeoutSeconds: 60,
				States: {
					Which: {
						Type: "Choice",
						Choices: [{ Variable: "$.x", BooleanEquals: true, Next: "Long" }],
						Default: "Short",
					},
					Short: task(10),
					Long: {
						Type: "Parallel",
						End: true,
						Branches: [
							{ StartAt: "A", States: { A: task(61) } },
							{ StartAt: "B", States: { B: task(5) } },
						],
					},
				},
			};
			expectFails(rule, [machine(branching)], ["train (workflow)"]);
		});

		it("takes a loop's round once", () => {
			const loop = {
				StartAt: "Judge",
				TimeoutSeconds: 30,
				States: {
					Judge: task(10, "Again"),
					Again: { Type: "Choice", Choices: [{ Next: "Judge" }], Default: "Done" },
					Done: { Type: "Succeed" },
				},
			};
			expectAccepts(rule, [machine(loop)]);
		});

		it("has nothing to say where no time is stated", () => {
			expect(answers(rule, [machine(definition(undefined))])).to.deep.equal([]);
			const untimed = { StartAt: "Train", TimeoutSeconds: 5, States: { Train: task(undefined) } };
			expect(answers(rule, [machine(untimed)])).to.deep.equal([]);
		});

		it("knows that Express ends after five minutes", () => {
			const long = { StartAt: "Train", States: { Train: task(301) } };
			expectFails(rule, [machine(long, { type: "EXPRESS" })], ["train (workflow)"]);
			const more = { ...long, TimeoutSeconds: 900 };
			expectFails(rule, [machine(more, { type: "EXPRESS" })], ["train (workflow)"]);
			const less = { TimeoutSeconds: 20, StartAt: "Train", States: { Train: task(21) } };
			expectFails(rule, [machine(less, { type: "EXPRESS" })], ["train (workflow)"]);
			expect(firstFault(rule, [machine(less, { type: "EXPRESS" })])?.fix).to.match(/make it a Standard workflow\.$/);
		});

		it("cannot tell of a definition that is not known before the update", () => {
			const unknown = resource("aws:sfn/stateMachine:StateMachine", "train", { definition: UNKNOWN });
			expect(open(rule, [unknown], { run: "preview" })).to.deep.equal(["cannot tell train (workflow)"]);
		});

		it("is not troubled by a malformed definition", () => {
			const specs = [resource("aws:sfn/stateMachine:StateMachine", "train", { definition: "{not json" })];
			expect(answers(rule, specs)).to.deep.equal([]);
		});
	});

	it("honours an exception to one finding", () => {
		const exceptions = [exceptionTo("timeout-chain/api", "post-score")];
		const specs = [api, integration(), fn("score", { timeout: 30 })];
		expect(open(rule, specs, { config: { exceptions } })).to.deep.equal([]);
	});
});
