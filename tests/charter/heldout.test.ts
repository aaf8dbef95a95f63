import { expect } from "chai";
import fc from "fast-check";
import { HELDOUT_LIMITS, Heldout } from "../../charter/heldout.ts";

describe("charter/heldout", () => {
	const row = (features: number[], more: object = {}) => ({ id: "a", features, ...more });
	const heldout = (change: object = {}) => ({
		model: "digit-reader",
		rows: [row([1, 2], { label: 1, probabilities: [0.5, 0.5], word: "one" }), row([3, 4])],
		targets: [0, 1],
		slices: { first: [0], both: [0, 1] },
		...change,
	});
	const faults = (change: object) =>
		Heldout.safeParse(heldout(change)).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];

	it("takes rows with the trainer's answers, what is true of them, and slices or none", () => {
		expect(Heldout.parse(heldout())).to.deep.equal(heldout());
		expect(Heldout.parse(heldout({ slices: undefined })).slices).to.deep.equal({});
		expect(faults({ targets: ["a", "b"] })).to.deep.equal([]);
	});

	for (const [change, says] of [
		[{ targets: [0] }, "targets: there are 1 for 2 rows"],
		[{ targets: [0, "b"] }, "targets: some are numbers and some are text"],
		[{ rows: [row([1]), row([1, 2])] }, "rows: they differ in how many features they have"],
		[{ slices: { odd: [2] } }, "slices.odd: it names a row beyond the 2"],
		[{ slices: { odd: [1, 1] } }, "slices.odd: it names a row twice"],
		[{ slices: { all: [1] } }, 'slices: "all" is the name of all rows'],
	] as const)
		it(`says what is wrong: ${says}`, () => {
			expect(faults(change)).to.deep.equal([says]);
		});

	it("bounds what is evaluated in one go", () => {
		const slices = Object.fromEntries(Array.from({ length: HELDOUT_LIMITS.slicesMax + 1 }, (_, i) => [`s${i}`, [0]]));
		expect(faults({ slices })).to.deep.equal([`slices: there are at most ${HELDOUT_LIMITS.slicesMax} slices`]);
		const wide = row(Array<number>(HELDOUT_LIMITS.valuesMax / 2 + 1).fill(0));
		expect(faults({ rows: [wide, wide] })).to.deep.equal([
			`rows: they have ${HELDOUT_LIMITS.valuesMax + 2} values, more than ${HELDOUT_LIMITS.valuesMax}`,
		]);
		expect(faults({ slices: { ["x".repeat(HELDOUT_LIMITS.sliceNameMax + 1)]: [0] } })).to.have.length(1);
	});

	it("answers any JSON with what is wrong or with rows of which every slice and target is one", () => {
		const index = fc.integer({ min: -1, max: 3 });
		const files = fc.oneof(
			fc.jsonValue(),
			fc.record({
				model: fc.string(),
				rows: fc.array(
					fc.record({ id: fc.string(), features: fc.array(fc.integer(), { minLength: 1, maxLength: 2 }) }),
					{
						maxLength: 3,
					},
				),
				targets: fc.array(fc.integer(), { maxLength: 3 }),
				slices: fc.dictionary(fc.string({ maxLength: 3 }), fc.array(index, { maxLength: 3 }), { maxKeys: 2 }),
			}),
		);
		fc.assert(
			fc.property(files, (file) => {
				const { data, error } = Heldout.safeParse(file);
				if (!data) return (error?.issues.length ?? 0) > 0;
				expect(data.targets).to.have.lengthOf(data.rows.length);
				for (const indexes of Object.values(data.slices)) expect(indexes.every((at) => data.rows[at])).to.equal(true);
				return true;
			}),
		);
	});
});
