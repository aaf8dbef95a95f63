/** The door of the rollout function: what the pipeline and people ask goes through, and whatever else comes is refused in words. */
import { expect } from "chai";
import fc from "fast-check";
import { readRequest } from "../../../functions/rollout/request.ts";
import { PLANS } from "../../support/rollout/world.ts";

const step = {
	model: "digit-reader",
	execution: "arn:execution",
	evaluate: { floors: {} },
	trainImage: "trainer@sha256:1",
};
const variants = [
	{ name: "champion", version: 3, weight: 50 },
	{ name: "b", version: 4, weight: 50 },
];
const experiment = { ...step, action: "experiment", variants, sticky: "user" };

const messageOf = (event: unknown): string => {
	try {
		readRequest(event);
	} catch (thrown) {
		expect(thrown).to.be.instanceOf(Error).with.property("name", "PipelineRequestError");
		return thrown instanceof Error ? thrown.message : "";
	}
	return "";
};

describe("functions/rollout/request", () => {
	for (const event of [
		{ ...step, action: "begin", input: {} },
		{ ...step, action: "begin", input: { version: 2 } },
		{ ...step, action: "open", version: 2, plan: PLANS.realtime },
		{ ...step, action: "open", version: 2, plan: PLANS.queued },
		{ ...step, action: "open", version: 2 },
		{ ...step, action: "ask", rollout: 1, taskToken: "token" },
		{ ...step, action: "deploy", rollout: 1 },
		{ ...step, action: "shift", rollout: 1 },
		{ ...step, action: "finalize", rollout: 1 },
		{ ...step, action: "rollback", rollout: 1, reason: "It is worse." },
		{ model: "digit-reader", execution: "by-hand", action: "rollback", reason: "It is worse." },
		{
			model: "digit-reader",
			execution: "by-hand",
			action: "rollback",
			reason: "It is worse.",
			seen: 0,
			champion: true,
		},
		{ ...step, action: "end" },
		{ action: "watch" },
		experiment,
		{ model: "digit-reader", execution: "by-hand", action: "end-experiment" },
	])
		it(`takes "${event.action}" with ${Object.keys(event).slice(-2).join(" and ")}`, () => {
			expect(readRequest(event)).to.include({ action: event.action });
		});

	const refusals: [what: string, event: object, message: RegExp][] = [
		["an action that it does not have", { ...step, action: "promote" }, /one of begin, open, ask/],
		["an object's own words as an action", { ...step, action: "constructor" }, /one of begin, open, ask/],
		["a model's name that could leave its key", { ...step, model: "a#b", action: "end" }, /model: a model's name has/],
		["a rollout that is none", { ...step, action: "deploy", rollout: 0 }, /"deploy".*rollout: /],
		[
			"weights that fall",
			{ ...step, action: "open", version: 2, plan: { ...PLANS.realtime, weights: [50, 10, 100] } },
			/rise/,
		],
		[
			"weights that do not end at 100",
			{ ...step, action: "open", version: 2, plan: { ...PLANS.realtime, weights: [5] } },
			/100/,
		],
		["one variant alone", { ...experiment, variants: variants.slice(1) }, /variants/],
		[
			"variants with one name",
			{ ...experiment, variants: [variants[0], variants[0]] },
			/each variant has its own name/,
		],
		[
			"weights that do not sum to 100",
			{ ...experiment, variants: [variants[0], { ...variants[1], weight: 40 }] },
			/sum to 100/,
		],
		[
			"a variant that is called as a rollout's",
			{ ...experiment, variants: [variants[0], { ...variants[1], name: "canary" }] },
			/this name/,
		],
	];
	for (const [what, event, message] of refusals)
		it(`refuses ${what}`, () => {
			expect(messageOf(event)).to.match(message);
		});

	it("refuses in words whatever else comes", () => {
		const action = fc.constantFrom(
			"begin",
			"open",
			"ask",
			"deploy",
			"shift",
			"finalize",
			"rollback",
			"end",
			"experiment",
		);
		const field = fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.constant(1e308), fc.constant("x".repeat(5_000)));
		const junk = fc.dictionary(
			fc.constantFrom("model", "execution", "version", "rollout", "plan", "input", "variants", "reason"),
			field,
		);
		const events = fc.oneof(
			fc.anything(),
			fc.jsonValue(),
			fc.record({ action, junk }).map(({ action, junk }) => ({ action, ...junk })),
		);
		fc.assert(
			fc.property(events, (event) => {
				let request: unknown;
				try {
					request = readRequest(event);
				} catch (thrown) {
					expect(thrown).to.be.instanceOf(Error).with.property("name", "PipelineRequestError");
					return;
				}
				expect(request).to.be.an("object");
			}),
			{ numRuns: 500 },
		);
	});
});
