import { expect } from "chai";
import { batchModels } from "../../charter/batch.ts";
import { settingsWith } from "../support/components.ts";
import { rawModel } from "../support/settings.ts";

describe("charter/batch: models", () => {
	const { budget: _, ...bare } = rawModel();
	const raw = { ...bare, name: "nightly", serve: "batch", schedule: "rate(1 day)", batch: { windowSeconds: 3600 } };
	const [model] = settingsWith({ models: [raw] }).models;
	if (!model) throw new Error("The settings have no model.");

	it("are those that are served so, on a schedule, in windows of a known length, by function or container", () => {
		const { schedule, batch, ...others } = model;
		expect(batchModels({ models: [model] }).map(({ name }) => name)).to.deep.equal(["nightly"]);
		expect(batchModels({ models: [{ ...model, serve: "realtime" }] })).to.deep.equal([]);
		expect(batchModels({ models: [{ ...others, ...(batch ? { batch } : {}) }] })).to.deep.equal([]);
		expect(batchModels({ models: [{ ...others, schedule: "cron(0 3 * * ? *)" }] })).to.deep.equal([]);
		expect(schedule).to.equal("rate(1 day)");
		const size = { gpuCount: 0, spotShare: 0, onDemandBase: 1, maxTasks: 1, batchMaxSize: 1, batchMaxWaitMs: 0 };
		const runtime = { kind: "ecs" as const, image: "any", instanceTypes: ["m6i.large"], ...size };
		expect(batchModels({ models: [{ ...model, runtime }] })).to.deep.equal([]);
	});
});
