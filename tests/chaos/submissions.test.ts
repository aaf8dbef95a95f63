import { expect } from "chai";
import { type Payload, payloadOf } from "./payloads.ts";
import { type Random, randomOf } from "./random.ts";
import { type Reception, startSubmissions } from "./submissions.ts";

const heldout = [{ id: "image-1", features: [1], answers: {} }];
const payloads: Payload[] = [0, 1, 2].map((number) => payloadOf(number, "acme", heldout));
const withRepeats = (isHit: boolean): Random => ({ ...randomOf(1, "clients"), isHit: () => isHit });

/** Submits to a door that answers so, by the payload's number and how often it was asked before. */
function submitTo(answer: (number: number, asked: number) => Reception, isRepeated = false, signal?: AbortSignal) {
	const asked = new Map<number, number>();
	const submit = async ({ number }: Payload) => {
		const times = asked.get(number) ?? 0;
		asked.set(number, times + 1);
		return answer(number, times);
	};
	const options = {
		payloads,
		submit,
		random: withRepeats(isRepeated),
		restMs: 0,
		signal: signal ?? new AbortController().signal,
	};
	return { ...startSubmissions(options), asked };
}

describe("tests/chaos/submissions", () => {
	it("ask again until each is accepted", async () => {
		const { accepted, done, asked } = submitTo((number, times) =>
			times < number ? { kind: "later" } : { kind: "accepted", job: `job-${number}` },
		);
		await done;
		expect([...accepted].map(([job, { number }]) => [job, number]).sort()).to.deep.equal([
			["job-0", 0],
			["job-1", 1],
			["job-2", 2],
		]);
		expect([...asked.values()]).to.deep.equal([1, 2, 3]);
	});

	it("ask once more now and then, and find a second job where there is one", async () => {
		const same = submitTo((number) => ({ kind: "accepted", job: `job-${number}` }), true);
		await same.done;
		expect([...same.asked.values()]).to.deep.equal([2, 2, 2]);
		const { done } = submitTo((number, times) => ({ kind: "accepted", job: `job-${number}-${times}` }), true);
		const error: Error = await done.then(
			() => new Error("nothing was thrown"),
			(thrown) => thrown,
		);
		expect(error.message).to.match(/^The payload \d became two jobs under one key: job-\d-0 and job-\d-1\.$/);
	});

	it("fail where a good payload is refused", async () => {
		const error: Error = await submitTo(() => ({ kind: "refused", why: "400" })).done.then(
			() => new Error("nothing was thrown"),
			(thrown) => thrown,
		);
		expect(error.message).to.match(/^The payload \d was refused, but is good: 400$/);
	});

	it("end when their time is over", async () => {
		const { accepted, done } = submitTo(() => ({ kind: "later" }), false, AbortSignal.timeout(50));
		await done;
		expect(accepted.size).to.equal(0);
	});
});
