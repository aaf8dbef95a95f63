/** The judge from its request to its answer over tables, counts, queues and a bus in memory. */
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { expect } from "chai";
import { ENVIRONMENT } from "../../../charter/environment.ts";
import { modelKey } from "../../../charter/registry.ts";
import { judgementKey, type RolloutRecord, rolloutKey } from "../../../charter/rollout.ts";
import { createJudgeService } from "../../../functions/judge/service.ts";
import { failureOf } from "../../support/failure.ts";
import { MemoryAws } from "../../support/functions-aws.ts";
import { memoryBus } from "../../support/functions-events.ts";
import { memoryTelemetry } from "../../support/functions-telemetry.ts";
import { MemoryCloudwatch, queueDepths } from "../../support/judge-aws.ts";
import { judgedRollout, MINUTE_MS, rolloutPlan, T0 } from "../../support/judge-rollouts.ts";

const TABLE = "registry";
const PK = modelKey("tumour-risk");
const DEAD = "https://sqs.eu-central-1.amazonaws.com/1/b-dead";
const request = { model: "tumour-risk", rollout: 7, evaluate: {}, execution: "arn:execution" };

function fixture(change: Partial<RolloutRecord> = {}) {
	const aws = new MemoryAws();
	const cloudwatch = new MemoryCloudwatch();
	const bus = memoryBus();
	const depths = new Map<string, readonly [number, number]>([[DEAD, [0, 0]]]);
	const clock = { nowMs: T0 + MINUTE_MS };
	const { telemetry, lines } = memoryTelemetry({ now: () => clock.nowMs });
	const put = (record: RolloutRecord) => aws.dynamodb.put(TABLE, marshall(record, { removeUndefinedValues: true }));
	put(judgedRollout(change));
	const ask = createJudgeService({
		environment: { [ENVIRONMENT.registryTable]: TABLE, [ENVIRONMENT.eventBus]: "bus" },
		...{ telemetry, cloudwatch: cloudwatch.client(), sqs: queueDepths(depths), events: bus.client },
		dynamodb: aws.clients().dynamodb,
		pause: async () => {},
	});
	const item = (sk: string) => {
		const found = aws.dynamodb.item(TABLE, PK, sk);
		return found && unmarshall(found);
	};
	const traffic = (minute: number, champion: number, canary: number, errors = 0) => {
		const atMs = T0 + minute * MINUTE_MS;
		const counts = (Requests: number, Errors: number) => ({ Requests, Errors, Slow: 0, CostUsd: Requests * 1e-5 });
		cloudwatch.add({ model: "tumour-risk", version: "3", variant: "champion" }, atMs, counts(champion, 0));
		cloudwatch.add({ model: "tumour-risk", version: "4", variant: "canary" }, atMs, counts(canary, errors));
	};
	return { aws, cloudwatch, bus, depths, clock, lines, put, ask, item, traffic };
}

