/** The provider's EventBridge types, and what rules are for here: a new data set starts a pipeline, as its own definition says. */
import { once } from "node:events";
import { createServer } from "node:http";
import {
	DescribeEventBusCommand,
	DescribeRuleCommand,
	ListTagsForResourceCommand,
	PutEventsCommand,
} from "@aws-sdk/client-eventbridge";
import { PutBucketNotificationConfigurationCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import {
	DescribeExecutionCommand,
	ListExecutionsCommand,
	SendTaskFailureCommand,
	StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { GetQueueAttributesCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { APPROVAL_REFUSED } from "../../charter/pipeline.ts";
import { makeFunction } from "../support/cloud/functions.ts";
import { type Made, startTestCloud, type TestCloud } from "../support/cloud/test-cloud.ts";
import { definitionWith, MODEL } from "../support/components-pipeline.ts";
import { eventually } from "../support/eventually.ts";

const trust = (service: string) =>
	JSON.stringify({
		Version: "2012-10-17",
		Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } }],
	});
const allow = (Action: string, Resource: string) =>
	JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource }] });

/** What is there a moment later. */
async function soon<T>(look: () => Promise<T | undefined>): Promise<T> {
	const found: T[] = [];
	await eventually(async () => {
		const seen = await look();
		if (seen === undefined) throw new Error("It is not there yet.");
		found.push(seen);
	}, PATIENCE_MS);
	return found[0] as T;
}
const PATIENCE_MS = 30_000;

