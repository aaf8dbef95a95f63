import { expect } from "chai";
import { deliveryReservations, pipelineName } from "../../charter/delivery.ts";
import { parseSettings } from "../../charter/settings.ts";
import { rawModel, rawSettings, WORKER_IMAGE } from "../support/settings.ts";

const image = `trainer@sha256:${"0".repeat(64)}`;
const ON_ECS = { kind: "ecs", image };
const ON_SAGEMAKER = { kind: "sagemaker", image, instanceType: "ml.m5.large" };
const { budget: _, ...unbudgeted } = rawModel();
const batchModel = (change: object = {}) => ({ ...unbudgeted, serve: "batch", schedule: "rate(1 day)", ...change });
const settingsOf = (...models: object[]) =>
	parseSettings({ ...rawSettings(), workerImage: WORKER_IMAGE, models }, "Pulumi.test.yaml");
const named = (name: string, model: object) => ({ ...model, name });

describe("charter/delivery", () => {
	it("names a model's pipeline after the model", () => expect(pipelineName("a")).to.equal("a-pipeline"));

	it("reserves for each function two at the least, and one a model where each may be asked at once", () => {
		const served = { rollout: 2, judge: 2, evaluate: 2, shadow: 5 };
		expect(deliveryReservations(settingsOf(rawModel()))).to.deep.equal(served);
		const three = ["a", "b", "c"].map((name) => named(name, rawModel()));
		expect(deliveryReservations(settingsOf(...three))).to.deep.equal({ ...served, rollout: 3, judge: 3 });
	});

	it("reserves nothing for shadows where every model is a batch one, and for archives only where SageMaker trains", () => {
		const trained = { rollout: 2, judge: 2, evaluate: 2 };
		expect(deliveryReservations(settingsOf(batchModel()))).to.deep.equal(trained);
		expect(deliveryReservations(settingsOf(batchModel({ train: ON_ECS })))).to.deep.equal(trained);
		expect(deliveryReservations(settingsOf(batchModel({ train: ON_SAGEMAKER })))).to.deep.equal({
			...trained,
			"collect-run": 2,
		});
		const mixed = settingsOf(named("a", rawModel()), named("b", batchModel({ train: ON_SAGEMAKER })));
		expect(deliveryReservations(mixed)).to.deep.equal({ ...trained, "collect-run": 2, shadow: 5 });
	});
});
