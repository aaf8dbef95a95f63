import { expect } from "chai";
import { unchangedWords } from "../../../cli/commands/rollback.ts";

const UNCHANGED = "Nothing has changed: rollout 4 is rolled back already.";

describe("triplane rollback", () => {
	it("says that nothing was left to do, and how to go back further where that can be done", () => {
		expect(unchangedWords("tumour-risk", 4, { champion: 2, previous: 1 })).to.equal(
			`${UNCHANGED} \`triplane rollback tumour-risk --champion\` goes back from version 2 to version 1, too.`,
		);
		expect(unchangedWords("tumour-risk", 4, { champion: 2 })).to.equal(UNCHANGED);
	});
});