/** A server that keeps what is sent to it: where the step says by which token it waits. */
async function listening(scope: AsyncDisposableStack) {
	const bodies: string[] = [];
	const server = createServer((request, response) => {
		request.setEncoding("utf8").on("data", (chunk: string) => bodies.push(chunk));
		request.on("end", () => response.end());
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	scope.defer(() => void server.close());
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("The server has no port.");
	return { bodies, url: `http://127.0.0.1:${address.port}` };
}

/** Answers each step as the real functions do; a version above 100 is asked for first. */
const STEPS = `export const handler = async ({ action, input = {}, version, ...rest }) => {
	const at = (state, isDone = true) => ({ rollout: 1, state, isDone, weight: 5, intervalSeconds: 1 });
	if (action === "begin" && input.version) return { next: "OPEN", run: "run-1", version: input.version };
	if (action === "begin") return { next: "TRAIN", run: "run-1" };
	if (action === "open") return at(version > 100 ? "AWAITING_APPROVAL" : "DEPLOYING", false);
	if (action === "ask") { await fetch(process.env.HOOK, { method: "POST", body: rest.taskToken }); return {}; }
	if (action === "deploy" || action === "shift") return at(action === "shift" ? "FINALIZING" : "SHIFTING");
	if (action === "finalize") return at("PROMOTED");
	if (action === "rollback") return at("ROLLED_BACK");
	if (action === "end") return { isReleased: true };
	if (rest.rollout) return { rollout: 1, verdict: "promote", sentence: "it is good", state: "SHIFTING", weight: 5, intervalSeconds: 1 };
	return {};
};
`;

describe("The provider's EventBridge types", function () {
	this.timeout(120_000);
	const scope = new AsyncDisposableStack();
	let cloud: TestCloud;
	before(async () => {
		cloud = await startTestCloud(scope);
	});
	after(() => scope.disposeAsync());

	const makeRole = async (name: string, service: string, action: string, resource: string): Promise<Made> => {
		const role = await cloud.make("aws:iam/role:Role", name, { assumeRolePolicy: trust(service) });
		await cloud.make("aws:iam/rolePolicy:RolePolicy", name, { role: role.id, policy: allow(action, resource) });
		return role;
	};
	const makeQueue = (name: string) => cloud.make("aws:sqs/queue:Queue", name, {});
	const received = (queue: Made) =>
		soon(async () => {
			const call = new ReceiveMessageCommand({ QueueUrl: queue.id, WaitTimeSeconds: 1 });
			const { Messages: [message] = [] } = await cloud.context.clients.sqs.send(call);
			return message?.Body;
		});

	it("make, change and delete a bus, a rule and its target, which hands on what matches.", async () => {
		const { events, sqs } = cloud.context.clients;
		const bus = await cloud.make("aws:cloudwatch/eventBus:EventBus", "events", { name: "ours", tags: { team: "a" } });
		const pattern = (type: string) => JSON.stringify({ source: ["triplane"], "detail-type": [type] });
		const rule = await cloud.make("aws:cloudwatch/eventRule:EventRule", "promoted", {
			eventBusName: "ours",
			eventPattern: pattern("rollout.started"),
			tags: { team: "a" },
		});
		const queue = await makeQueue("hooked");
		const target = await cloud.make("aws:cloudwatch/eventTarget:EventTarget", "hooked", {
			rule: rule.text("name"),
			eventBusName: "ours",
			arn: queue.text("arn"),
			inputTransformer: { inputPaths: { model: "$.detail.model" }, inputTemplate: '{"was": <model>}' },
		});
		await bus.update({ tags: { team: "b" } });
		await rule.update({ eventPattern: pattern("rollout.promoted"), tags: { team: "b" } });
		await target.update({
			inputTransformer: { inputPaths: { model: "$.detail.model" }, inputTemplate: '{"is": <model>}' },
		});
		expect((await events.send(new DescribeEventBusCommand({ Name: "ours" }))).Arn).to.equal(bus.text("arn"));
		const call = new DescribeRuleCommand({ Name: rule.text("name"), EventBusName: "ours" });
		expect((await events.send(call)).EventPattern).to.equal(pattern("rollout.promoted"));
		for (const each of [bus, rule]) {
			const { Tags } = await events.send(new ListTagsForResourceCommand({ ResourceARN: each.text("arn") }));
			expect(Tags).to.deep.equal([{ Key: "team", Value: "b" }]);
		}
		const put = (DetailType: string) =>
			events.send(
				new PutEventsCommand({
					Entries: [
						{ EventBusName: "ours", Source: "triplane", DetailType, Detail: JSON.stringify({ model: "tumour-risk" }) },
					],
				}),
			);
		await put("rollout.started");
		await put("rollout.promoted");
		expect(await received(queue)).to.equal('{"is": "tumour-risk"}');
		const { Attributes } = await sqs.send(
			new GetQueueAttributesCommand({ QueueUrl: queue.id, AttributeNames: ["ApproximateNumberOfMessages"] }),
		);
		expect(Attributes?.ApproximateNumberOfMessages).to.equal("0");
		for (const each of [target, rule, bus]) {
			expect(await each.read()).not.to.equal(undefined);
			await each.delete();
			expect(await each.read()).to.equal(undefined);
		}
	});

	it("start a pipeline for a new data set, which runs by its own definition to its end.", async () => {
		const { sfn, s3 } = cloud.context.clients;
		const hook = await listening(scope);
		const step = await makeFunction(cloud, "step", STEPS, {
			timeout: 20,
			environment: { variables: { HOOK: hook.url } },
		});
		const arn = step.text("arn");
		const functions = { rollout: arn, judge: arn, evaluate: arn, register: arn };
		const role = await makeRole("pipeline", "states.amazonaws.com", "lambda:InvokeFunction", arn);
		const machine = await cloud.make("aws:sfn/stateMachine:StateMachine", "pipeline", {
			name: "tumour-risk-pipeline",
			roleArn: role.text("arn"),
			definition: JSON.stringify(definitionWith({ functions, train: undefined, model: MODEL })),
		});
		const ended = (executionArn: string) =>
			soon(async () => {
				const found = await sfn.send(new DescribeExecutionCommand({ executionArn }));
				return found.status === "RUNNING" ? undefined : found;
			});
		const start = async (input: object) => {
			const call = new StartExecutionCommand({ stateMachineArn: machine.id, input: JSON.stringify(input) });
			return (await sfn.send(call)).executionArn ?? "";
		};
		const promoted = await ended(await start({ version: 2 }));
		expect(JSON.parse(promoted.output ?? "{}")).to.deep.equal({
			model: "tumour-risk",
			outcome: "PROMOTED",
			version: 2,
			rollout: 1,
		});

		const asked = await start({ version: 101 });
		const taskToken = await soon(async () => hook.bodies[0]);
		await sfn.send(new SendTaskFailureCommand({ taskToken, error: APPROVAL_REFUSED, cause: "too risky" }));
		const refused = await ended(asked);
		expect(JSON.parse(refused.output ?? "{}")).to.include({
			outcome: "ROLLED_BACK",
			reason: "a person refused it: too risky",
		});

		const bucket = await cloud.make("aws:s3/bucket:Bucket", "artifacts", {});
		await s3.send(
			new PutBucketNotificationConfigurationCommand({
				Bucket: bucket.id,
				NotificationConfiguration: { EventBridgeConfiguration: {} },
			}),
		);
		const rule = await cloud.make("aws:cloudwatch/eventRule:EventRule", "dataset", {
			eventPattern: JSON.stringify({
				source: ["aws.s3"],
				"detail-type": ["Object Created"],
				detail: { bucket: { name: [bucket.id] }, object: { key: [{ prefix: "datasets/tumour-risk/" }] } },
			}),
		});
		const starter = await makeRole("dataset", "events.amazonaws.com", "states:StartExecution", machine.id);
		await cloud.make("aws:cloudwatch/eventTarget:EventTarget", "dataset", {
			rule: rule.text("name"),
			arn: machine.id,
			roleArn: starter.text("arn"),
			inputTransformer: { inputPaths: { key: "$.detail.object.key" }, inputTemplate: '{"dataset": <key>}' },
		});
		for (const Key of ["datasets/other/1.csv", "datasets/tumour-risk/1.csv"])
			await s3.send(new PutObjectCommand({ Bucket: bucket.id, Key, Body: "1,2" }));
		const inputs = await soon(async () => {
			const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: machine.id }));
			const found = await Promise.all(
				executions.map(({ executionArn }) => sfn.send(new DescribeExecutionCommand({ executionArn }))),
			);
			const started = found.map(({ input = "" }) => input).filter((input) => input.includes("dataset"));
			return started.length > 0 ? started : undefined;
		});
		expect(inputs.map((input) => JSON.parse(input))).to.deep.equal([{ dataset: "datasets/tumour-risk/1.csv" }]);
	});
});
