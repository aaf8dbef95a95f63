import { expect } from "chai";
import { unchangedWords } from "../../../cli/commands/rollback.ts";
import { aRollout } from "../../support/cli-registry.ts";

describe("triplane rollback", () => {
	it("says that nothing was left to do, and how to go back further where that can be done", () => {
		const unchanged = "Nothing has changed: rollout 4 is rolled back already.";
		const before = aRollout(4, { state: "ROLLED_BACK" });
		expect(unchangedWords(before, { champion: 2, previous: 1 })).to.equal(
			`${unchanged} \`triplane rollback tumour-risk --champion\` goes back from version 2 to version 1, too.`,
		);
		expect(unchangedWords(before, { champion: 2 })).to.equal(unchanged);
	});

	it("tells a champion that was taken back by hand", () => {
		const turned = aRollout(5, { state: "PROMOTED", from: 2, to: 1, reason: "Seen enough." });
		expect(unchangedWords(turned, { champion: 1 })).to.equal(
			"Nothing has changed: version 2 has given way to version 1 already, by rollout 5.",
		);
	});
});
