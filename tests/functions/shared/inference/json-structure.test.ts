import { expect } from "chai";
import fc from "fast-check";
import { JSON_DEPTH_MAX, JSON_LISTS_MAX } from "../../../../charter/limits.ts";
import { parseText } from "../../../../functions/shared/inference/body.ts";
import { checkStructure } from "../../../../functions/shared/inference/json-structure.ts";
import { anyText } from "../../../support/any-text.ts";

const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
/** So many lists, the one around them included. */
const lists = (count: number, one = "[]") => `[${Array.from({ length: count - 1 }, () => one).join(",")}]`;

describe("functions/shared/inference/json-structure", () => {
	it("takes the deepest nesting, and refuses the next level with its place, also of millions", () => {
		expect(() => checkStructure(nested(JSON_DEPTH_MAX))).not.to.throw();
		for (const depth of [JSON_DEPTH_MAX + 1, 1_000_000])
			expect(() => parseText(nested(depth)))
				.to.throw("The body is nested deeper than 32 levels at position 32.")
				.with.property("code", "INVALID_REQUEST");
	});

	it("takes as many lists and objects as there may be, and refuses one more", () => {
		for (const one of ["[]", "{}"]) {
			expect(() => checkStructure(lists(JSON_LISTS_MAX, one))).not.to.throw();
			expect(() => parseText(lists(JSON_LISTS_MAX + 1, one)))
				.to.throw("The body has more than 262144 lists and objects.")
				.with.property("code", "PAYLOAD_TOO_LARGE");
		}
	});

	it("takes no bracket in a string for a list, however quotes and backslashes stand in it", () => {
		const bracketed = anyText.map((text) => `${"[{".repeat(JSON_DEPTH_MAX)}${text}\\"${"[".repeat(JSON_DEPTH_MAX)}`);
		fc.assert(
			fc.property(bracketed, (text) => {
				expect(() => checkStructure(JSON.stringify([text, { [text]: [text] }]))).not.to.throw();
			}),
		);
	});

	it("passes every JSON that is as flat as tensors are, and is no parser: what is none it leaves to one", () => {
		fc.assert(
			fc.property(fc.jsonValue({ maxDepth: JSON_DEPTH_MAX - 2 }), (value) => {
				expect(() => checkStructure(JSON.stringify(value))).not.to.throw();
			}),
		);
		expect(() => checkStructure(']}"\\')).not.to.throw();
	});
});
