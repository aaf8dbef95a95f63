import { expect } from "chai";
import fc from "fast-check";
import { rawSettings } from "../../../components/parts/raw-settings.ts";

describe("components/parts/raw-settings", () => {
	it("takes the namespace's values, lists and objects parsed, and leaves other namespaces", () => {
		expect(
			rawSettings({
				"aws:region": "us-east-1",
				"triplane:environment": "dev",
				"triplane:tenants": '[{"name":"acme"}]',
				"triplane:tiers": '{"trial":{"rps":2}}',
			}),
		).to.deep.equal({ environment: "dev", tenants: [{ name: "acme" }], tiers: { trial: { rps: 2 } } });
	});

	it("keeps a text that looks like a number, a truth or broken JSON as the text that it is", () => {
		const texts = { "triplane:costCenter": "4200", "triplane:environment": "true", "triplane:platformTeam": "[half" };
		expect(rawSettings(texts)).to.deep.equal({ costCenter: "4200", environment: "true", platformTeam: "[half" });
	});

	it("lets an unknown key through for the charter to refuse", () => {
		expect(rawSettings({ "triplane:modles": "[]" })).to.deep.equal({ modles: [] });
	});

	it("gives back any structured value as it was, and never throws on any text", () => {
		const structured = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()));
		fc.assert(
			fc.property(structured, (value) => {
				const json = JSON.stringify(value);
				expect(rawSettings({ "triplane:key": json })).to.deep.equal({ key: JSON.parse(json) });
			}),
		);
		fc.assert(
			fc.property(fc.string(), (value) => {
				const { key } = rawSettings({ "triplane:key": value });
				if (typeof key === "string") expect(key).to.equal(value);
				else expect(key).to.deep.equal(JSON.parse(value));
			}),
		);
	});
});
