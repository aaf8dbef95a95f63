/** The rollout function as Lambda calls it, over AWS's clients: a rollout from its start to its promotion, and what it tells. */
import { ECSClient } from "@aws-sdk/client-ecs";
import { SFNClient } from "@aws-sdk/client-sfn";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { expect } from "chai";
import { ENVIRONMENT } from "../../../charter/environment.ts";
import { modelKey, ROUTE_KEY } from "../../../charter/registry.ts";
import { createRolloutService } from "../../../functions/rollout/service.ts";
import { lambdaContext } from "../../support/functions-api.ts";
import { MemoryAws } from "../../support/functions-aws.ts";
import { memoryBus } from "../../support/functions-events.ts";
import { MODEL, putRoute, putVersion, TABLES, versionRecord } from "../../support/functions-predict.ts";
import { memoryTelemetry } from "../../support/functions-telemetry.ts";
import { answeredBy } from "../../support/rollout/aws-json.ts";
import { PLANS } from "../../support/rollout/world.ts";

const EXECUTION = "arn:aws:states:eu-central-1:123456789012:execution:pipeline:first";
const environment = {
	[ENVIRONMENT.registryTable]: TABLES.registry,
	[ENVIRONMENT.eventBus]: "triplane-dev",
	[ENVIRONMENT.pipelines]: JSON.stringify({ [MODEL]: "arn:pipeline" }),
};

function setUp(change: Record<string, string | undefined> = {}) {
	const aws = new MemoryAws();
	for (const version of [3, 4]) putVersion(aws, versionRecord(version));
	putRoute(aws, [{ name: "champion", version: 3, weight: 100 }]);
	aws.dynamodb.put(TABLES.registry, marshall({ pk: modelKey(MODEL), sk: "ALIAS#champion", version: 3 }));
	const { client: events, told } = memoryBus();
	const { telemetry, lines, spans } = memoryTelemetry({ now: () => Date.UTC(2026, 0, 1) });
	const executions = answeredBy({
		DescribeExecution: () => ({ status: "FAILED" }),
		StartExecution: () => ({ executionArn: "arn", startDate: 1 }),
	});
	const { dynamodb, sqs } = aws.clients();
	const handler = createRolloutService({
		environment: { ...environment, ...change },
		telemetry,
		dynamodb,
		sqs,
		events,
		ecs: new ECSClient(answeredBy({}).config),
		sfn: new SFNClient(executions.config),
		pause: async () => {},
	});
	const ask = (action: string, more: object = {}) =>
		handler({ model: MODEL, execution: EXECUTION, evaluate: {}, action, ...more }, lambdaContext(60_000));
	const item = (sk: string) => unmarshall(aws.dynamodb.item(TABLES.registry, modelKey(MODEL), sk) ?? {});
	return { aws, ask, item, told, lines, spans, executions, handler };
}

describe("functions/rollout/service", () => {
	it("takes a version from its opening to its promotion", async () => {
		const { aws, ask, item, told } = setUp();
		expect(await ask("begin", { input: { version: 4 } })).to.deep.equal({ next: "OPEN", run: "first", version: 4 });
		expect(await ask("open", { version: 4, plan: { ...PLANS.realtime, weights: [100] } })).to.include({
			rollout: 1,
			state: "DEPLOYING",
		});
		expect(await ask("deploy", { rollout: 1 })).to.include({ state: "SHIFTING", weight: 100 });
		const judgement = { judgement: 1, state: "SHIFTING", weight: 100, verdict: "promote" };
		aws.dynamodb.put(TABLES.registry, marshall({ pk: modelKey(MODEL), sk: "JUDGEMENT#000001#000001", ...judgement }));
		expect(await ask("shift", { rollout: 1 })).to.include({ state: "FINALIZING" });
		expect(await ask("finalize", { rollout: 1 })).to.include({ state: "PROMOTED", isDone: true, weight: 100 });
		expect(await ask("end")).to.deep.equal({ isReleased: true });
		expect(item(ROUTE_KEY)).to.deep.include({ variants: [{ name: "champion", version: 4, weight: 100 }], rollout: 1 });
		expect([item("ALIAS#champion").version, item("ALIAS#previous").version]).to.deep.equal([4, 3]);
		expect([item("ALIAS#challenger"), item("LOCK")]).to.deep.equal([{}, {}]);
		expect(told.map(({ type }) => type)).to.deep.equal(["rollout.started", "rollout.shifted", "rollout.promoted"]);
		expect(told[2]).to.deep.include({ bus: "triplane-dev" });
	});

	it("goes on with a rollout whose execution has ended", async () => {
		const { ask, handler, executions } = setUp();
		await ask("begin", { input: { version: 4 } });
		await ask("open", { version: 4, plan: PLANS.realtime });
		expect(await handler({ action: "watch" }, lambdaContext(60_000))).to.deep.equal({ resumed: [MODEL], failed: [] });
		expect(executions.calls.at(-1)?.input).to.include({ stateMachineArn: "arn:pipeline", input: '{"resume":true}' });
	});

	it("leaves a record and a span of each action", async () => {
		const { ask, handler, lines, spans } = setUp();
		await ask("begin", { input: { version: 4 } });
		await handler({}, lambdaContext(60_000)).catch(() => undefined);
		expect(lines.records.map(({ level, model, requestId }) => [level, model, requestId])).to.deep.equal([
			["INFO", MODEL, EXECUTION],
			["ERROR", undefined, undefined],
		]);
		expect(spans.getFinishedSpans().map(({ name, status }) => [name, status.code])).to.deep.equal([
			["rollout", 0],
			["rollout", 2],
		]);
	});

	for (const name of [ENVIRONMENT.registryTable, ENVIRONMENT.eventBus, ENVIRONMENT.pipelines])
		it(`does not start without ${name}`, () => {
			expect(() => setUp({ [name]: undefined })).to.throw(name);
		});
});
