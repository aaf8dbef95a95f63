import { expect } from "chai";
import { NAMESPACE, ownSettings } from "../../policies/own-settings.ts";

/** Own settings of a stack that holds these texts. */
const from = (texts: Readonly<Record<string, string>>) => ownSettings((name) => texts[name]);

describe("policies/own-settings", () => {
	it("reads models and tenants as the stack's config holds them", () => {
		expect(NAMESPACE).to.equal("triplane");
		expect(from({ models: '[{"name":"a"}]', tenants: "[]", tiers: "{}" })).to.deep.equal({
			models: [{ name: "a" }],
			tenants: [],
		});
	});

	it("has nothing where nothing is set, or where it is no JSON: its owner reports that", () => {
		expect(from({})).to.deep.equal({ models: undefined, tenants: undefined });
		expect(from({ models: "[{", tenants: "[7]" })).to.deep.equal({ models: undefined, tenants: [7] });
	});
});
