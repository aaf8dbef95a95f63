/** A queued model with a shadow: the second job beside the tenant's own, which nobody sees, pays for or waits for. */
import { setTimeout as sleep } from "node:timers/promises";
import { marshall } from "@aws-sdk/util-dynamodb";
import { expect } from "chai";
import { ENVIRONMENT } from "../../../charter/environment.ts";
import { JOB_LIMITS } from "../../../charter/jobs.ts";
import { modelKey, ROUTE_KEY, type RouteRecord } from "../../../charter/registry.ts";
import { claimsTable } from "../../../functions/shared/jobs/claims-table.ts";
import { errorOf } from "../../support/functions-api.ts";
import {
	bodyOf,
	JOBS_TABLE,
	jobsFixture,
	largeBody,
	QUEUE_A,
	QUEUE_B,
	requestBody,
} from "../../support/functions-jobs.ts";
import { MODEL, putVersion, TABLES, versionRecord } from "../../support/functions-predict.ts";
import { SHADOW_QUEUE, shadowFixture, slicesIn } from "../../support/functions-shadow.ts";

const shadow = { name: "shadow", version: 4, weight: 0, mirrorPct: 100, slot: "b" } as const;

function setUp(shadowQueueUrl = SHADOW_QUEUE) {
	const fixture = jobsFixture({ environment: { [ENVIRONMENT.shadowQueueUrl]: shadowQueueUrl } });
	const { aws, submit, clock } = fixture;
	putVersion(aws, versionRecord(4));
	const route: RouteRecord = {
		pk: modelKey(MODEL),
		sk: ROUTE_KEY,
		revision: 2,
		variants: [{ name: "champion", version: 3, weight: 100, slot: "a" }, shadow],
		rollout: 7,
	};
	aws.dynamodb.put(TABLES.registry, marshall(route));
	const ids = (url: string): string[] => aws.sqs.messages(url).map(({ body }) => JSON.parse(body).job);
	/** The job's id and its shadow's, once that is written. */
	const submitted = async (change: Parameters<typeof submit>[0] = {}) => {
		const answer = await submit(change);
		await sleep(20);
		return { answer, id: String(bodyOf(answer).id), shadowId: ids(QUEUE_B).at(-1) ?? "" };
	};
	const claims = claimsTable({
		client: aws.clients().dynamodb,
		table: JOBS_TABLE,
		worker: "task-b",
		now: () => clock.nowMs,
		pause: async () => {},
		random: () => 0,
	});
	/** What a worker does with a job. */
	const work = async (id: string, label: number) => {
		const outcome = await claims.claim(id);
		if (outcome.kind !== "claimed") throw new Error(`The claim was ${outcome.kind}.`);
		const response = `{"outputs":[{"name":"digit","datatype":"INT64","shape":[1],"data":[${label}]}]}`;
		expect(await claims.commit(outcome.job, { response })).to.deep.equal({ kind: "committed" });
	};
	return { ...fixture, ids, submitted, claims, work };
}

