/** Rollouts of a queued model against the embedded AWS: real tables, queues, services and tasks, the function by its own door. */
import { setTimeout as sleep } from "node:timers/promises";
import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { DescribeServicesCommand, DescribeTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import { CreateEventBusCommand } from "@aws-sdk/client-eventbridge";
import { CreateQueueCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { expect } from "chai";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { type JobRecord, OPEN_INDEX, type Slot } from "../../charter/jobs.ts";
import type { RolloutResponse } from "../../charter/pipeline.ts";
import { modelKey } from "../../charter/registry.ts";
import type { RolloutPlan } from "../../charter/rollout.ts";
import { createRolloutService } from "../../functions/rollout/service.ts";
import { messageOf } from "../../functions/shared/jobs/job-queue.ts";
import { CLUSTER, startTaskBench, type TaskBench, workerWith } from "../support/cloud/task-bench.ts";
import { makeDefinition } from "../support/cloud/tasks.ts";
import { lambdaContext } from "../support/functions-api.ts";
import { memoryTelemetry } from "../support/functions-telemetry.ts";
import { PLANS, SIGNATURE } from "../support/rollout/world.ts";
import { jobRecord, MODEL } from "../support/worker-memory.ts";

const PK = modelKey(MODEL);
const BUS = "triplane-test";

describe("A queued model's rollout on the embedded AWS", () => {
	const scope = new AsyncDisposableStack();
	let bench: TaskBench;
	let plan: RolloutPlan;
	/** Hours need not be waited for. */
	let offsetMs = 0;
	/** The job that the rollback has taken over. */
	let moved = "";
	let ask: (action: string, more?: object) => Promise<RolloutResponse>;
	after(() => scope.disposeAsync());

	before(async () => {
		bench = await startTaskBench(scope);
		const { clients } = bench.cloud.context;
		const table = (name: string, more: object) =>
			bench.cloud.make("aws:dynamodb/table:Table", name, {
				name,
				billingMode: "PAY_PER_REQUEST",
				hashKey: "pk",
				...more,
			});
		const text = (name: string) => ({ name, type: "S" });
		await table("registry", { rangeKey: "sk", attributes: [text("pk"), text("sk")] });
		await table("jobs", {
			attributes: [text("pk"), text("open"), { name: "dueAtMs", type: "N" }],
			globalSecondaryIndexes: [{ name: OPEN_INDEX, hashKey: "open", rangeKey: "dueAtMs", projectionType: "ALL" }],
		});
		await clients.events.send(new CreateEventBusCommand({ Name: BUS }));
		const queue = async (QueueName: string) =>
			(await clients.sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? "";
		const slot = async (name: Slot, count: number) => {
			const { definition } = await makeDefinition(bench.cloud, `reader-${name}`, workerWith());
			await bench.makeService(`reader-${name}`, definition, count);
			const [queueUrl, deadLetterQueueUrl] = [await queue(`reader-${name}`), await queue(`reader-${name}-dead`)];
			return { queueUrl, deadLetterQueueUrl, cluster: CLUSTER, service: `reader-${name}` };
		};
		plan = {
			...PLANS.realtime,
			serve: "queued",
			weights: [50, 100],
			slots: { a: await slot("a", 1), b: await slot("b", 0) },
		};
		for (const version of [1, 2, 3])
			await put({ pk: PK, sk: `VERSION#00000${version}`, version, signature: SIGNATURE });
		await put({ pk: PK, sk: "ALIAS#champion", version: 1 });
		await put({ pk: PK, sk: "ROUTE", revision: 1, variants: [{ name: "champion", version: 1, weight: 100 }] });
		const handler = createRolloutService({
			...clients,
			environment: {
				[ENVIRONMENT.registryTable]: "registry",
				[ENVIRONMENT.jobsTable]: "jobs",
				[ENVIRONMENT.eventBus]: BUS,
				[ENVIRONMENT.pipelines]: "{}",
			},
			telemetry: memoryTelemetry({ now: () => Date.now() + offsetMs }).telemetry,
		});
		ask = async (action, more = {}) =>
			(await handler({ model: MODEL, execution: "first", action, ...more }, lambdaContext(60_000))) as RolloutResponse;
	});

	const put = (item: object, TableName = "registry") =>
		bench.cloud.context.clients.dynamodb.send(
			new PutItemCommand({ TableName, Item: marshall(item, { removeUndefinedValues: true }) }),
		);
	const item = async (sk: string) => {
		const Key = marshall({ pk: PK, sk });
		const { Item } = await bench.cloud.context.clients.dynamodb.send(
			new GetItemCommand({ TableName: "registry", Key }),
		);
		return Item && unmarshall(Item);
	};
	const job = async (id: string) => {
		const Key = marshall({ pk: `JOB#${id}` });
		const { Item = {} } = await bench.cloud.context.clients.dynamodb.send(
			new GetItemCommand({ TableName: "jobs", Key }),
		);
		return unmarshall(Item) as JobRecord;
	};
	const submit = async (change: Partial<JobRecord>) => {
		const record = jobRecord({ variant: "canary", slot: "b", expiresAt: 9_999_999_999, ...change });
		await put(record, "jobs");
		const QueueUrl = plan.slots?.[record.slot]?.queueUrl ?? "";
		const MessageBody = JSON.stringify(messageOf(record));
		await bench.cloud.context.clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
		return record.job;
	};
	const service = async (slot: Slot) => {
		const { ecs } = bench.cloud.context.clients;
		const call = new DescribeServicesCommand({ cluster: CLUSTER, services: [`reader-${slot}`] });
		const { services: [found] = [] } = await ecs.send(call);
		const { taskDefinition } = await ecs.send(
			new DescribeTaskDefinitionCommand({ taskDefinition: found?.taskDefinition }),
		);
		const server = taskDefinition?.containerDefinitions?.find(({ name }) => name === "model-server");
		const version = server?.environment?.find(({ name }) => name === ENVIRONMENT.modelVersion)?.value;
		return { desiredCount: found?.desiredCount, version };
	};
	const until = async (action: string, more: object): Promise<RolloutResponse> => {
		for (let tries = 0; tries < 60; tries++) {
			const answer = await ask(action, more);
			if (answer.isDone) return answer;
			await sleep(500);
		}
		throw new Error(`${action} does not come to its end.`);
	};
	const judged = (rollout: number, judgement: number, weight: number) =>
		put({
			pk: PK,
			sk: `JUDGEMENT#00000${rollout}#00000${judgement}`,
			judgement,
			state: "SHIFTING",
			weight,
			verdict: "promote",
		});

	it("starts the version's tasks, takes its jobs over and stops the tasks where it is rolled back.", async () => {
		expect(await ask("begin", { input: { version: 2 } })).to.include({ next: "OPEN" });
		await ask("open", { version: 2, plan });
		expect(await until("deploy", { rollout: 1 })).to.include({ state: "SHIFTING", weight: 50 });
		expect(await service("b")).to.deep.equal({ desiredCount: 1, version: "2" });
		await bench.serving("reader-b");
		moved = await submit({ version: 2 });
		const shadow = await submit({ version: 2, variant: "shadow", shadowOf: moved });
		const why = { rollout: 1, reason: "It is worse." };
		expect(await ask("rollback", why)).to.include({ state: "ROLLING_BACK", isDone: false });
		expect((await item("ROUTE"))?.variants).to.deep.equal([{ name: "champion", version: 1, weight: 100, slot: "a" }]);
		expect(await job(moved)).to.include({ state: "QUEUED", slot: "a", version: 1, variant: "champion" });
		expect(await job(shadow)).to.include({ state: "CANCELLED" });
		offsetMs += 60_000;
		expect(await until("rollback", why)).to.include({ state: "ROLLED_BACK" });
		expect((await service("b")).desiredCount).to.equal(0);
		await bench.serving("reader-b", 0);
		expect(await item("ALIAS#challenger")).to.equal(undefined);
	});

	it("brings the version into the champion's slot where it is promoted, and lets nothing run beside it.", async () => {
		expect(await ask("open", { version: 3, plan })).to.include({ rollout: 2 });
		await until("deploy", { rollout: 2 });
		await judged(2, 1, 50);
		expect(await ask("shift", { rollout: 2 })).to.include({ weight: 100 });
		await judged(2, 2, 100);
		expect(await ask("shift", { rollout: 2 })).to.include({ state: "FINALIZING" });
		const left = await submit({ version: 3 });
		// The job of the rollback before still waits for the old version's tasks.
		expect(await ask("finalize", { rollout: 2 })).to.include({ state: "FINALIZING", isDone: false });
		expect(await service("a")).to.deep.equal({ desiredCount: 1, version: undefined });
		const { open, dueAtMs, ...ended } = await job(moved);
		await put({ ...ended, state: "SUCCEEDED" }, "jobs");
		while ((await ask("finalize", { rollout: 2 })).state !== "PROMOTED") await sleep(500);
		offsetMs += 60_000;
		expect(await until("finalize", { rollout: 2 })).to.include({ state: "PROMOTED", weight: 100 });
		expect(await service("a")).to.deep.equal({ desiredCount: 1, version: "3" });
		expect((await service("b")).desiredCount).to.equal(0);
		expect((await item("ROUTE"))?.variants).to.deep.equal([{ name: "champion", version: 3, weight: 100, slot: "a" }]);
		expect([(await item("ALIAS#champion"))?.version, (await item("ALIAS#previous"))?.version]).to.deep.equal([3, 1]);
		expect(await job(left)).to.include({ slot: "a", version: 3, variant: "champion", state: "QUEUED" });
		expect(await ask("end")).to.deep.equal({ isReleased: true });
		expect(await item("LOCK")).to.equal(undefined);
	});
});
