/** Which versions may answer the callers of which: whatever one would refuse is told before it has any traffic. */
import { expect } from "chai";
import fc from "fast-check";
import { DATATYPES, type Signature, type TensorSpec } from "../../../charter/registry.ts";
import { callersFault } from "../../../functions/rollout/callers.ts";
import { failureOf } from "../../support/failure.ts";
import { setUp } from "../../support/rollout/asking.ts";
import { SIGNATURE } from "../../support/rollout/world.ts";

const [pixels, digit] = [...SIGNATURE.inputs, ...SIGNATURE.outputs] as [TensorSpec, TensorSpec];
const features = (columns: string[], entityInput = "writer") => ({ input: "pixels", entityInput, columns });
const faultOf = (change: Partial<Signature>, was: Signature = SIGNATURE) =>
	callersFault({ signature: was }, { signature: { ...SIGNATURE, ...change } });

describe("functions/rollout/callers", () => {
	for (const [what, change, fault] of [
		["lacks an input", { inputs: [] }, 'it has no input "pixels"'],
		["wants one more", { inputs: [pixels, { ...pixels, name: "pen" }] }, 'it wants an input "pen"'],
		["reads another type", { inputs: [{ ...pixels, datatype: "FP64" }] }, 'its input "pixels" is FP64, not FP32'],
		[
			"reads another shape",
			{ inputs: [{ ...pixels, shape: [-1, 65] }] },
			'its input "pixels" has the shape [-1,65], not [-1,64]',
		],
		["lacks an output", { outputs: [] }, 'it has no output "digit"'],
		[
			"answers with another type",
			{ outputs: [{ ...digit, datatype: "BYTES" }] },
			'its output "digit" is BYTES, not INT64',
		],
	] as const satisfies [string, Partial<Signature>, string][])
		it(`have a fault to find with a version that ${what}`, () => {
			expect(faultOf(change)).to.equal(fault);
		});

	it("have none with one that takes and answers more, nor where nobody is served yet", () => {
		expect(
			faultOf({ inputs: [{ ...pixels, shape: [-1, -1] }], outputs: [{ ...digit, name: "more" }, digit] }),
		).to.equal(undefined);
		expect(callersFault(undefined, { signature: SIGNATURE })).to.equal(undefined);
	});

	it("who name entities need not know the features, but are told where entities are no longer known", () => {
		const was = { ...SIGNATURE, features: features(["a", "b"]) };
		const wider = { inputs: [{ ...pixels, shape: [-1, 65] }], features: features(["a", "b", "c"]) };
		expect(faultOf(wider, was)).to.equal(undefined);
		const fault = 'it does not take "writer" in place of "pixels"';
		expect([faultOf({}, was), faultOf({ features: features(["a"], "pen") }, was)]).to.deep.equal([fault, fault]);
	});

	it("are never at fault with their own version", () => {
		const spec = fc.record({
			name: fc.string(),
			datatype: fc.constantFrom(...DATATYPES),
			shape: fc.array(fc.integer({ min: -1 }), { minLength: 1 }),
		});
		const specs = fc.uniqueArray(spec, { selector: ({ name }) => name });
		fc.assert(
			fc.property(specs, specs, (inputs, outputs) => {
				const version = { signature: { inputs, outputs } };
				expect(callersFault(version, version)).to.equal(undefined);
			}),
		);
	});

	it("are asked for before a rollout or an experiment begins, but not for a batch model, which nobody calls", async () => {
		const { world, begin, open, ask } = setUp();
		const other = { ...SIGNATURE, inputs: [{ ...pixels, shape: [-1, 65] }] };
		world.registry.put({ pk: world.pk, sk: "VERSION#000002", ...{ version: 2, signature: other } });
		await begin({ version: 2 });
		expect(await failureOf(open())).to.equal(
			'Version 2 of "digit-reader" cannot take requests beside version 1: its input "pixels" has the shape [-1,65], not [-1,64]. Register it as a model of its own, and let callers change over.',
		);
		const variants = [1, 2].map((version) => ({ name: `v-${version}`, version, weight: 50 }));
		expect(await failureOf(ask("experiment", { variants, sticky: "none" }))).to.equal(
			'The variant "v-2" cannot take requests beside version 1: its input "pixels" has the shape [-1,65], not [-1,64]. Register it as a model of its own.',
		);
		expect([world.route.revision, world.registry.under(world.pk, "ROLLOUT#")]).to.deep.equal([1, []]);
		expect(await ask("open", { version: 2 })).to.include({ state: "PROMOTED" });
	});
});
