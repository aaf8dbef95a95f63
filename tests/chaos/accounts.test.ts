import { expect } from "chai";
import { type JobRecord, jobKey } from "../../charter/jobs.ts";
import { type Evidence, judge } from "./accounts.ts";
import type { Payload } from "./payloads.ts";
import { emptyHistories } from "./witness.ts";

const row = { id: "image-1", features: [1], answers: { label: [3], probabilities: [0.25, 0.75] } };
const payload = (change: Partial<Payload> = {}): Payload => ({
	number: 0,
	tenant: "acme",
	body: "{}",
	isUploaded: false,
	rows: [row],
	poison: undefined,
	...change,
});
const record = (job: string, change: Partial<JobRecord> = {}): JobRecord => ({
	pk: jobKey(job),
	job,
	tenant: "acme",
	model: "digit-reader",
	version: 1,
	variant: "champion",
	slot: "a",
	state: "SUCCEEDED",
	attempt: 1,
	failures: 0,
	createdAtMs: 1,
	requestSha256: "",
	requestId: "r",
	traceparent: "",
	expiresAt: 1,
	...change,
});
const responseOf = (label: number, probability: number) =>
	JSON.stringify({
		outputs: [
			{ name: "label", datatype: "INT64", shape: [1], data: [label] },
			{ name: "probabilities", datatype: "FP32", shape: [1, 2], data: [1 - probability, probability] },
		],
	});

/** A run of a healthy job and a poisoned one, as all should be; with changes. */
function run(change: Partial<Evidence> = {}): Evidence {
	const histories = emptyHistories();
	histories.jobs.set("good", { state: "SUCCEEDED", claims: 1, releases: 0, endings: 1 });
	histories.jobs.set("bad", { state: "FAILED", claims: 1, releases: 0, endings: 1 });
	histories.inFlight.now.set("INFLIGHT#acme#digit-reader", 0);
	return {
		accepted: new Map([
			["good", payload()],
			["bad", payload({ rows: undefined, poison: "garbage" })],
		]),
		unreadable: [],
		histories,
		records: new Map([
			["good", record("good")],
			["bad", record("bad", { state: "FAILED" })],
		]),
		responses: new Map([["good", responseOf(3, 0.75)]]),
		deadLetters: [{ body: '{"job":"bad"}', job: "bad", reason: "no JSON" }],
		loggedCommits: ["good"],
		...change,
	};
}
const withRecord = (change: Partial<JobRecord>) => new Map(run().records).set("good", record("good", change));

describe("tests/chaos/accounts", () => {
	it("finds nothing wrong with a run as it should be", () => {
		expect(judge(run())).to.deep.equal({
			lost: [],
			doubled: [],
			mismatched: [],
			poison: 1,
			poisonInDlq: 1,
			faults: [],
		});
	});

	it("calls a job lost that has not ended or is not there, and not mismatched too", () => {
		expect(judge(run({ records: withRecord({ state: "RUNNING" }) }))).to.deep.include({
			lost: ["good"],
			mismatched: [],
		});
		expect(judge(run({ records: new Map() })).lost).to.deep.equal(["good", "bad"]);
	});

	it("calls a job doubled that ended twice, or was committed twice", () => {
		const { histories } = run();
		histories.jobs.set("good", { state: "SUCCEEDED", claims: 2, releases: 0, endings: 2 });
		expect(judge(run({ histories })).doubled).to.deep.equal(["good"]);
		expect(judge(run({ loggedCommits: ["good", "good"] })).doubled).to.deep.equal(["good"]);
	});

	it("calls a job doubled that nobody was told of", () => {
		const records = new Map(run().records).set("other", record("other"));
		expect(judge(run({ records })).doubled).to.deep.equal(["other"]);
	});

	it("calls counters of places in flight doubled that are not nothing in the end, or were less", () => {
		const [after, below] = [run().histories, run().histories];
		after.inFlight.now.set("INFLIGHT#acme#digit-reader", 1);
		below.inFlight.least = -1;
		expect(judge(run({ histories: after })).doubled).to.deep.equal(["INFLIGHT#acme#digit-reader"]);
		expect(judge(run({ histories: below })).doubled).to.deep.equal(["INFLIGHT"]);
	});

	for (const [what, change] of [
		["has another label", { responses: new Map([["good", responseOf(4, 0.75)]]) }],
		["is off by more than 1e-5", { responses: new Map([["good", responseOf(3, 0.75002)]]) }],
		["has no response", { responses: new Map() }],
		["has a response that is no JSON", { responses: new Map([["good", "{"]]) }],
		["failed", { records: withRecord({ state: "FAILED" }) }],
		["was set aside", { deadLetters: [...run().deadLetters, { body: "{}", job: "good", reason: "r" }] }],
	] as const)
		it(`calls a healthy job mismatched that ${what}`, () => {
			expect(judge(run(change)).mismatched).to.deep.equal(["good"]);
		});

	it("lets a probability be off by less than 1e-5", () => {
		expect(judge(run({ responses: new Map([["good", responseOf(3, 0.750009)]]) })).mismatched).to.deep.equal([]);
	});

	it("counts poison once however often it lies there, and only with its reason", () => {
		const [letter] = run().deadLetters;
		const twice = letter ? [letter, letter] : [];
		expect(judge(run({ deadLetters: twice }))).to.deep.include({ poison: 1, poisonInDlq: 1 });
		expect(judge(run({ deadLetters: [] }))).to.deep.include({ poison: 1, poisonInDlq: 0 });
		expect(judge(run({ deadLetters: [{ body: "", job: "bad", reason: undefined }] }))).to.deep.include({
			poisonInDlq: 0,
		});
	});

	it("finds unreadable messages by their text", () => {
		const unreadable = ["no message 1", "no message 2"];
		const deadLetters = [...run().deadLetters, { body: "no message 2", job: undefined, reason: "unreadable" }];
		const { poison, poisonInDlq, faults } = judge(run({ unreadable, deadLetters }));
		expect([poison, poisonInDlq, faults]).to.deep.equal([
			3,
			2,
			["the message no message 1 is poison, and is not in the dead-letter queue with a reason"],
		]);
	});
});
