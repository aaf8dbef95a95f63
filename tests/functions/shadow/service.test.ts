/** The shadow function through SQS's door: requests answered twice, pairs of jobs, and what comes again. */
import { marshall } from "@aws-sdk/util-dynamodb";
import { expect } from "chai";
import fc from "fast-check";
import type { JobRecord } from "../../../charter/jobs.ts";
import type { VersionRecord } from "../../../charter/registry.ts";
import { ids } from "../../support/functions-ask.ts";
import { MemoryAws } from "../../support/functions-aws.ts";
import { aJob, endedJob, JOB_ID, JOBS_TABLE } from "../../support/functions-jobs.ts";
import {
	artifactBytes,
	heldOut,
	MODEL,
	manifest,
	putFeatures,
	putVersion,
	versionRecord,
} from "../../support/functions-predict.ts";
import { requestMessage, shadowFixture, slicesIn } from "../../support/functions-shadow.ts";

function setUp() {
	const aws = new MemoryAws();
	aws.objects.set(versionRecord(1).artifactKey, artifactBytes);
	for (const version of [1, 2]) putVersion(aws, versionRecord(version));
	return { aws, ...shadowFixture(aws) };
}
const rows = heldOut.slice(0, 3);
/** The champion's labels of the rows, each with how often. */
const bySlice = (disagreed: number) => {
	const slices: Record<string, [number, number]> = {};
	for (const { label } of rows) {
		const [compared] = slices[label] ?? [0, 0];
		slices[label] = [compared + 1, (compared + 1) * disagreed];
	}
	return slices;
};

describe("functions/shadow", () => {
	it("answers a request by both versions and counts, by label, that they agree", async () => {
		const { receive, lines } = setUp();
		expect(await receive([requestMessage()])).to.equal(0);
		expect(slicesIn(lines.metrics)).to.deep.equal(bySlice(0));
		for (const line of lines.metrics) expect(line).to.include({ model: MODEL, version: "2" });
	});

	it("counts the shadow's answer as its version's own, and not among the model's requests", async () => {
		const { receive, lines } = setUp();
		await receive([requestMessage()]);
		const [line] = lines.metrics;
		expect(line).to.deep.include({ version: "2", variant: "shadow", Requests: 1, Errors: 0 });
		const embedded = JSON.stringify(line?._aws);
		expect(embedded).to.include('"Dimensions":[["model","version","variant"]]');
	});

	it("looks up entities as predict does, and compares labels that the caller did not ask for", async () => {
		const { aws, receive, lines } = setUp();
		putFeatures(aws, rows);
		const request = JSON.stringify({ ...JSON.parse(ids(rows)), outputs: [{ name: "probabilities" }] });
		expect(await receive([requestMessage({ request })])).to.equal(0);
		expect(slicesIn(lines.metrics)).to.deep.equal(bySlice(0));
	});

	it("counts the rows of a request that the shadow fails: a broken artifact, and inputs that it does not take", async () => {
		const inputs = [{ name: "picture", datatype: "FP32" as const, shape: [-1, 2] }];
		const { outputs } = manifest.signature;
		const broken: Partial<VersionRecord>[] = [{ sha256: "0".repeat(64) }, { signature: { inputs, outputs } }];
		for (const change of broken) {
			const { aws, receive, lines } = setUp();
			putVersion(aws, versionRecord(2, change));
			expect(await receive([requestMessage()])).to.equal(0);
			expect(slicesIn(lines.metrics)).to.deep.equal({ failed: [3, 3] });
			expect(lines.metrics[0]).to.include({ variant: "shadow", Requests: 1, Errors: 1 });
		}
	});

	it("counts nothing where the champion fails, or the request is one that it refuses", async () => {
		const { aws, receive, lines } = setUp();
		putVersion(aws, versionRecord(1, { sha256: "0".repeat(64) }));
		expect(await receive([requestMessage(), requestMessage({ request: "{" })])).to.equal(0);
		expect(lines.metrics).to.deep.equal([]);
	});

	it("tries again what the moment is to blame for, and counts it once", async () => {
		const { aws, receive, lines } = setUp();
		for (const operation of ["GetItem", "GetObject"]) {
			aws.disturbances.set(operation, "fail");
			expect(await receive([requestMessage()])).to.equal(1);
			aws.disturbances.clear();
		}
		expect(lines.metrics).to.deep.equal([]);
		expect(await receive([requestMessage()])).to.equal(0);
		expect(slicesIn(lines.metrics)).to.deep.equal(bySlice(0));
	});

	it("begins nothing that its time does not let it end", async () => {
		const { receive, aws } = setUp();
		expect(await receive([requestMessage()], Date.now(), 1_000)).to.equal(1);
		expect(aws.calls).to.deep.equal([]);
	});

	it("sets aside what is no message, or of a model that it does not know, and works on", async () => {
		const { receive, lines } = setUp();
		expect(await receive(["", "{}", requestMessage({ model: "other" }), requestMessage()])).to.equal(3);
		expect(slicesIn(lines.metrics)).to.deep.equal(bySlice(0));
		await fc.assert(
			fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (body) => {
				expect(await receive([body])).to.equal(1);
			}),
		);
	});
});

