/** What a function reads of its environment, and how it names what is wrong. */
import { expect } from "chai";
import {
	requiredNames,
	requiredNumber,
	requiredNumbers,
	requiredNumbersByName,
	requiredText,
} from "../../../functions/shared/environment.ts";

describe("functions/shared/environment", () => {
	it("reads text, numbers, names, and JSON with numbers", () => {
		const environment = { T: "text", N: "1.5", L: "a,b", J: '{"p95Ms":300,"x":"y"}', M: '{"gold":{"rps":5}}' };
		expect(requiredText(environment, "T")).to.equal("text");
		expect(requiredNumber(environment, "N")).to.equal(1.5);
		expect(requiredNames(environment, "L")).to.deep.equal(["a", "b"]);
		expect(requiredNames({ L: "" }, "L")).to.deep.equal([]);
		expect(requiredNumbers(environment, "J", ["p95Ms"])).to.deep.equal({ p95Ms: 300 });
		expect(requiredNumbersByName(environment, "M", ["rps"])).to.deep.equal(new Map([["gold", { rps: 5 }]]));
	});

	const faults: [what: string, read: () => unknown, message: string][] = [
		["a missing text", () => requiredText({}, "T"), "The function's environment has no T."],
		["an empty text", () => requiredText({ T: "" }, "T"), "The function's environment has no T."],
		["missing names", () => requiredNames({}, "L"), "The function's environment has no L."],
		[
			"no number",
			() => requiredNumber({ N: "many" }, "N"),
			'N in the function\'s environment is "many". It must be a number.',
		],
		["no JSON", () => requiredNumbers({ J: "{" }, "J", []), "J in the function's environment is no JSON."],
		[
			"JSON that is no object",
			() => requiredNumbers({ J: "1" }, "J", []),
			"J in the function's environment must be a JSON object.",
		],
		[
			"a missing field",
			() => requiredNumbers({ J: "{}" }, "J", ["x"]),
			'J in the function\'s environment has no number "x".',
		],
		[
			"a tier that is none",
			() => requiredNumbersByName({ M: '{"a":1}' }, "M", ["x"]),
			'M, "a" in the function\'s environment has no number "x".',
		],
	];
	for (const [what, read, message] of faults)
		it(`refuses ${what}`, () => {
			expect(read).to.throw(message);
		});
});