describe("functions/judge", () => {
	it("answers with a verdict, and keeps it with everything that it went by", async () => {
		const { ask, item, traffic, clock, lines } = fixture();
		traffic(0, 4_500, 500);
		const answer = await ask(request);
		expect(answer).to.deep.include({
			rollout: 7,
			verdict: "promote",
			state: "SHIFTING",
			weight: 10,
			intervalSeconds: 60,
		});
		expect(item(judgementKey(7, 1))).to.deep.include({
			...{ model: "tumour-risk", rollout: 7, judgement: 1, atMs: clock.nowMs, state: "SHIFTING", weight: 10 },
			...{ verdict: "promote", sentence: answer.sentence },
		});
		expect(item(judgementKey(7, 1))?.observation.canary).to.deep.include({ requests: 500, errors: 0, costUsd: 0.005 });
		expect(item(judgementKey(7, 1))?.evidence["errors/good"].threshold).to.equal(100);
		const kept = item(rolloutKey(7));
		expect(kept).to.deep.include({ revision: 6, judgements: 1, step: 0, state: "SHIFTING" });
		expect(kept?.evidence.fromMs).to.equal(T0);
		expect(kept?.evidence.seen).to.deep.equal(item(judgementKey(7, 1))?.observation);
		expect(lines.records.map(({ message }) => message)).to.deep.equal([`judge: promote. ${answer.sentence}`]);
	});

	it("goes on from what it has seen, and judges once more where it is asked once more", async () => {
		const { ask, item, traffic, clock } = fixture();
		traffic(0, 1_080, 120);
		const first = await ask(request);
		const evidence = item(rolloutKey(7))?.evidence;
		expect((await ask(request)).sentence).to.equal(first.sentence);
		expect(item(rolloutKey(7))?.evidence).to.deep.equal(evidence);
		traffic(1, 1_080, 120, 7);
		clock.nowMs += MINUTE_MS;
		expect((await ask(request)).verdict).to.equal("rollback");
		expect(item(rolloutKey(7))).to.deep.include({ judgements: 3, revision: 8 });
	});

	it("looks again where somebody else changed the rollout meanwhile, and leaves what they have decided", async () => {
		const { ask, aws, put, item, traffic } = fixture();
		traffic(0, 4_500, 500);
		const write = aws.dynamodb.TransactWriteItems.bind(aws.dynamodb);
		const rolledBack = judgedRollout({ revision: 6, state: "ROLLING_BACK", reason: "by hand" });
		aws.dynamodb.TransactWriteItems = (transaction) => {
			put(rolledBack);
			return write(transaction);
		};
		expect(await ask(request)).to.deep.include({
			...{ verdict: "rollback", state: "ROLLING_BACK", weight: 0 },
			sentence: "Rollout 7 is ROLLING_BACK; it is not judged (by hand).",
		});
		expect(item(judgementKey(7, 1))).to.equal(undefined);
		expect(item(rolloutKey(7))).to.deep.equal(rolledBack);
	});

	it("makes one judgement of each of two calls at once", async () => {
		const { ask, item, traffic } = fixture();
		traffic(0, 1_080, 120);
		const answers = await Promise.all([ask(request), ask(request)]);
		expect(answers.map(({ verdict }) => verdict)).to.deep.equal(["continue", "continue"]);
		expect(item(rolloutKey(7))).to.deep.include({ judgements: 2, revision: 7 });
		expect([1, 2].map((n) => item(judgementKey(7, n))?.observation.canary.requests)).to.deep.equal([120, 120]);
	});

	it("gives up where others always win", async () => {
		const { ask, aws, put } = fixture();
		const write = aws.dynamodb.TransactWriteItems.bind(aws.dynamodb);
		let revision = 5;
		aws.dynamodb.TransactWriteItems = (transaction) => {
			put(judgedRollout({ revision: ++revision }));
			return write(transaction);
		};
		expect(await failureOf(ask(request))).to.equal(
			'Others changed rollout 7 of "tumour-risk" during each of 10 attempts. Nothing was judged; ask again.',
		);
	});

	it("says again what it has said once where that is a rollback, whatever the counts are by now", async () => {
		const { ask, item, traffic, clock } = fixture();
		traffic(0, 1_000, 0);
		await ask(request);
		traffic(1, 1_000, 20, 20);
		clock.nowMs += MINUTE_MS;
		const { sentence } = await ask(request);
		expect(sentence).to.match(/^Version 4 is rolled back: /);
		// The answer was lost, and the pipeline starts anew: only the last look knew of the burst.
		traffic(2, 90_000, 10_000);
		clock.nowMs += MINUTE_MS;
		expect(await ask(request)).to.deep.include({ verdict: "rollback", sentence, state: "SHIFTING", weight: 10 });
		expect(item(rolloutKey(7))).to.deep.include({ judgements: 2 });
	});

	it("judges no rollout that is not getting traffic", async () => {
		for (const state of ["DEPLOYING", "FINALIZING", "PROMOTED"] as const) {
			const { ask, item, cloudwatch } = fixture({ state });
			expect(await ask(request)).to.deep.include({ verdict: "continue", state });
			expect([item(rolloutKey(7))?.revision, cloudwatch.calls.length]).to.deep.equal([5, 0]);
		}
	});

	it("holds once, and tells of it once; a bus that is down holds nothing up", async () => {
		const { ask, item, clock, bus, aws } = fixture({ deadlineAtMs: T0 + MINUTE_MS });
		expect((await ask(request)).verdict).to.equal("hold");
		const heldSinceMs = clock.nowMs;
		expect(item(rolloutKey(7))?.heldSinceMs).to.equal(heldSinceMs);
		expect(bus.told.map(({ type, detail }) => [type, detail])).to.deep.equal([
			[
				"rollout.held",
				{
					...{ model: "tumour-risk", rollout: 7, from: 3, to: 4, atMs: heldSinceMs, state: "SHIFTING", weight: 10 },
					reason: item(judgementKey(7, 1))?.sentence,
				},
			],
		]);
		expect(item(rolloutKey(7))).not.to.have.property("untold");
		clock.nowMs += MINUTE_MS / 2;
		expect((await ask(request)).verdict).to.equal("hold");
		expect([item(rolloutKey(7))?.heldSinceMs, bus.told.length]).to.deep.equal([heldSinceMs, 1]);
		expect(aws.dynamodb.items(TABLE).length).to.equal(3);
	});

	it("counts the canary's dead letters, taken ones too", async () => {
		const place = { queueUrl: "https://sqs/b", deadLetterQueueUrl: DEAD };
		const plan = rolloutPlan({ serve: "queued", slots: { b: place } });
		const { ask, depths, clock, item } = fixture({ plan });
		for (const depth of [
			[2, 1],
			[5, 3],
			[5, 3],
		] as const) {
			depths.set(DEAD, depth);
			await ask(request);
			clock.nowMs += MINUTE_MS;
		}
		expect(item(judgementKey(7, 2))?.observation.deadLetters).to.equal(8);
		expect(item(judgementKey(7, 3))?.sentence).to.match(
			/^Version 4 is rolled back: 5 jobs at this weight became dead letters, /,
		);
	});

	it("judges a shadow by what was compared", async () => {
		const { ask, cloudwatch, item } = fixture({ state: "SHADOWING", step: -1, plan: rolloutPlan({ mirrorPct: 10 }) });
		const slice = { model: "tumour-risk", version: "4", slice: "benign" };
		cloudwatch.add(slice, T0, { Compared: 300, Disagreed: 1 });
		expect(await ask(request)).to.deep.include({ verdict: "promote", state: "SHADOWING", weight: 0 });
		expect(Object.keys(item(judgementKey(7, 1))?.evidence)).to.have.members([
			...["disagreement/worse/benign", "disagreement/good/benign"],
			...["disagreement/worse/failed", "disagreement/good/failed"],
		]);
	});

	it("refuses a request that is none, and a rollout that there is not", async () => {
		const { ask, lines } = fixture();
		expect(await failureOf(ask({ ...request, rollout: 8 }))).to.equal(
			'"tumour-risk" has no rollout 8. `triplane models show tumour-risk` lists those that it has.',
		);
		expect(await failureOf(ask({ model: "tumour-risk" }))).to.match(
			/^The judge's request is not {"model", "rollout"}: /,
		);
		expect(lines.records.map(({ level }) => level)).to.deep.equal(["ERROR", "ERROR"]);
	});
});
