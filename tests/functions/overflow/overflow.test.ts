/** The function that works on a realtime model's jobs: the same predictions, committed once, and no message lost. */
import { marshall } from "@aws-sdk/util-dynamodb";
import { expect } from "chai";
import { artifactKey } from "../../../charter/registry.ts";
import { bodyOf, CALLBACKS, JOBS_TABLE, QUEUE_A, START_MS } from "../../support/functions-jobs.ts";
import { DEAD_LETTERS, overflowFixture, rowsOf } from "../../support/functions-overflow.ts";
import { inferBody, MODEL, manifest, putRoute, putVersion, versionRecord } from "../../support/functions-predict.ts";

type Fixture = ReturnType<typeof overflowFixture>;

const rows = rowsOf(300);
const byId = JSON.stringify({
	inputs: [{ name: "patient_id", datatype: "BYTES", shape: [300], data: rows.map(({ id }) => id) }],
});
/** A job in the queue, by its id. */
const submit = async ({ infer }: Fixture, body = inferBody(rows), headers: Record<string, string> = {}) =>
	String(bodyOf(await infer({ body, headers: { prefer: "respond-async", ...headers } })).id);
/** The labels of a job's result, wherever it lies. */
function labelsOf({ aws, job }: Fixture, id: string): number[] {
	const { response, responseKey = "" } = job(id) ?? {};
	const text = response ?? Buffer.from(aws.objects.get(responseKey) ?? []).toString();
	const { outputs }: { outputs: { name: string; data: number[] }[] } = JSON.parse(text);
	return outputs.find(({ name }) => name === "label")?.data ?? [];
}

