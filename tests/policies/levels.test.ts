import { expect } from "chai";
import { packSettings } from "../../policies/levels.ts";
import { Unjudgeable } from "../../policies/offline/unjudgeable.ts";

describe("policies/levels", () => {
	it("reads levels and settings by policy, a policy's own level before that of all", () => {
		const { levelOf, given } = packSettings(
			{
				all: { enforcementLevel: "advisory", stray: 1 },
				"timeout-chain": "mandatory",
				charter: { unknowns: "warn" },
				"log-retention": { enforcementLevel: "disabled" },
			},
			"config",
		);
		expect(["timeout-chain", "log-retention", "charter", "other"].map(levelOf)).to.deep.equal([
			"mandatory",
			"disabled",
			"advisory",
			"advisory",
		]);
		expect([...given]).to.deep.equal([
			["timeout-chain", {}],
			["charter", { unknowns: "warn" }],
			["log-retention", {}],
		]);
	});

	it("has neither without a config", () => {
		for (const none of [undefined, null, {}]) {
			const { levelOf, given } = packSettings(none, "config");
			expect(levelOf("timeout-chain")).to.equal(undefined);
			expect(given.size).to.equal(0);
		}
	});

	it("refuses what the engine would refuse, and says where and why", () => {
		for (const [raw, message] of [
			[7, "c.json is no config of the pack: the file: expected an object by policy name. Correct it there."],
			[
				{ "timeout-chain": "strict" },
				"c.json is no config of the pack: timeout-chain: expected a level (advisory, mandatory, remediate, disabled) or an object of settings. Correct it there.",
			],
		] as const)
			expect(() => packSettings(raw, "c.json")).to.throw(Unjudgeable, message);
	});
});
