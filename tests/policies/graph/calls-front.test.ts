import { expect } from "chai";
import { callsFromFrontDoors } from "../../../policies/graph/calls-front.ts";
import { concat, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { callsIn } from "../../support/policies-calls.ts";
import { fn } from "../../support/policies-timeouts.ts";

const calls = callsIn(callsFromFrontDoors);
const RUNS = ["raw", "applied", "preview"] as const;

describe("policies/graph/calls-front", () => {
	const score = fn("score");
	const alias = resource("aws:lambda/alias:Alias", "alias", { functionName: ref(score, "name"), name: "live" });
	const jobs = resource("aws:sqs/queue:Queue", "jobs");
	const machine = resource("aws:sfn/stateMachine:StateMachine", "flow");
	const balancer = resource("aws:lb/loadBalancer:LoadBalancer", "edge", { internal: true });
	const listener = (props: Record<string, unknown> = {}) =>
		resource("aws:lb/listener:Listener", "listener", { loadBalancerArn: ref(balancer, "arn"), ...props });
	const rest = resource("aws:apigateway/restApi:RestApi", "rest");
	const http = resource("aws:apigatewayv2/api:Api", "http");
	const onRest = (uri: unknown, props: Record<string, unknown> = {}) =>
		resource("aws:apigateway/integration:Integration", "post", { restApi: ref(rest, "id"), uri, ...props });
	const onHttp = (integrationUri: unknown, props: Record<string, unknown> = {}) =>
		resource("aws:apigatewayv2/integration:Integration", "post", { apiId: ref(http, "id"), integrationUri, ...props });

	describe("of APIs", () => {
		it("wait for a function, by its alias where that is named", () => {
			for (const run of RUNS) {
				expect(calls([rest, score, onRest(ref(score, "invokeArn"))], run), run).to.deep.equal([
					"rest synchronous score via post, from outside",
				]);
				expect(calls([http, score, alias, onHttp(ref(alias, "invokeArn"))], run), run).to.deep.equal([
					"http synchronous score:live via post, from outside",
				]);
			}
			expect(calls([score, onRest(ref(score, "invokeArn"))]), "of an API elsewhere").to.deep.equal([
				"nobody synchronous score via post, from outside",
			]);
			expect(calls([rest, onRest("https://elsewhere.example"), onHttp(UNKNOWN)])).to.deep.equal([]);
		});

		it("do not wait where the integration asks for an event", () => {
			const asking = (key: string, value: string) =>
				calls([rest, score, onRest(ref(score, "invokeArn"), { requestParameters: { other: "'x'", [key]: value } })]);
			const header = "integration.request.header.X-Amz-Invocation-Type";
			const waits = ["rest synchronous score via post, from outside"];
			for (const key of [header, header.toLowerCase()])
				expect(asking(key, "'Event'"), key).to.deep.equal(["rest asynchronous score via post, from outside"]);
			expect(asking(header, "'RequestResponse'")).to.deep.equal(waits);
			expect(asking("integration.request.header.X-Other", "'Event'")).to.deep.equal(waits);
			expect(asking(`my.${header}`, "'Event'")).to.deep.equal(waits);
			expect(asking(`${header}.more`, "'Event'")).to.deep.equal(waits);
		});

		it("hand over to queues, streams, topics and buses, and start workflows", () => {
			for (const type of ["aws:kinesis/stream:Stream", "aws:sns/topic:Topic", "aws:cloudwatch/eventBus:EventBus"]) {
				const to = resource(type, "to");
				expect(calls([rest, to, onRest(ref(to, "arn"))], "preview"), type).to.deep.equal([
					"rest send to via post, from outside",
				]);
			}
			expect(calls([http, machine, onHttp(ref(machine, "arn"))], "preview")).to.deep.equal([
				"http start flow via post, from outside",
			]);
		});

		it("hand over to what their request names, by parameter or template, once", () => {
			const action = "arn:aws:apigateway:us-east-1:sqs:action/SendMessage";
			const live = resource("aws:sqs/queue:Queue", "jobs", {
				url: "https://sqs.us-east-1.amazonaws.com/123456789012/jobs-live",
				name: "jobs-live",
			});
			for (const run of RUNS) {
				expect(
					calls([http, jobs, onHttp(undefined, { requestParameters: { QueueUrl: ref(jobs, "url") } })], run),
				).to.deep.equal(["http send jobs via post, from outside"]);
				const template = concat("Action=SendMessage&QueueUrl=", ref(jobs, "url"), "&MessageBody=$input.body");
				expect(
					calls([rest, jobs, onRest(action, { requestTemplates: { "application/json": template } })], run),
				).to.deep.equal(["rest send jobs via post, from outside"]);
			}
			const literal = `{"url": "https://sqs.us-east-1.amazonaws.com/123456789012/jobs-live", "body": "x"}`;
			expect(calls([rest, live, onRest(action, { requestTemplates: { "application/json": literal } })])).to.deep.equal([
				"rest send jobs via post, from outside",
			]);
			const plain = { requestTemplates: { "application/json": '{"queue": "jobs-live"}' } };
			expect(calls([rest, live, onRest(action, plain)]), "a word is no address").to.deep.equal([]);
			const both = { requestParameters: { a: ref(jobs, "url") }, requestTemplates: { b: ref(jobs, "url") } };
			expect(calls([rest, jobs, onRest(ref(jobs, "arn"), both)], "preview")).to.deep.equal([
				"rest send jobs via post, from outside",
			]);
			const other = { requestParameters: { "integration.request.path.bucket": ref(score, "name") } };
			expect(calls([rest, score, onRest(action, other)], "preview"), "a function is not handed over to").to.deep.equal(
				[],
			);
		});

		it("hand nothing over by an action that takes, looks or waits", () => {
			const template = { requestTemplates: { "application/json": ref(jobs, "url") } };
			const acting = (action: string) =>
				calls([rest, jobs, onRest(`arn:aws:apigateway:us-east-1:sqs:action/${action}`, template)], "applied");
			for (const action of ["ReceiveMessage", "DeleteMessage", "PurgeQueue", "GetQueueUrl"])
				expect(acting(action), action).to.deep.equal([]);
			for (const action of ["SendMessage", "SendMessageBatch"])
				expect(acting(action), action).to.deep.equal(["rest send jobs via post, from outside"]);
			const started = (integrationSubtype: string) =>
				calls([
					http,
					machine,
					onHttp(undefined, { integrationSubtype, requestParameters: { StateMachineArn: ref(machine, "arn") } }),
				]);
			expect(started("StepFunctions-StartExecution")).to.deep.equal(["http start flow via post, from outside"]);
			for (const subtype of [
				"StepFunctions-StartSyncExecution",
				"StepFunctions-StopExecution",
				"StepFunctions-DescribeExecution",
			])
				expect(started(subtype), subtype).to.deep.equal([]);
		});

		it("wait for an endpoint, a load balancer or the one of a listener, directly or through a link", () => {
			const endpoint = resource("aws:sagemaker/endpoint:Endpoint", "model");
			expect(calls([rest, endpoint, onRest(ref(endpoint, "arn"))], "preview")).to.deep.equal([
				"rest synchronous model via post, from outside",
			]);
			const behind = ["http synchronous edge via post, from outside"];
			expect(calls([http, balancer, onHttp(ref(balancer, "arn"))], "preview")).to.deep.equal(behind);
			expect(calls([http, balancer, listener(), onHttp(ref(listener(), "arn"))], "preview")).to.deep.equal(behind);
			const orphan = listener({ loadBalancerArn: "elsewhere" });
			expect(calls([http, balancer, orphan, onHttp(ref(orphan, "arn"))], "preview")).to.deep.equal([
				"http synchronous listener via post, from outside",
			]);
			const link = resource("aws:apigateway/vpcLink:VpcLink", "link", { targetArn: ref(balancer, "arn") });
			const through = onRest("http://internal.example", { connectionId: ref(link, "id") });
			for (const run of RUNS)
				expect(calls([rest, balancer, link, through], run), run).to.deep.equal([
					"rest synchronous edge via post, from outside",
				]);
			const toQueue = resource("aws:apigateway/vpcLink:VpcLink", "link", { targetArn: ref(jobs, "arn") });
			expect(calls([rest, jobs, toQueue, through], "preview")).to.deep.equal([]);
		});
	});

	describe("of load balancers", () => {
		const group = resource("aws:lb/targetGroup:TargetGroup", "models", {
			arn: "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/models/1a2b",
		});
		const forward = { defaultActions: [{ type: "forward", targetGroupArn: ref(group, "arn") }] };
		const attachment = (targetId: unknown) =>
			resource("aws:lb/targetGroupAttachment:TargetGroupAttachment", "attached", {
				targetGroupArn: ref(group, "arn"),
				targetId,
			});
		const service = (props: Record<string, unknown> = {}, name = "server") =>
			resource("aws:ecs/service:Service", name, {
				loadBalancers: [{ targetGroupArn: ref(group, "arn"), containerName: "server" }],
				...props,
			});

		it("are doors to the outside unless they are internal, as far as that is known", () => {
			const door = (props: Record<string, unknown>) =>
				calls([resource("aws:lb/loadBalancer:LoadBalancer", "edge", props)]);
			const fromOutside = ["nobody synchronous edge via edge, from outside"];
			expect(door({})).to.deep.equal(fromOutside);
			expect(door({ internal: false })).to.deep.equal(fromOutside);
			expect(door({ internal: true })).to.deep.equal([]);
			expect(door({ internal: UNKNOWN })).to.deep.equal([]);
		});

		it("wait for the services and functions of the groups that their listeners forward to, in either form", () => {
			const weighted = {
				defaultActions: [{ type: "forward", forward: { targetGroups: [{ arn: ref(group, "arn"), weight: 1 }] } }],
			};
			for (const props of [forward, weighted])
				for (const run of RUNS) {
					expect(calls([balancer, group, listener(props), service()], run), run).to.deep.equal([
						"edge synchronous server via server",
					]);
					expect(
						calls([balancer, group, listener(props), score, attachment(ref(score, "arn"))], run),
						run,
					).to.deep.equal(["edge synchronous score via attached"]);
				}
		});

		it("find a group by its known ARN, among several actions", () => {
			const arn = group.props.arn;
			const literal = (...actions: unknown[]) =>
				calls([
					balancer,
					group,
					listener({ defaultActions: actions }),
					service({ loadBalancers: [{ targetGroupArn: arn }] }),
				]);
			const found = ["edge synchronous server via server"];
			expect(literal({ targetGroupArn: "elsewhere" }, { targetGroupArn: arn })).to.deep.equal(found);
			expect(literal({ targetGroupArn: arn }, { targetGroupArn: arn })).to.deep.equal(found);
			expect(literal({ forward: { targetGroups: [{ arn: "elsewhere" }, { arn }] } })).to.deep.equal(found);
			expect(literal({ targetGroupArn: "elsewhere" })).to.deep.equal([]);
			expect(literal({ targetGroupArn: UNKNOWN })).to.deep.equal([]);
		});

		it("forward by rules of a listener, too", () => {
			const rule = resource("aws:lb/listenerRule:ListenerRule", "rule", {
				listenerArn: ref(listener(), "arn"),
				actions: [{ targetGroupArn: ref(group, "arn") }],
			});
			for (const run of RUNS)
				expect(calls([balancer, group, listener(), rule, service()], run), run).to.deep.equal([
					"edge synchronous server via server",
				]);
			expect(calls([balancer, group, listener({ actions: forward.defaultActions }), service()])).to.deep.equal([]);
			const orphan = { ...rule, props: { ...rule.props, listenerArn: "elsewhere" } };
			expect(calls([balancer, group, orphan, service()])).to.deep.equal(["nobody synchronous server via server"]);
		});

		it("wait for every service of a group, and for no other target", () => {
			expect(calls([balancer, group, listener(forward), service(), service({}, "second")])).to.deep.equal([
				"edge synchronous second via second",
				"edge synchronous server via server",
			]);
			const other = resource("aws:lb/targetGroup:TargetGroup", "other");
			for (const run of RUNS) {
				expect(calls([balancer, group, other, listener(forward), service({ loadBalancers: [] })], run)).to.deep.equal(
					[],
				);
				expect(calls([balancer, group, listener(forward), jobs, attachment(ref(jobs, "arn"))], run)).to.deep.equal([]);
			}
			expect(calls([balancer, group, listener(forward), service({ loadBalancers: UNKNOWN })])).to.deep.equal([]);
		});
	});

	describe("of function URLs", () => {
		const url = (functionName: unknown, props: Record<string, unknown> = {}) =>
			resource("aws:lambda/functionUrl:FunctionUrl", "door", { functionName, ...props });

		it("wait for the function, by the alias that they name", () => {
			expect(calls([score, url(ref(score, "name"))])).to.deep.equal(["door synchronous score via door, from outside"]);
			expect(calls([score, url(ref(score, "name"), { qualifier: "live" })])).to.deep.equal([
				"door synchronous score:live via door, from outside",
			]);
			expect(calls([score, url("elsewhere")])).to.deep.equal([]);
		});
	});
});
