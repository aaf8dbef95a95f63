/** What callers of a realtime model notice of a rollout: their arm, and nothing else. And what its shadow is sent. */
import { setImmediate as turn } from "node:timers/promises";
import { marshall } from "@aws-sdk/util-dynamodb";
import { expect } from "chai";
import { ENVIRONMENT } from "../../../charter/environment.ts";
import { ROUTE_CACHE_MS } from "../../../charter/limits.ts";
import { modelKey, ROUTE_KEY, type RouteRecord } from "../../../charter/registry.ts";
import { eventually } from "../../support/eventually.ts";
import { acme } from "../../support/functions-api.ts";
import { infer, ROOT, refusal } from "../../support/functions-ask.ts";
import type { MemoryAws } from "../../support/functions-aws.ts";
import {
	artifactBytes,
	heldOut,
	inferBody,
	MODEL,
	predictFixture,
	putVersion,
	TABLES,
	versionRecord,
} from "../../support/functions-predict.ts";
import { SHADOW_QUEUE, shadowFixture, slicesIn } from "../../support/functions-shadow.ts";

const START_MS = Date.parse("2026-01-01T00:00:00.000Z");
const tenant = { ...acme, rps: "1000000", burst: "1000000" };

function setUp() {
	const clock = { nowMs: START_MS };
	const environment = { [ENVIRONMENT.shadowQueueUrl]: SHADOW_QUEUE };
	const fixture = predictFixture({ now: () => clock.nowMs, environment });
	// Under a key of its own: that it is read is seen.
	fixture.aws.objects.set("models/two", artifactBytes);
	putVersion(fixture.aws, versionRecord(2, { artifactKey: "models/two" }));
	return { clock, fixture, aws: fixture.aws, metrics: fixture.lines.metrics };
}

const writeRoute = (aws: MemoryAws, change: Partial<RouteRecord>): void =>
	aws.dynamodb.put(
		TABLES.registry,
		marshall({ pk: modelKey(MODEL), sk: ROUTE_KEY, revision: 2, variants: [], ...change }),
	);
const canaryAt = (weight: number): Pick<RouteRecord, "variants" | "rollout"> => ({
	variants: [
		{ name: "champion", version: 1, weight: 100 - weight },
		{ name: "canary", version: 2, weight },
	],
	rollout: 7,
});
const shadowed: Pick<RouteRecord, "variants" | "rollout"> = {
	variants: [
		{ name: "champion", version: 1, weight: 100 },
		{ name: "shadow", version: 2, weight: 0, mirrorPct: 100 },
	],
	rollout: 7,
};

describe("functions/predict, in a rollout", () => {
	it("names the variant that answers", async () => {
		const { aws, fixture } = setUp();
		writeRoute(aws, canaryAt(100));
		expect((await infer(fixture)).headers).to.include({ "x-model-variant": "canary" });
		const pinned = await infer(fixture, { resource: `${ROOT}/versions/{version}/infer`, version: "1" });
		expect(pinned.headers).to.include({ "x-model-variant": "pinned" });
	});

	it("shows a user one arm in all its requests, and each arm to some users", async () => {
		const { aws, fixture } = setUp();
		writeRoute(aws, { ...canaryAt(50), sticky: { by: "user", salt: "m#7" } });
		const armsOf = async (user: string) => {
			const arms = new Set<unknown>();
			for (let i = 0; i < 5; i++) {
				const headers = { "x-user-id": user, "x-request-id": `${i}` };
				arms.add((await infer(fixture, { tenant, headers })).headers?.["x-model-variant"]);
			}
			return [...arms];
		};
		const all = await Promise.all(["ann", "bob", "cleo", "dan", "eve", "finn", "gus", "hal"].map(armsOf));
		for (const arms of all) expect(arms).to.have.length(1);
		expect(new Set(all.flat()).size).to.equal(2);
		const malformed = await Promise.all(["a b", "ä", "x".repeat(129)].map(armsOf));
		expect(new Set(malformed.flat()).size, "the tenant's own arm").to.equal(1);
	});

	/** Requests that are all answered, and how many of them by version 2. */
	const answered = async ({ clock, fixture, metrics }: ReturnType<typeof setUp>, requests: number) => {
		metrics.length = 0;
		for (let i = 0; i < requests; i++) {
			const headers = { "x-request-id": `${clock.nowMs}-${i}` };
			expect(await infer(fixture, { tenant, headers })).to.include({ statusCode: 200 });
		}
		return metrics.filter(({ version }) => version === "2").length;
	};

	it("answers every request of a promotion and of a rollback", async () => {
		const rollout = setUp();
		const { clock, aws, fixture } = rollout;
		for (const [weight, least, most] of [
			[0, 0, 0],
			[50, 30, 70],
			[100, 100, 100],
			[0, 0, 0],
			[50, 30, 70],
		] as const) {
			writeRoute(aws, canaryAt(weight));
			clock.nowMs += ROUTE_CACHE_MS;
			await infer(fixture, { tenant });
			await eventually(async () => {
				await turn();
				expect(await answered(rollout, 100), `at ${weight} %`).to.be.within(least, most);
			});
		}
	});

	it("answers by the champion while the new version is loaded, and goes back to it from there", async () => {
		const rollout = setUp();
		const { clock, aws } = rollout;
		expect(await answered(rollout, 5)).to.equal(0);
		aws.disturbances.set("GetObject", "hang");
		for (const weight of [50, 0]) {
			writeRoute(aws, canaryAt(weight));
			clock.nowMs += ROUTE_CACHE_MS;
			expect(await answered(rollout, 20)).to.equal(0);
		}
		expect(aws.calls.filter((call) => call === "GetObject")).to.have.length(2);
	});

	it("serves by the last route while the registry holds half a one", async () => {
		const { clock, aws, fixture } = setUp();
		await infer(fixture);
		writeRoute(aws, { variants: [{ name: "champion", version: 1, weight: 60 }] });
		clock.nowMs += ROUTE_CACHE_MS;
		expect(await infer(fixture)).to.include({ statusCode: 200 });
		expect(fixture.lines.records.at(-2)?.error).to.deep.include({
			message: `The item ROUTE of "${MODEL}" in the table registry is not in the registry's form: the weights sum to 60, not to 100. Restore it from the table's backup.`,
		});
	});

	it("is ready as long as the version with most of the traffic is", async () => {
		const { aws, fixture } = setUp();
		aws.objects.delete("models/two");
		writeRoute(aws, canaryAt(5));
		const ready = { method: "GET", resource: `${ROOT}/ready` };
		expect(await infer(fixture, ready)).to.include({ statusCode: 200 });
	});
});