describe("functions/submit, with a shadow", () => {
	it("makes a second job of the same request in the shadow's slot, and a message that compares the two later", async () => {
		const { aws, ids, submitted, job } = setUp();
		const { answer, id, shadowId } = await submitted({ headers: { "x-request-id": "r-1" } });
		expect(answer.headers).to.include({ "x-model-variant": "champion" });
		const own = job(id);
		expect(job(shadowId)).to.deep.equal({
			...own,
			pk: `JOB#${shadowId}`,
			job: shadowId,
			version: 4,
			variant: "shadow",
			slot: "b",
			shadowOf: id,
		});
		expect([ids(QUEUE_A), ids(QUEUE_B)]).to.deep.equal([[id], [shadowId]]);
		const [message] = aws.sqs.messages(SHADOW_QUEUE);
		expect(message?.delaySeconds).to.equal(20);
		expect(JSON.parse(message?.body ?? "")).to.deep.equal({
			kind: "jobs",
			model: MODEL,
			rollout: 7,
			champion: id,
			shadow: shadowId,
			shadowVersion: 4,
		});
	});

	it("keeps a large request once, for both, and no callback for the shadow", async () => {
		const { submitted, job } = setUp();
		const headers = { "x-callback-url": "https://hooks.example.com/done" };
		const { id, shadowId } = await submitted({ body: largeBody(), headers });
		expect(job(shadowId)?.requestKey).to.equal(job(id)?.requestKey);
		expect(job(shadowId)).to.not.have.property("callback");
	});

	it("takes no place in flight, and gives none back, however it ends", async () => {
		for (const end of ["worked", "failed", "expired"] as const) {
			const { submitted, inFlight, claims, work, clock, sweep, job } = setUp();
			const { id, shadowId } = await submitted();
			expect(inFlight(), end).to.equal(1);
			if (end === "worked") await work(shadowId, 1);
			if (end === "failed") {
				const outcome = await claims.claim(shadowId);
				if (outcome.kind !== "claimed") throw new Error(outcome.kind);
				await claims.fail(outcome.job, { code: "INTERNAL", message: "No." }, { isFinal: true, delaySeconds: 0 });
			}
			expect(inFlight(), end).to.equal(1);
			if (end === "expired") clock.nowMs += JOB_LIMITS.lifeSeconds * 1000;
			if (end === "expired") await sweep();
			else await work(id, 1);
			expect(inFlight(), end).to.equal(0);
			expect([job(id)?.endedAtMs, job(shadowId)?.endedAtMs]).to.not.include(undefined);
		}
	});

	it("counts a shadow's job that expires for its version only", async () => {
		const { submitted, clock, sweep, lines } = setUp();
		await submitted();
		clock.nowMs += JOB_LIMITS.lifeSeconds * 1000;
		await sweep();
		const sets = lines.metrics.map(({ variant, _aws }) => [variant, JSON.stringify(_aws).includes('[["model"],')]);
		expect(sets).to.have.deep.members([
			["champion", true],
			["shadow", false],
		]);
	});

	it("is no job to its tenant: neither seen nor cancelled", async () => {
		const { submitted, get, cancel, job } = setUp();
		const { id, shadowId } = await submitted();
		for (const ask of [get, cancel]) expect(errorOf(await ask(shadowId))).to.include({ status: 404 });
		expect(job(shadowId)).to.include({ state: "QUEUED" });
		expect(await get(id)).to.deep.include({ statusCode: 200 });
	});

	it("is sent again by the sweeper where its own message was lost", async () => {
		const { aws, submitted, clock, sweep, ids } = setUp();
		const { shadowId } = await submitted();
		aws.sqs.messages(QUEUE_B).length = 0;
		clock.nowMs += 61_000;
		await sweep();
		expect(ids(QUEUE_B)).to.deep.equal([shadowId]);
	});

	it("makes no shadow of a submission that is the same again", async () => {
		const { submitted, ids } = setUp();
		const headers = { "idempotency-key": "order-1" };
		await submitted({ headers });
		await submitted({ headers });
		expect(ids(QUEUE_B)).to.have.length(1);
	});

	it("accepts the job where its shadow cannot be written or waits for a table that does not answer, and counts that", async () => {
		for (const disturbance of ["fail", "hang"] as const) {
			const { aws, submit, ids, lines } = setUp();
			aws.disturbances.set("PutItem", disturbance);
			for (let i = 0; i < 2; i++) {
				expect(await submit()).to.include({ statusCode: 202 });
				await sleep(20);
			}
			expect([ids(QUEUE_A).length, ids(QUEUE_B).length]).to.deep.equal([2, 0]);
			const dropped = lines.metrics.filter(({ ShadowDropped }) => ShadowDropped === 1).length;
			expect(dropped).to.equal(disturbance === "fail" ? 2 : 1);
		}
	});

	it("is compared with its champion's job when both have ended", async () => {
		const { aws, submitted, work, clock } = setUp();
		const { id, shadowId } = await submitted({ body: requestBody() });
		const { receive, lines } = shadowFixture(aws, () => clock.nowMs);
		const bodies = aws.sqs.messages(SHADOW_QUEUE).map(({ body }) => body);
		await work(id, 7);
		expect(await receive(bodies)).to.equal(1);
		await work(shadowId, 8);
		expect(await receive(bodies)).to.equal(0);
		expect(slicesIn(lines.metrics)).to.deep.equal({ 7: [1, 1] });
	});

	it("makes none where the program names no queue for it", async () => {
		const { submitted, ids, lines } = setUp("");
		await submitted();
		expect(ids(QUEUE_B)).to.deep.equal([]);
		expect(lines.metrics).to.deep.equal([]);
	});
});
