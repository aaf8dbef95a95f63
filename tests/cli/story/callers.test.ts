import { expect } from "chai";
import { SettingsError } from "../../../charter/errors.ts";
import { parseSettings } from "../../../charter/settings.ts";
import { assertTellable, callersOf, pacingMsOf } from "../../../cli/story/callers.ts";
import { rawModel, rawSettings } from "../../support/settings.ts";

const settings = (change: object = {}) =>
	parseSettings(
		{
			...rawSettings(),
			models: [rawModel(), { ...rawModel(), name: "other" }],
			tenants: [
				{ name: "acme", tier: "standard" },
				{ name: "globex", tier: "trial" },
				{ name: "initech", tier: "standard", models: ["other"] },
			],
			tiers: { standard: { rps: 10, burst: 20, dailyQuota: 100 }, trial: { rps: 2, burst: 4, dailyQuota: 100 } },
			...change,
		},
		"Pulumi.test.yaml",
	);
const tokens = ["acme", "globex", "initech"].map((name) => ({ name, token: `token of ${name}` }));

describe("cli/story/callers", () => {
	it("lists who may call a model, the tightest tier first", () => {
		expect(callersOf(settings(), "tumour-risk", tokens)).to.deep.equal([
			{ name: "globex", token: "token of globex", rps: 2, burst: 4 },
			{ name: "acme", token: "token of acme", rps: 10, burst: 20 },
		]);
	});

	it("paces requests by the tightest rate", () => {
		expect(pacingMsOf(callersOf(settings(), "tumour-risk", tokens))).to.equal(500);
	});

	it("accepts settings with the sample and two who may call it", () => {
		assertTellable(settings(), "tumour-risk");
	});

	it("refuses settings without the sample, or with one caller, before anything is started", () => {
		expect(() => assertTellable(settings(), "digit-reader")).to.throw(SettingsError, "It is not declared so.");
		const lonely = settings({ tenants: [{ name: "acme", tier: "standard" }] });
		expect(() => assertTellable(lonely, "tumour-risk")).to.throw(SettingsError, "Only 1 may.");
	});
});
