import { expect } from "chai";
import fc from "fast-check";
import { batchModels, batchReservations } from "../../charter/batch.ts";
import { PlanRequest, WindowRequest } from "../../charter/batch-messages.ts";
import { totalReservedConcurrency } from "../../charter/derive.ts";
import { SettingsError } from "../../charter/errors.ts";
import { settingsWith } from "../support/components.ts";
import { rawModel } from "../support/settings.ts";

const { budget: _, ...bare } = rawModel();
const rawBatch = (change: object = {}) => ({
	...bare,
	name: "nightly",
	serve: "batch",
	schedule: "rate(1 day)",
	...change,
});
const withBatch = (change: object = {}) => settingsWith({ models: [rawModel(), rawBatch(change)] });
const image = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/score@sha256:${"0".repeat(64)}`;

describe("charter/batch", () => {
	it("takes a window's length from the schedule, and the cut from its defaults", () => {
		const [model, ...others] = batchModels(withBatch());
		expect(others).to.deep.equal([]);
		expect([model?.name, model?.windowSeconds, model?.batch]).to.deep.equal([
			"nightly",
			86_400,
			{ chunkRows: 1000, maxConcurrency: 4, toleratedFailurePct: 0, writesFeatures: false },
		]);
	});

	it("wants the length said where the schedule does not tell it", () => {
		expect(() => withBatch({ schedule: "cron(0 3 * * ? *)" })).to.throw(
			SettingsError,
			'triplane:models[nightly].batch.windowSeconds: "cron(0 3 * * ? *)" states no length: set batch.windowSeconds, or a rate',
		);
		const [model] = batchModels(withBatch({ schedule: "cron(0 3 * * ? *)", batch: { windowSeconds: 3600 } }));
		expect(model?.windowSeconds).to.equal(3600);
		expect(() => withBatch({ batch: { windowSeconds: 90 } })).to.throw(SettingsError, "windowSeconds");
	});

	it("reserves as many scores as there are chunks in work, and none where a container scores", () => {
		expect(batchReservations(withBatch({ batch: { maxConcurrency: 20 } }))).to.deep.equal({
			"nightly-plan": 2,
			"nightly-score": 20,
			"nightly-commit": 2,
		});
		expect(batchReservations(withBatch({ runtime: { kind: "fargate", image } }))).to.deep.equal({
			"nightly-plan": 2,
			"nightly-commit": 2,
		});
		expect(totalReservedConcurrency(withBatch()) - totalReservedConcurrency(settingsWith())).to.equal(2 + 4 + 2);
	});

	it("takes as an execution's input nothing, a start, or a start and an end", () => {
		for (const input of [{}, { start: "2026-11-23" }, { start: "2026-11-23T06:00:00Z", end: "2026-11-24" }])
			expect(WindowRequest.safeParse(input).success, JSON.stringify(input)).to.equal(true);
		for (const input of [{ end: "2026-11-23" }, { start: "yesterday" }, { window: "2026-11-23" }, { start: 5 }])
			expect(WindowRequest.safeParse(input).success, JSON.stringify(input)).to.equal(false);
	});

	it("never throws on an input, whatever it is", () => {
		fc.assert(
			fc.property(fc.anything(), (input) => {
				PlanRequest.safeParse(input);
				PlanRequest.safeParse({ execution: "e", startedAt: "2026-11-23T00:00:00Z", input });
			}),
		);
	});
});
