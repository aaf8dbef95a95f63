/** What `triplane predict` prints of an answer. */
import { expect } from "chai";
import { tableOf } from "../../../cli/commands/predict.ts";

describe("cli/commands/predict", () => {
	it("shows numbers of one output alike, whole ones too, and labels as they are", () => {
		const outputs = [
			{ name: "label", datatype: "INT64", shape: [2], data: [4, 1] },
			{ name: "probabilities", datatype: "FP32", shape: [2, 2], data: [0, 1, 0.25, 0.75] },
		];
		const cells = tableOf({ outputs })
			.split("\n")
			.filter((line) => line.startsWith("│"))
			.map((line) => line.split("│").map((cell) => cell.trim()));
		expect(cells).to.deep.equal([
			["", "row", "label", "probabilities", ""],
			["", "0", "4", "0.000000  1.000000", ""],
			["", "1", "1", "0.250000  0.750000", ""],
		]);
	});
});
