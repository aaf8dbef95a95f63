import { expect } from "chai";
import fc from "fast-check";
import { shortened } from "../../../cli/story/shortened.ts";

const config = (change: object = {}) => ({
	"triplane:models": [{ name: "tumour-risk", slo: { errorRate: 0.01 }, rollout: { alpha: 0.02, weights: [5, 100] } }],
	"triplane:tiers": {
		standard: { rps: 50, burst: 100, dailyQuota: 1_000 },
		trial: { rps: 2, burst: 4, dailyQuota: 10 },
	},
	"triplane:environment": "dev",
	...change,
});

describe("cli/story/shortened", () => {
	it("looks often, in few steps, and lets the loosest tier send much; what decides stays as it is declared", () => {
		expect(shortened(config())).to.deep.equal({
			"triplane:models": [
				{
					name: "tumour-risk",
					slo: { errorRate: 0.01 },
					rollout: { alpha: 0.02, weights: [25, 100], intervalSeconds: 2 },
				},
			],
			"triplane:tiers": {
				standard: { rps: 200, burst: 400, dailyQuota: 1_000 },
				trial: { rps: 2, burst: 4, dailyQuota: 10 },
			},
			"triplane:environment": "dev",
		});
	});

	it("leaves a tier that is loose enough, and takes nothing from one", () => {
		const tiers = { standard: { rps: 500, burst: 600, dailyQuota: 1 } };
		expect(shortened(config({ "triplane:tiers": tiers }))["triplane:tiers"]).to.deep.equal(tiers);
	});

	it("leaves what is out of shape to the settings' own schema", () => {
		fc.assert(
			fc.property(fc.jsonValue(), fc.jsonValue(), (models, tiers) => {
				const off = { "triplane:models": { models }, "triplane:tiers": [tiers] };
				expect(shortened(off)).to.deep.equal(off);
			}),
		);
	});
});
