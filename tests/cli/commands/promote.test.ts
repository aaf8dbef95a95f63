import { expect } from "chai";
import { wordsOf } from "../../../cli/commands/promote.ts";

const promotion = {
	model: "tumour-risk",
	from: 3,
	to: 7,
	sha256: "a".repeat(64),
	parent: 6,
	isNew: true,
	isChampion: false,
};

describe("triplane promote", () => {
	it("says which version it is over there, of what parent, and how it comes to serve", () => {
		expect(wordsOf(promotion)).to.equal(
			`tumour-risk: v3 of the source is v7 of the target, SHA-256 ${"a".repeat(64)}, parent v6. It does not serve: \`triplane rollout tumour-risk --version 7\` rolls it out.`,
		);
	});

	it("says where it was there already, and where it serves", () => {
		const { parent, ...first } = { ...promotion, isChampion: true, isNew: false };
		expect(wordsOf({ ...first, parent: undefined })).to.equal(
			`tumour-risk: v3 of the source is v7 of the target already, SHA-256 ${"a".repeat(64)}. It serves.`,
		);
	});
});
