/** Where a text stops being JSON: known places, and agreement with JSON.parse on any text. */
import { expect } from "chai";
import fc from "fast-check";
import { findJsonFault } from "../../../../functions/shared/inference/json-fault.ts";

const isJson = (text: string): boolean => {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
};

describe("functions/shared/inference/json-fault", () => {
	const cases: [text: string, offset: number, line: number, column: number][] = [
		['{"inputs": [NaN]}', 12, 1, 13],
		['{"inputs": [1, 2,]}', 17, 1, 18],
		['{\n\t"id": "a"\n\t"inputs": []\n}', 14, 3, 2],
		['{"id": "a', 7, 1, 8],
		["[1, 2", 5, 1, 6],
		["[1} ", 2, 1, 3],
		["{} {}", 3, 1, 4],
		["", 0, 1, 1],
		["[01]", 2, 1, 3],
		['{"a" 1}', 5, 1, 6],
	];
	for (const [text, offset, line, column] of cases)
		it(`says that ${JSON.stringify(text)} goes wrong at ${offset}`, () => {
			expect(findJsonFault(text)).to.include({ offset, line, column });
		});

	it("finds nothing in what is JSON", () => {
		fc.assert(
			fc.property(fc.json(), fc.constantFrom("", " ", "\n\t"), (json, blank) => {
				expect(findJsonFault(`${blank}${json}${blank}`)).to.equal(undefined);
			}),
		);
	});

	it("agrees with JSON.parse on what is no JSON, however a JSON text was broken", () => {
		const broken = fc
			.tuple(fc.json(), fc.nat(), fc.nat(3), fc.string({ maxLength: 3 }))
			.map(([json, at, removed, inserted]) => {
				const start = at % (json.length + 1);
				return json.slice(0, start) + inserted + json.slice(start + removed);
			});
		fc.assert(
			fc.property(fc.oneof(broken, fc.string()), (text) => {
				expect(findJsonFault(text) === undefined).to.equal(isJson(text));
			}),
			{ numRuns: 2_000 },
		);
	});

	it("takes a deep and a long text without failing", () => {
		expect(findJsonFault("[".repeat(500_000))?.offset).to.equal(500_000);
		expect(findJsonFault(`["${"a".repeat(500_000)}\u0001"]`)?.offset).to.equal(1);
	});
});
