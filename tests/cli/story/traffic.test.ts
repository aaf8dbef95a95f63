import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { TriplaneError } from "../../../charter/errors.ts";
import { patient, startTraffic } from "../../../cli/story/traffic.ts";

const answer = (status: number, body: unknown = { model_version: "1" }) => ({
	status,
	body,
	requestId: "r",
	traceId: "t",
	retryAfterSeconds: undefined,
	latencyMs: 1,
});
const request = () => ({ inputs: [] });
const quick = { rps: 2_000, atOnce: 4 };

describe("cli/story/traffic", () => {
	it("counts what was served by version, and keeps every failure", async () => {
		let asked = 0;
		const client = {
			infer: async () => {
				asked += 1;
				if (asked % 5 === 0) return answer(500, { error: "down" });
				if (asked % 7 === 0) throw new Error("socket hang up");
				return answer(200, { model_version: asked % 2 === 0 ? "2" : "1" });
			},
		};
		const traffic = startTraffic(client, "m", request, quick);
		while (asked < 70) await sleep(5);
		const { sent, served, byVersion, failures } = await traffic.stop();
		expect(sent).to.equal(asked);
		expect(served + failures.length).to.equal(sent);
		expect((byVersion["1"] ?? 0) + (byVersion["2"] ?? 0)).to.equal(served);
		expect(failures.find(({ status }) => status === 500)).to.deep.equal({
			status: 500,
			requestId: "r",
			body: { error: "down" },
		});
		expect(failures.find(({ status }) => status === 0)?.body).to.equal("Error: socket hang up");
	});

	it("has no more requests on their way than it may, and answers for all of them when it stops", async () => {
		let [onTheWay, most] = [0, 0];
		const client = {
			infer: async () => {
				most = Math.max(most, ++onTheWay);
				await sleep(15);
				onTheWay -= 1;
				return answer(200);
			},
		};
		const traffic = startTraffic(client, "m", request, quick);
		await sleep(120);
		const { sent, served } = await traffic.stop();
		expect(most).to.equal(4);
		expect([onTheWay, served]).to.deep.equal([0, sent]);
	});

	it("keeps to its rate, and sends the requests in their order", async () => {
		const asked: number[] = [];
		const client = {
			infer: async (_: string, { inputs }: { inputs: unknown[] }) => {
				asked.push(inputs.length);
				return answer(200);
			},
		};
		const traffic = startTraffic(client, "m", (i) => ({ inputs: Array(i).fill(undefined) }), { rps: 100, atOnce: 50 });
		await sleep(300);
		await traffic.stop();
		expect(asked).to.deep.equal(asked.map((_, i) => i));
		expect(asked.length).to.be.within(10, 45);
	});
});

describe("cli/story/traffic: patients", () => {
	const rows = ["a", "b", "c"].map((id, i) => ({ id, features: [i + 1, 10], answers: {} }));

	it("sends the held-out rows in turn, and every fifth with values beyond all of them", () => {
		expect(
			Array.from({ length: 7 }, (_, i) => patient(rows, i)).map(({ id, features }) => [id, features]),
		).to.deep.equal([
			["a", [1, 10]],
			["b", [2, 10]],
			["c", [3, 10]],
			["a", [1, 10]],
			["b", [20, 100]],
			["c", [3, 10]],
			["a", [1, 10]],
		]);
	});

	it("says so where there is none to send", () => {
		expect(() => patient([], 0)).to.throw(TriplaneError, "no held-out rows");
	});
});