describe("functions/shadow, of jobs", () => {
	const SHADOW_ID = JOB_ID.replace("1", "2");
	const message = JSON.stringify({
		kind: "jobs",
		model: MODEL,
		rollout: 7,
		champion: JOB_ID,
		shadow: SHADOW_ID,
		shadowVersion: 2,
	});
	const answer = (...data: number[]) =>
		JSON.stringify({ outputs: [{ name: "digit", datatype: "INT64", shape: [data.length], data }] });
	const LIVE_MS = Date.parse("2026-01-01T00:01:00.000Z");
	const setUpJobs = (champion: JobRecord, shadow: JobRecord) => {
		const aws = new MemoryAws();
		for (const job of [champion, { ...shadow, job: SHADOW_ID, pk: `JOB#${SHADOW_ID}`, shadowOf: JOB_ID }])
			aws.dynamodb.put(JOBS_TABLE, marshall(job, { removeUndefinedValues: true }));
		return { aws, ...shadowFixture(aws, () => LIVE_MS) };
	};
	const succeeded = endedJob("SUCCEEDED", { response: answer(3, 3, 8) });

	it("compares what both have answered, wherever it lies", async () => {
		const key = "jobs/acme/2/response-1.json";
		const { response, ...large } = endedJob("SUCCEEDED", { responseKey: key });
		for (const shadow of [endedJob("SUCCEEDED", { response: answer(3, 5, 8) }), large]) {
			const { aws, receive, lines } = setUpJobs(succeeded, shadow);
			aws.objects.set(key, Buffer.from(answer(3, 5, 8)));
			expect(await receive([message])).to.equal(0);
			expect(slicesIn(lines.metrics)).to.deep.equal({ 3: [2, 1], 8: [1, 0] });
		}
	});

	it("counts the rows of a job that only the shadow has failed", async () => {
		for (const shadow of [
			endedJob("FAILED"),
			endedJob("EXPIRED"),
			endedJob("SUCCEEDED", { response: '{"outputs":3}' }),
		]) {
			const { receive, lines } = setUpJobs(succeeded, shadow);
			expect(await receive([message])).to.equal(0);
			expect(slicesIn(lines.metrics)).to.deep.equal({ failed: [3, 3] });
		}
	});

	it("counts nothing where there is nothing to compare with", async () => {
		for (const [champion, shadow] of [
			[endedJob("FAILED"), endedJob("FAILED")],
			[endedJob("CANCELLED"), aJob()],
			[succeeded, endedJob("CANCELLED")],
			[endedJob("SUCCEEDED", { expiresAt: 0, response: answer(1) }), aJob()],
		] as const) {
			const { receive, lines } = setUpJobs(champion, shadow);
			expect(await receive([message])).to.equal(0);
			expect(lines.metrics).to.deep.equal([]);
		}
	});

	it("comes again for a pair of which one has not ended, each time twice as late", async () => {
		for (const [champion, shadow] of [
			[succeeded, aJob({ state: "RUNNING" })],
			[aJob(), endedJob("SUCCEEDED")],
		] as const) {
			const { aws, receive, lines } = setUpJobs(champion, shadow);
			expect(await receive([message], LIVE_MS - 40_000)).to.equal(1);
			expect(lines.metrics).to.deep.equal([]);
			expect(aws.sqs.hidden).to.deep.equal([40]);
			expect(await receive([message], LIVE_MS - 2_000)).to.equal(1);
			expect(aws.sqs.hidden).to.deep.equal([40, 15]);
		}
	});
});
