/** The door of the release function. */
import { expect } from "chai";
import fc from "fast-check";
import { readRequest } from "../../../functions/release/request.ts";

const whose = { function: "predict-1a2b3c4", version: "7" };
const start = {
	action: "start",
	stateMachine: "arn:machine",
	releases: [{ ...whose, burnAlarms: ["fast-burn"], probe: { httpMethod: "GET" } }],
	weights: [10, 100],
	intervalSeconds: 300,
};
const REQUESTS: ({ action: string } & Record<string, unknown>)[] = [
	start,
	{ action: "begin", ...whose },
	{ action: "shift", ...whose, from: "6", step: 0, weight: 10 },
	{ action: "judge", ...whose, burnAlarms: [], sinceMs: 1 },
	{ action: "finish", ...whose, from: "6" },
	{ action: "back", ...whose, from: "6", reason: "It is broken." },
];

const messageOf = (event: unknown): string => {
	try {
		readRequest(event);
	} catch (thrown) {
		expect(thrown).to.be.instanceOf(Error).with.property("name", "ReleaseRequestError");
		return thrown instanceof Error ? thrown.message : "";
	}
	return "";
};

describe("functions/release/request", () => {
	for (const event of REQUESTS)
		it(`takes "${event.action}" as it is`, () => {
			expect(readRequest(event)).to.deep.equal(event);
		});

	it("cuts a reason that is as long as a stack trace", () => {
		const request = readRequest({ action: "back", ...whose, from: "6", reason: "x".repeat(5_000) });
		expect(request).to.have.property("reason").that.has.length(4_000);
	});

	const faults: [what: string, event: unknown, words: string][] = [
		["no action", { ...whose }, "action: Invalid"],
		["a version that is not published", { action: "begin", ...whose, version: "$LATEST" }, 'as in "7"'],
		["another function's ARN", { action: "begin", ...whose, function: "arn:aws:lambda:x" }, "a function's name"],
		["weights that fall", { ...start, weights: [50, 10, 100] }, "the weights rise from step to step"],
		["a share above all", { action: "shift", ...whose, from: "6", step: 0, weight: 101 }, "weight"],
		["a key that it does not know", { action: "begin", ...whose, force: true }, "force"],
	];
	for (const [what, event, words] of faults)
		it(`refuses ${what}, in words`, () => {
			expect(messageOf(event))
				.to.include(words)
				.and.match(/Correct it, then ask again\.$/);
		});

	it("takes or refuses anything, and never fails otherwise", () => {
		const any = fc.oneof(
			fc.anything(),
			fc.tuple(fc.constantFrom(...REQUESTS), fc.string(), fc.anything()).map(([event, key, value]) => ({
				...event,
				[key]: value,
			})),
			fc
				.tuple(fc.constantFrom(...REQUESTS), fc.nat(6), fc.anything())
				.map(([event, at, value]) => ({ ...event, [Object.keys(event)[at] ?? "action"]: value })),
		);
		fc.assert(
			fc.property(any, (event) => {
				expect(messageOf(event)).to.be.a("string");
			}),
		);
	});
});
