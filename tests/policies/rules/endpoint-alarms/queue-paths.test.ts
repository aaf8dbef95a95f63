import { endpointAlarms as rule } from "../../../../policies/rules/endpoint-alarms.ts";
import {
	concat,
	expectAccepts,
	expectFails,
	json,
	type ResourceSpec,
	ref,
	resource,
} from "../../../support/policies.ts";
import { alarm, functionAlarms, queueAlarm } from "../../../support/policies-alarms.ts";
import { restApi, scoring } from "../../../support/policies-endpoints.ts";

const jobs = resource("aws:sqs/queue:Queue", "jobs");
const age = queueAlarm(jobs, "ApproximateAgeOfOldestMessage");
const OWED = ["jobs (queue-age)"];

function expectOwed(stack: ResourceSpec[]): void {
	expectFails(rule, [...stack, jobs], OWED);
	expectAccepts(rule, [...stack, jobs, age]);
}

describe("policies/rules/endpoint-alarms: ways to a queue", () => {
	describe("from an HTTP API by itself", () => {
		const api = resource("aws:apigatewayv2/api:Api", "intake", { protocolType: "HTTP" });
		const ofApi = { ApiId: ref(api, "id"), Stage: "$default" };
		const intake = (props: Record<string, unknown>) => [
			api,
			resource("aws:apigatewayv2/stage:Stage", "live", { apiId: ref(api, "id"), name: "$default" }),
			resource("aws:apigatewayv2/integration:Integration", "intake", {
				apiId: ref(api, "id"),
				integrationType: "AWS_PROXY",
				...props,
			}),
			alarm("latency", "Latency", ofApi),
			alarm("errors", "5xx", ofApi),
		];

		it("finds one that it sends to, by reference or address", () => {
			for (const QueueUrl of [ref(jobs, "url"), ref(jobs, "id")])
				expectOwed(
					intake({
						integrationSubtype: "SQS-SendMessage",
						requestParameters: { QueueUrl, MessageBody: "$request.body" },
					}),
				);
			const named = resource("aws:sqs/queue:Queue", "jobs", { name: "jobs" });
			const QueueUrl = "https://sqs.us-east-1.amazonaws.com/123456789012/jobs";
			expectFails(
				rule,
				[...intake({ integrationSubtype: "SQS-SendMessage", requestParameters: { QueueUrl } }), named],
				OWED,
			);
		});

		it("passes over one that it takes from, and what is no address", () => {
			const takes = { integrationSubtype: "SQS-ReceiveMessage", requestParameters: { QueueUrl: ref(jobs, "url") } };
			expectAccepts(rule, [...intake(takes), jobs]);
			const named = resource("aws:sqs/queue:Queue", "jobs", { name: "jobs" });
			expectAccepts(rule, [...intake({ requestParameters: { MessageBody: "jobs" } }), named]);
		});
	});

	describe("from a REST API by itself", () => {
		const [api = jobs, stage = jobs] = restApi(jobs);
		const ofApi = { ApiName: ref(api, "name"), Stage: "prod" };
		const intake = (uri: string, template: unknown) => [
			api,
			stage,
			resource("aws:apigateway/integration:Integration", "intake", {
				restApi: ref(api, "id"),
				type: "AWS",
				uri,
				requestTemplates: { "application/json": template },
			}),
			alarm("latency", "Latency", ofApi),
			alarm("errors", "5XXError", ofApi),
		];
		const template = concat(
			"Action=SendMessage&QueueUrl=$util.urlEncode('",
			ref(jobs, "url"),
			"')&MessageBody=$input.body",
		);

		it("finds one in a template, or behind a workflow that it starts", () => {
			expectOwed(intake("arn:aws:apigateway:us-east-1:sqs:action/SendMessage", template));
			const workflow = resource("aws:sfn/stateMachine:StateMachine", "scoring", {
				definition: json({
					StartAt: "Queue",
					States: {
						Queue: {
							Type: "Task",
							Resource: "arn:aws:states:::sqs:sendMessage",
							Parameters: { QueueUrl: ref(jobs, "url") },
							End: true,
						},
					},
				}),
			});
			expectOwed([
				...intake(
					"arn:aws:apigateway:us-east-1:states:action/StartExecution",
					json({ stateMachineArn: ref(workflow, "arn"), input: "{}" }),
				),
				workflow,
			]);
		});

		it("passes over one that it takes from", () => {
			expectAccepts(rule, [...intake("arn:aws:apigateway:us-east-1:sqs:action/DeleteMessage", template), jobs]);
		});
	});

	describe("through EventBridge", () => {
		const bus = resource("aws:cloudwatch/eventBus:EventBus", "scores", { name: "scores" });
		const role = resource("aws:iam/role:Role", "score", {});
		const sender = scoring({ role: ref(role, "arn") });
		const through = (puts: unknown, on: Record<string, unknown>) => {
			const rule = resource("aws:cloudwatch/eventRule:EventRule", "scored", {
				eventPattern: '{"source":["scoring"]}',
				...on,
			});
			return [
				role,
				resource("aws:iam/rolePolicy:RolePolicy", "score", {
					role: ref(role, "id"),
					policy: json({ Statement: { Effect: "Allow", Action: "events:PutEvents", Resource: puts } }),
				}),
				sender,
				...restApi(sender),
				...functionAlarms(sender),
				bus,
				rule,
				resource("aws:cloudwatch/eventTarget:EventTarget", "scored", {
					rule: ref(rule, "name"),
					arn: ref(jobs, "arn"),
				}),
			];
		};
		const DEFAULT_BUS = "arn:aws:events:us-east-1:123456789012:event-bus/default";

		it("finds one behind a rule on the bus that the function may put events on", () => {
			expectOwed(through(ref(bus, "arn"), { eventBusName: ref(bus, "name") }));
			expectOwed(through("arn:aws:events:us-east-1:123456789012:event-bus/sc*", { eventBusName: ref(bus, "name") }));
			expectOwed(through("*", { eventBusName: ref(bus, "name") }));
			for (const on of [{}, { eventBusName: "default" }, { eventBusName: DEFAULT_BUS }])
				expectOwed(through(DEFAULT_BUS, on));
		});

		it("passes over other buses, schedules, and what only AWS puts there", () => {
			for (const stack of [
				through(ref(bus, "arn"), {}),
				through(DEFAULT_BUS, { eventBusName: ref(bus, "name") }),
				through(DEFAULT_BUS, { eventPattern: undefined, scheduleExpression: "rate(1 hour)" }),
				through(DEFAULT_BUS, { eventPattern: '{"source":["aws.s3"]}' }),
			])
				expectAccepts(rule, [...stack, jobs]);
		});
	});
});