describe("functions/overflow", () => {
	for (const [title, body] of [
		["values", inferBody(rows)],
		["entities, whose features it looks up", byId],
	] as const)
		it(`predicts what the trainer predicted, of ${title}`, async () => {
			const fixture = overflowFixture();
			const id = await submit(fixture, body);
			expect(await fixture.drain()).to.deep.equal([]);
			expect(fixture.job(id)).to.include({ state: "SUCCEEDED", attempt: 1, endedAtMs: START_MS });
			expect(labelsOf(fixture, id)).to.deep.equal(rows.map(({ label }) => label));
			expect(fixture.inFlight()).to.equal(0);
		});

	it("counts the job when it has ended, and says so in one record", async () => {
		const fixture = overflowFixture();
		await submit(fixture);
		fixture.lines.records.length = 0;
		fixture.clock.nowMs += 2_000;
		await fixture.drain();
		expect(fixture.lines.metrics[0]).to.include({
			model: MODEL,
			version: "1",
			Requests: 1,
			Errors: 0,
			Slow: 0,
			Latency: 2_000,
		});
		expect(fixture.lines.records.map(({ message }) => message)).to.deep.equal(["job succeeded"]);
	});

	it("asks for the callback of a job that has ended", async () => {
		const fixture = overflowFixture();
		const id = await submit(fixture, inferBody(rows), { "x-callback-url": "https://hooks.example.com/" });
		await fixture.drain();
		expect(fixture.aws.sqs.messages(CALLBACKS).map(({ body }) => body)).to.deep.equal([JSON.stringify({ job: id })]);
	});

	it("lets a second delivery of an ended job go, and does nothing", async () => {
		const fixture = overflowFixture();
		const id = await submit(fixture);
		const [message] = fixture.aws.sqs.messages(QUEUE_A);
		await fixture.drain();
		const before = fixture.job(id);
		expect(await fixture.drain([message?.body ?? ""])).to.deep.equal([]);
		expect(fixture.job(id)).to.deep.equal(before);
	});

	it("keeps a delivery of a job that another works on", async () => {
		const fixture = overflowFixture();
		const id = await submit(fixture);
		const { aws, job } = fixture;
		const lease = { state: "RUNNING", owner: "another", attempt: 1, leaseUntilMs: START_MS + 20_000 };
		aws.dynamodb.put(JOBS_TABLE, marshall({ ...job(id), ...lease }));
		expect(await fixture.drain()).to.deep.equal(["m-0"]);
		expect(job(id)).to.include(lease);
	});

	it("gives a job back that the platform could not serve, counts nothing against it, and wants its message again", async () => {
		const fixture = overflowFixture();
		const id = await submit(fixture);
		const [body = ""] = fixture.aws.sqs.messages(QUEUE_A).map((message) => message.body);
		fixture.aws.disturbances.set("GetObject", "fail");
		expect(await fixture.drain()).to.deep.equal(["m-0"]);
		expect(fixture.job(id)).to.include({ state: "QUEUED", attempt: 1, failures: 0 });
		fixture.aws.disturbances.clear();
		expect(await fixture.drain([body])).to.deep.equal([]);
		expect(fixture.job(id)).to.include({ state: "SUCCEEDED", attempt: 2 });
	});

	it("sets a job aside with its reason that no other try can mend", async () => {
		const fixture = overflowFixture();
		const id = await submit(fixture, byId.replaceAll(rows[0]?.id ?? "", "nobody"));
		expect(await fixture.drain()).to.deep.equal([]);
		expect(fixture.job(id)).to.include({ state: "FAILED", failures: 1, deadLetteredAtMs: START_MS });
		expect(fixture.job(id)?.error?.code).to.equal("INVALID_REQUEST");
		expect(fixture.job(id)?.error?.message).to.include('has "nobody" in row 0, of which no features are stored');
		expect(fixture.aws.sqs.messages(DEAD_LETTERS).map(({ body }) => JSON.parse(body).job)).to.deep.equal([id]);
		expect(fixture.inFlight()).to.equal(0);
	});

	it("tries a job three times that the model fails at, then sets it aside", async () => {
		const fixture = overflowFixture();
		const id = await submit(fixture);
		const [body = ""] = fixture.aws.sqs.messages(QUEUE_A).map((message) => message.body);
		fixture.aws.objects.set(artifactKey(MODEL, manifest.artifact.sha256), Buffer.from("no model"));
		const outcomes = [await fixture.drain(), await fixture.drain([body]), await fixture.drain([body])];
		expect(outcomes).to.deep.equal([["m-0"], ["m-0"], []]);
		expect(fixture.job(id)).to.include({ state: "FAILED", failures: 3 });
		expect(fixture.aws.sqs.messages(DEAD_LETTERS)).to.have.length(1);
	});

	describe("of a canary's jobs", () => {
		/** A job that was drawn for version 2 while that had all of the traffic. */
		const ofCanary = async () => {
			const fixture = overflowFixture();
			putVersion(fixture.aws, versionRecord(2));
			const champion = { name: "champion", version: 1, weight: 0 };
			putRoute(fixture.aws, [champion, { name: "canary", version: 2, weight: 100 }]);
			const id = await submit(fixture);
			expect(fixture.job(id)).to.include({ version: 2, variant: "canary" });
			return { fixture, id };
		};
		const rolledBack = ({ aws }: Fixture) => putRoute(aws, [{ name: "champion", version: 1, weight: 100 }]);

		it("answers by the champion what waited when the canary was turned back, and counts it as the champion's", async () => {
			const { fixture, id } = await ofCanary();
			rolledBack(fixture);
			fixture.lines.metrics.length = 0;
			expect(await fixture.drain()).to.deep.equal([]);
			expect(fixture.job(id)).to.include({ state: "SUCCEEDED", version: 1, variant: "champion", attempt: 1 });
			expect(fixture.lines.metrics[0]).to.include({ version: "1", variant: "champion", Requests: 1 });
		});

		it("answers by the canary as long as it serves, and when it is the champion", async () => {
			const { fixture, id } = await ofCanary();
			expect(await fixture.drain()).to.deep.equal([]);
			expect(fixture.job(id)).to.include({ state: "SUCCEEDED", version: 2, variant: "canary" });
			const next = await ofCanary();
			putRoute(next.fixture.aws, [{ name: "champion", version: 2, weight: 100 }]);
			expect(await next.fixture.drain()).to.deep.equal([]);
			expect(next.fixture.job(next.id)).to.include({ state: "SUCCEEDED", version: 2 });
		});

		it("gives them back where the route cannot be read, and counts nothing against them", async () => {
			const { fixture, id } = await ofCanary();
			const [body = ""] = fixture.aws.sqs.messages(QUEUE_A).map((message) => message.body);
			fixture.aws.disturbances.set("GetItem", "fail");
			expect(await fixture.drain()).to.deep.equal(["m-0"]);
			expect(fixture.job(id)).to.include({ state: "QUEUED", failures: 0, version: 2 });
			fixture.aws.disturbances.clear();
			rolledBack(fixture);
			expect(await fixture.drain([body])).to.deep.equal([]);
			expect(fixture.job(id)).to.include({ state: "SUCCEEDED", version: 1 });
		});

		it("leaves a job to whoever has it by now", async () => {
			const { fixture, id } = await ofCanary();
			rolledBack(fixture);
			const { aws } = fixture;
			const update = aws.dynamodb.UpdateItem.bind(aws.dynamodb);
			aws.dynamodb.UpdateItem = (input) => {
				const answer = update(input);
				// Claimed by another as soon as by this one.
				aws.dynamodb.put(JOBS_TABLE, marshall({ ...fixture.job(id), attempt: 2, owner: "another" }));
				aws.dynamodb.UpdateItem = update;
				return answer;
			};
			await fixture.drain();
			expect(fixture.job(id)).to.include({ state: "RUNNING", attempt: 2, owner: "another", version: 2 });
		});
	});

	it("sets aside what is no message of a job", async () => {
		const fixture = overflowFixture();
		expect(await fixture.drain(["{"])).to.deep.equal([]);
		expect(fixture.aws.sqs.messages(DEAD_LETTERS).map(({ body }) => body)).to.deep.equal(["{"]);
	});

	it("wants a message again where the table cannot be reached", async () => {
		const fixture = overflowFixture();
		await submit(fixture);
		fixture.aws.dynamodb.UpdateItem = () => {
			throw new TypeError("no table");
		};
		expect(await fixture.drain()).to.deep.equal(["m-0"]);
	});
});
