import { expect } from "chai";
import fc from "fast-check";
import { COST_TAG_KEYS } from "../../../charter/tags.ts";
import { modelTags, sharedTags, teamTags } from "../../../components/parts/cost-tags.ts";

const stack = { environment: "test", costCenter: "cc-1", platformTeam: "platform" };
const text = fc.string({ minLength: 1, maxLength: 40 });

describe("components/parts/cost-tags", () => {
	it("tells whose a model's resources are", () => {
		expect(modelTags(stack, { name: "tumour-risk", team: "diagnostics", feature: "screening" })).to.deep.equal({
			team: "diagnostics",
			model: "tumour-risk",
			feature: "screening",
			environment: "test",
			"cost-center": "cc-1",
		});
	});

	it("books on the platform team what all models share", () => {
		expect(sharedTags(stack)).to.deep.equal({
			team: "platform",
			model: "shared",
			feature: "shared",
			environment: "test",
			"cost-center": "cc-1",
		});
	});

	it("gives exactly the keys of the charter, none empty, whatever the names", () => {
		fc.assert(
			fc.property(text, text, text, text, text, (environment, costCenter, name, team, feature) => {
				const settings = { environment, costCenter, platformTeam: team };
				for (const tags of [
					modelTags(settings, { name, team, feature }),
					teamTags(settings, team),
					sharedTags(settings),
				]) {
					expect(Object.keys(tags)).to.deep.equal([...COST_TAG_KEYS]);
					expect(Object.values(tags)).to.satisfy((values: string[]) => values.every((value) => value.length > 0));
				}
			}),
		);
	});
});
