import { expect } from "chai";
import fc from "fast-check";
import { COST_TAG_KEYS } from "../../charter/tags.ts";
import { parseConfig } from "../../policies/config.ts";

const defaults = {
	models: [],
	tenants: [],
	requiredTags: [...COST_TAG_KEYS],
	accountConcurrencyLimit: 1000,
	unknowns: "warn",
	exceptions: [],
	inProgramExceptions: "allow",
	defaultTags: {},
	logRetentionDays: 30,
};

describe("policies/config", () => {
	it("has a default for every key", () => {
		for (const raw of [undefined, {}]) expect(parseConfig(raw)).to.deep.equal({ config: defaults, faults: [] });
	});

	it("reports an unknown key, and keeps the others", () => {
		const { config, faults } = parseConfig({ requiredTag: ["team"], unknowns: "reject" });
		expect(faults).to.deep.equal([
			'"requiredTag" is no key of the pack\'s config: use one of models, tenants, requiredTags, accountConcurrencyLimit, unknowns, exceptions, inProgramExceptions, defaultTags, logRetentionDays',
		]);
		expect(config).to.deep.equal({ ...defaults, unknowns: "reject" });
	});

	it("reports a wrong value with where it stands, and falls back to the default", () => {
		const { config, faults } = parseConfig({ models: [{ name: "a", slo: { p95Ms: -1 } }], unknowns: "ignore" });
		expect(faults.map((fault) => fault.split(":")[0])).to.deep.equal(["models.0.slo.p95Ms", "unknowns"]);
		expect(config).to.deep.equal(defaults);
	});

	it("reports a config that is no object", () => {
		for (const raw of ["advisory", null, [], 7])
			expect(parseConfig(raw)).to.deep.equal({
				config: defaults,
				faults: [`it is no object: give keys of ${Object.keys(defaults).join(", ")}`],
			});
	});

	it("reports an unknown key within a key by where it stands, and takes out the key alone", () => {
		const { config, faults } = parseConfig({ tenants: [{ name: "acme", tiers: "gold" }], unknowns: "reject" });
		expect(faults).to.deep.equal(['tenants.0: Unrecognized key: "tiers"']);
		expect(config).to.deep.equal({ ...defaults, unknowns: "reject" });
	});

	it("reads models and tenants from the stack's own settings, cut down to what policies read", () => {
		const fromStack = {
			models: [{ name: "a", team: "risk", runtime: { kind: "lambda" }, slo: { p95Ms: 150 }, rollout: {} }],
			tenants: [{ name: "acme", tier: "gold" }],
		};
		const { config, faults } = parseConfig({}, fromStack);
		expect(faults).to.deep.equal([]);
		expect(config.models).to.deep.equal([{ name: "a", slo: { p95Ms: 150 } }]);
		expect(config.tenants).to.deep.equal([{ name: "acme", tier: "gold" }]);
	});

	it("lets the pack's config go before the stack's own", () => {
		const { config } = parseConfig({ models: [{ name: "b" }] }, { models: [{ name: "a" }] });
		expect(config.models).to.deep.equal([{ name: "b" }]);
	});

	it("never throws and always ends, whatever is given", () => {
		const keys = fc.constantFrom(...Object.keys(defaults), "__proto__", "else");
		fc.assert(
			fc.property(fc.oneof(fc.anything(), fc.dictionary(keys, fc.anything())), fc.anything(), (raw, models) => {
				expect(parseConfig(raw, { models })).to.have.keys("config", "faults");
			}),
		);
	});
});
