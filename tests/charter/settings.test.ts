import { expect } from "chai";
import fc from "fast-check";
import { SettingsError } from "../../charter/errors.ts";
import { parseSettings } from "../../charter/settings.ts";
import { rawModel, rawSettings } from "../support/settings.ts";

const faultOf = (raw: unknown): string => {
	try {
		parseSettings(raw, "Pulumi.test.yaml");
	} catch (error) {
		if (error instanceof SettingsError) return error.message;
		throw error;
	}
	return "no fault";
};
const withModel = (change: object) => ({ ...rawSettings(), models: [{ ...rawModel(), ...change }] });
const only = (line: string) => `Pulumi.test.yaml has a fault in its settings. Correct:\n  triplane:${line}`;

describe("charter/settings", () => {
	it("fills in the defaults of a small whole stack", () => {
		const settings = parseSettings(rawSettings(), "Pulumi.test.yaml");
		expect(settings.architecture).to.equal("arm64");
		expect(settings.models[0]?.slo).to.deep.equal({ p95Ms: 150, errorRate: 0.005 });
		expect(settings.models[0]?.rollout).to.deep.equal({
			weights: [1, 5, 10, 25, 50, 100],
			intervalSeconds: 60,
			alpha: 0.01,
			approval: false,
			variants: [],
		});
		expect(settings.observability).to.deep.equal({ logRetentionDays: 30, traceSampleRatio: 1 });
	});

	it("refuses an unknown key, naming where it stands", () => {
		expect(faultOf(withModel({ slos: {} }))).to.equal(only('models[tumour-risk]: Unrecognized key: "slos"'));
	});

	it("refuses a budget whose hops sum to more than the SLO, and shows the sum", () => {
		expect(faultOf(withModel({ budget: { featuresMs: 40, modelMs: 60, restMs: 51 } }))).to.equal(
			only(
				"models[tumour-risk].budget: the hops sum to 151 ms (features 40 + model 60 + rest 51), over slo.p95Ms of 150 ms: shorten a hop or loosen the SLO",
			),
		);
	});

	it("accepts a budget that sums to exactly the SLO", () => {
		expect(faultOf(withModel({ budget: { featuresMs: 40, modelMs: 60, restMs: 50 } }))).to.equal("no fault");
	});

	it("refuses a realtime model without a budget", () => {
		expect(faultOf(withModel({ budget: undefined }))).to.equal(
			only(
				"models[tumour-risk].budget: a realtime model declares its latency budget: set budget.featuresMs, modelMs and restMs",
			),
		);
	});

	it("refuses a runtime that cannot serve in the model's way", () => {
		expect(faultOf(withModel({ serve: "queued", slo: { p95Ms: 150, jobP95Seconds: 60 } }))).to.equal(
			only("models[tumour-risk].runtime.kind: a queued model runs on ecs or sagemaker, not on lambda"),
		);
	});

	it("refuses a batch model without a schedule", () => {
		expect(faultOf(withModel({ serve: "batch" }))).to.equal(
			only('models[tumour-risk].schedule: a batch model runs by a schedule: set schedule, as in "rate(1 day)"'),
		);
	});

	it("refuses a tenant of a tier that is not declared", () => {
		expect(faultOf({ ...rawSettings(), tenants: [{ name: "acme", tier: "gold" }] })).to.equal(
			only('tenants[acme].tier: no tier "gold" is declared: use one of standard'),
		);
	});

	it("refuses a tenant's model that is not declared", () => {
		expect(faultOf({ ...rawSettings(), tenants: [{ name: "acme", tier: "standard", models: ["x"] }] })).to.equal(
			only('tenants[acme].models: no model "x" is declared'),
		);
	});

	it("refuses two models of one name", () => {
		expect(faultOf({ ...rawSettings(), models: [rawModel(), rawModel()] })).to.equal(
			only('models[tumour-risk].name: "tumour-risk" is declared twice: names are identities'),
		);
	});

	it("refuses an image by tag, which can move", () => {
		const runtime = { kind: "ecs", image: "repository:latest", instanceTypes: ["g5.xlarge", "g6.xlarge"] };
		expect(faultOf(withModel({ serve: "queued", runtime, slo: { p95Ms: 150, jobP95Seconds: 60 } }))).to.equal(
			only(
				'models[tumour-risk].runtime.image: an image is named by its digest, as in "repository@sha256:…": a tag can move',
			),
		);
	});

	it("says in plain words what is missing and what is of another kind", () => {
		expect(faultOf({ ...rawSettings(), tiers: undefined })).to.equal(only("tiers: is missing: give a map"));
		expect(faultOf({ ...rawSettings(), models: "tumour-risk" })).to.equal(only("models: must be a list"));
		expect(faultOf({ ...rawSettings(), costCenter: 7 })).to.equal(only("costCenter: must be a string"));
	});

	it("lists every fault at once", () => {
		expect(faultOf({})).to.match(/has 5 faults/);
	});

	it("answers anything at all with settings or a SettingsError", () => {
		fc.assert(
			fc.property(fc.anything(), fc.anything(), (raw, model) => {
				faultOf(raw);
				faultOf({ ...rawSettings(), models: [model] });
				faultOf({ ...rawSettings(), tenants: model });
			}),
		);
	});
});
