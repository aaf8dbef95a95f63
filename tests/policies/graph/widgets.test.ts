import { expect } from "chai";
import { rowsOf, stringsIn } from "../../../policies/graph/widgets.ts";
import { UNKNOWN } from "../../support/policies.ts";

describe("policies/graph/widgets", () => {
	const rows = (...metrics: unknown[]) =>
		rowsOf(metrics).map(({ namespace, pairs }) => [namespace, ...pairs.map((pair) => pair.join("="))]);
	const first = ["AWS/Lambda", "Errors", "FunctionName", "score", "Resource", "live"];

	it("reads a metric's namespace and dimensions, and what else stands in its row", () => {
		expect(rows(first)).to.deep.equal([["AWS/Lambda", "FunctionName=score", "Resource=live"]]);
		expect(rows(["AWS/Lambda", "Errors"])).to.deep.equal([["AWS/Lambda"]]);
		expect(rows(["AWS/Lambda", "Errors", "FunctionName"]), "a key without a value").to.deep.equal([["AWS/Lambda"]]);
		expect(rowsOf([[...first, { stat: "Sum" }], [{ expression: "m1" }], "odd", 3])).to.deep.equal([
			{
				namespace: "AWS/Lambda",
				pairs: [
					["FunctionName", "score"],
					["Resource", "live"],
				],
				rest: [{ stat: "Sum" }],
			},
			{ namespace: undefined, pairs: [], rest: [{ expression: "m1" }] },
			{ namespace: "odd", pairs: [], rest: [] },
			{ namespace: undefined, pairs: [], rest: [3] },
		]);
		expect(rowsOf([])).to.deep.equal([]);
	});

	it("spells out what is the same as above, place by place", () => {
		expect(rows(first, [".", "Duration", ".", "settle", ".", "."])[1]).to.deep.equal([
			"AWS/Lambda",
			"FunctionName=settle",
			"Resource=live",
		]);
		expect(rows(["A", "B"], [".", ".", ".", "x"])[1], "nothing stands above").to.deep.equal(["A", ".=x"]);
	});

	it("spells out what is the same as above in all the places left", () => {
		expect(rows(first, ["...", "dev"])[1]).to.deep.equal(["AWS/Lambda", "FunctionName=score", "Resource=dev"]);
		expect(rows(first, ["...", "settle", "Resource", "dev"])[1]).to.deep.equal([
			"AWS/Lambda",
			"FunctionName=settle",
			"Resource=dev",
		]);
		expect(rows(first, ["..."])[1]).to.deep.equal(["AWS/Lambda", "FunctionName=score", "Resource=live"]);
		expect(rows(first, ["Shop", "Sales", "...", "dev"])[1]).to.deep.equal([
			"Shop",
			"FunctionName=score",
			"Resource=dev",
		]);
	});

	it("goes on from the last row with a metric, past expressions", () => {
		expect(rows(first, [{ expression: "m1" }], ["...", "dev"])[2]).to.deep.equal([
			"AWS/Lambda",
			"FunctionName=score",
			"Resource=dev",
		]);
		expect(rows(first, ["...", "dev"], [".", "Duration", ".", "."])[2]).to.deep.equal([
			"AWS/Lambda",
			"FunctionName=score",
		]);
		expect(rows(["...", "score"]), "the first row").to.deep.equal([["score"]]);
	});

	it("finds every text in a value, but for captions and for what is not known yet", () => {
		const value = { a: "one", list: ["two", { b: "three", label: "caption" }], n: 3, none: null, open: UNKNOWN };
		expect(stringsIn(value)).to.deep.equal(["one", "two", "three"]);
		expect(stringsIn(value, ["list"])).to.deep.equal(["one"]);
		expect(stringsIn(value, [])).to.deep.equal(["one", "two", "three", "caption"]);
		expect(stringsIn("text")).to.deep.equal(["text"]);
		for (const none of [undefined, null, 3, UNKNOWN]) expect(stringsIn(none)).to.deep.equal([]);
	});
});