describe("functions/predict, with a shadow", () => {
	const sent = (aws: MemoryAws) => aws.sqs.messages(SHADOW_QUEUE).map(({ body }) => JSON.parse(body));

	it("sends the whole request to the shadow's queue, which the shadow function then answers", async () => {
		const { aws, fixture } = setUp();
		writeRoute(aws, shadowed);
		const body = inferBody(heldOut.slice(0, 4));
		const answer = await infer(fixture, { body, headers: { "x-request-id": "r-1" } });
		await turn();
		expect(sent(aws)).to.deep.equal([
			{
				kind: "request",
				model: MODEL,
				rollout: 7,
				requestId: "r-1",
				traceparent: answer.headers?.traceparent,
				champion: 1,
				shadow: 2,
				request: body,
			},
		]);
		const { receive, lines } = shadowFixture(aws);
		expect(await receive(aws.sqs.messages(SHADOW_QUEUE).map((message) => message.body))).to.equal(0);
		const counts = Object.values(slicesIn(lines.metrics));
		const sums = [0, 1].map((at) => counts.reduce((sum, count) => sum + (count[at] ?? 0), 0));
		expect(sums, "compared and disagreed").to.deep.equal([4, 0]);
	});

	it("answers without waiting for a queue that does not, and counts what it cannot send meanwhile", async () => {
		const { aws, fixture, metrics } = setUp();
		writeRoute(aws, shadowed);
		aws.disturbances.set("SendMessage", "hang");
		for (let i = 0; i < 3; i++) expect(await infer(fixture)).to.include({ statusCode: 200 });
		expect(metrics.filter(({ ShadowDropped }) => ShadowDropped === 1)).to.have.length(2);
		expect(sent(aws)).to.deep.equal([]);
	});

	it("counts what could not be sent, and sends the next one", async () => {
		const { aws, fixture, metrics } = setUp();
		writeRoute(aws, shadowed);
		aws.disturbances.set("SendMessage", "fail");
		expect(await infer(fixture)).to.include({ statusCode: 200 });
		await turn();
		expect(metrics.map(({ ShadowDropped }) => ShadowDropped)).to.include(1);
		aws.disturbances.clear();
		await infer(fixture);
		await turn();
		expect(sent(aws)).to.have.length(1);
	});

	it("sends no request that is too large for a message, that was refused, or that pins its version", async () => {
		const { aws, fixture, metrics } = setUp();
		writeRoute(aws, shadowed);
		const large = inferBody(heldOut.slice(0, 1), { parameters: { note: "x".repeat(60_000) } });
		const padded = `${" ".repeat(150_000)}${large}`;
		expect(await infer(fixture, { body: padded })).to.include({ statusCode: 200 });
		expect(metrics.filter(({ ShadowDropped }) => ShadowDropped === 1)).to.have.length(1);
		expect(await refusal(fixture, { body: "{" })).to.include({ status: 400 });
		await infer(fixture, { resource: `${ROOT}/versions/{version}/infer`, version: "1" });
		await turn();
		expect(sent(aws)).to.deep.equal([]);
	});

	it("sends nothing where the program names no queue", async () => {
		const fixture = predictFixture();
		writeRoute(fixture.aws, shadowed);
		putVersion(fixture.aws, versionRecord(2));
		expect(await infer(fixture)).to.include({ statusCode: 200 });
		await turn();
		expect(fixture.aws.calls).to.not.include("SendMessage");
	});
});
