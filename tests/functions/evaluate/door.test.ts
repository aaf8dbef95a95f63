/** What stands before an evaluation: whatever is sent or staged, it is refused in the platform's own words, or evaluated. */
import { expect } from "chai";
import fc from "fast-check";
import { evaluateFixture, RUN } from "../../support/functions-evaluate.ts";
import { MODEL } from "../../support/functions-predict.ts";

describe("functions/evaluate, its door", () => {
	it("refuses any request but a pipeline's, before it reads anything", async () => {
		const { service, context, aws } = evaluateFixture();
		const part = fc.oneof(fc.constantFrom("../x", "a/b", "", "."), fc.string());
		const events = fc.oneof(
			fc.jsonValue(),
			fc.record({ model: part, run: fc.constant(".."), evaluate: fc.constant({}) }),
			fc.record({ model: fc.constant(MODEL), run: fc.constant(RUN), evaluate: fc.constant({ tolerance: -1 }) }),
		);
		await fc.assert(
			fc.asyncProperty(events, async (event) => {
				const thrown: unknown = await service(event, context).catch((error: unknown) => error);
				expect(thrown).to.include({ name: "PipelineRequestError" });
			}),
		);
		expect(aws.calls).to.deep.equal([]);
	});

	it("refuses any held-out file and never fails otherwise", async () => {
		const { stage, refusal, record } = evaluateFixture({ bus: false });
		const row = fc.record({ id: fc.string(), features: fc.array(fc.double(), { maxLength: 3 }) });
		const files = fc.oneof(
			fc.jsonValue().map((value) => ({ value })),
			fc.record({
				model: fc.constantFrom(MODEL, "other"),
				rows: fc.array(row, { maxLength: 3 }),
				targets: fc.array(fc.oneof(fc.integer(), fc.string()), { maxLength: 3 }),
				slices: fc.dictionary(fc.string(), fc.array(fc.integer(), { maxLength: 3 })),
			}),
		);
		await fc.assert(
			fc.asyncProperty(files, async (heldout) => {
				stage(heldout);
				expect(await refusal()).to.include({ name: "EvaluationRefusedError" });
				expect(record()?.faults).to.have.length(1);
			}),
			{ numRuns: 50 },
		);
	});
});
