/** Two answers row by row: labels have to be the same, numbers close, and each row counts in one slice. */
import { expect } from "chai";
import fc from "fast-check";
import { compareAnswers } from "../../../functions/shadow/compare.ts";
import { AnswerFormError, type Output, readOutputs } from "../../../functions/shadow/outputs.ts";

const labels = (...data: unknown[]): Output => ({ name: "label", datatype: "INT64", shape: [data.length], data });
const numbers = (shape: number[], ...data: unknown[]): Output => ({ name: "score", datatype: "FP32", shape, data });
const compare = (champion: Output[], shadow: Output[], known = new Set<string>(), tolerance = 0.05) =>
	Object.fromEntries(compareAnswers(champion, shadow, { known, tolerance }));
const counts = (compared: number, disagreed: number) => ({ compared, disagreed });

describe("functions/shadow/compare", () => {
	it("counts each row in the slice of its champion's label", () => {
		expect(compare([labels(0, 1, 1, 0)], [labels(0, 0, 1, 1)])).to.deep.equal({ 0: counts(2, 1), 1: counts(2, 1) });
	});

	it("does not compare the probabilities beside a label", () => {
		const scores = [numbers([2, 2], 0.9, 0.1, 0.2, 0.8), numbers([2, 2], 0.6, 0.4, 0.4, 0.6)] as const;
		expect(compare([labels(0, 1), scores[0]], [labels(0, 1), scores[1]])).to.deep.equal({
			0: counts(1, 0),
			1: counts(1, 0),
		});
	});

	it("lets numbers without a label differ by the tolerance, as a share of those over 1", () => {
		const shadow = numbers([6], 0.05, 0.06, 105, 105.1, -105, null);
		expect(compare([numbers([6], 0, 0, 100, 100, -100, null)], [shadow])).to.deep.equal({ all: counts(6, 2) });
	});

	it("compares all values of a row, and no other row's", () => {
		const champion = numbers([3, 2], 1, 2, 3, 4, 5, 6);
		expect(compare([champion], [numbers([3, 2], 1, 2, 3, 9, 5, 6)])).to.deep.equal({ all: counts(3, 1) });
	});

	it("tells texts, truths and long integers apart as they are", () => {
		const texts = (...data: string[]): Output => ({ name: "label", datatype: "BYTES", shape: [data.length], data });
		expect(compare([texts("cat", "dog")], [texts("cat", "cat")])).to.deep.equal({
			cat: counts(1, 0),
			dog: counts(1, 1),
		});
		const truths = (...data: boolean[]): Output => ({ name: "label", datatype: "BOOL", shape: [data.length], data });
		expect(compare([truths(true, false)], [truths(true, true)])).to.deep.equal({
			true: counts(1, 0),
			false: counts(1, 1),
		});
		const long = (last: number) =>
			readOutputs(`{"outputs":[{"name":"label","datatype":"INT64","shape":[1],"data":[900719925474099${last}]}]}`);
		expect(compare(long(3), long(3))).to.deep.equal({ "9007199254740993": counts(1, 0) });
		expect(compare(long(3), long(2))).to.deep.equal({ "9007199254740993": counts(1, 1) });
		expect(compare([labels(9007199254740993n)], long(3))).to.deep.equal({ "9007199254740993": counts(1, 0) });
	});

	it("disagrees on every row of an output that the shadow does not have, or has otherwise", () => {
		for (const shadow of [
			[],
			[labels(0)],
			[{ ...numbers([2], 0, 1), name: "label" }],
			[{ ...labels(0, 1), name: "class" }],
		])
			expect(compare([labels(0, 1)], shadow)).to.deep.equal({ 0: counts(1, 1), 1: counts(1, 1) });
	});

	it("has one slice for labels that are too many, and goes on with it", () => {
		const known = new Set<string>();
		const sixteen = Array.from({ length: 16 }, (_, i) => i);
		expect(Object.keys(compare([labels(...sixteen)], [labels(...sixteen)], known))).to.have.length(16);
		expect(compare([labels(16)], [labels(16)], known)).to.deep.equal({ all: counts(1, 0) });
		expect(compare([labels(1)], [labels(2)], known)).to.deep.equal({ all: counts(1, 1) });
	});

	it("names no slice by what CloudWatch cannot take, or like one of its own", () => {
		const texts = ["", "ä", "failed", "x".repeat(65), "a b"];
		const output: Output = { name: "label", datatype: "BYTES", shape: [texts.length], data: texts };
		expect(compare([output], [output])).to.deep.equal({ all: counts(texts.length, 0) });
	});

	it("counts every row once, agrees with itself, and disagrees no more with a larger tolerance", () => {
		const value = fc.oneof(fc.double(), fc.constant(null));
		const answers = fc.integer({ min: 1, max: 20 }).chain((rows) => {
			const row = fc.array(value, { minLength: rows * 2, maxLength: rows * 2 });
			const label = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: rows, maxLength: rows });
			const answer = fc.record({ row, label, hasLabel: fc.constant(true) });
			return fc.record({ rows: fc.constant(rows), isLabelled: fc.boolean(), one: answer, other: answer });
		});
		const sum = (slices: Record<string, { compared: number; disagreed: number }>, name: "compared" | "disagreed") =>
			Object.values(slices).reduce((total, slice) => total + slice[name], 0);
		fc.assert(
			fc.property(
				answers,
				fc.double({ min: 0, max: 10, noNaN: true }),
				({ rows, isLabelled, one, other }, tolerance) => {
					const outputs = ({ row, label }: typeof one): Output[] => [
						numbers([rows, 2], ...row),
						...(isLabelled ? [labels(...label)] : []),
					];
					const [champion, shadow] = [outputs(one), outputs(other)];
					const slices = compare(champion, shadow, new Set(), tolerance);
					expect(sum(slices, "compared")).to.equal(rows);
					expect(sum(compare(champion, champion, new Set(), 0), "disagreed")).to.equal(0);
					const wider = compare(champion, shadow, new Set(), tolerance * 2);
					expect(sum(wider, "disagreed")).to.be.at.most(sum(slices, "disagreed"));
				},
			),
		);
	});
});

describe("functions/shadow/outputs", () => {
	it("reads flat and nested data alike", () => {
		const text = (data: string) => `{"outputs":[{"name":"score","datatype":"FP32","shape":[2,2],"data":${data}}]}`;
		expect(readOutputs(text("[[1,2],[3,4]]"))).to.deep.equal(readOutputs(text("[1,2,3,4]")));
	});

	it("reads whatever it gets, or says that it is no answer", () => {
		const texts = fc.oneof(
			fc.string(),
			fc.json(),
			fc.anything().map((any) => JSON.stringify({ outputs: [any] }) ?? ""),
		);
		fc.assert(
			fc.property(texts, (text) => {
				try {
					expect(readOutputs(text)).to.be.an("array");
				} catch (thrown) {
					expect(thrown).to.be.instanceOf(AnswerFormError);
				}
			}),
		);
	});
});
