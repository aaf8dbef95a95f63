import { expect } from "chai";
import { parseSettings } from "../../../charter/settings.ts";
import { expectedTimes, inWords } from "../../../cli/story/expected-times.ts";
import { rawModel, rawQueuedModel, rawSettings, WORKER_IMAGE } from "../../support/settings.ts";

const batch = { ...rawModel(), name: "nightly", serve: "batch", schedule: "rate(1 day)", budget: undefined };

describe("cli/story/expected-times", () => {
	it("tells it of each model that is judged, by its declared traffic", () => {
		const models = [rawModel(), rawQueuedModel(), batch];
		const settings = parseSettings({ ...rawSettings(), models, workerImage: WORKER_IMAGE }, "Pulumi.test.yaml");
		const [realtime, queued, ...others] = expectedTimes(settings);
		expect(realtime).to.match(/^a healthy version of tumour-risk is promoted in about \d+ min at its declared 20 rps$/);
		expect(queued).to.match(/^a healthy version of digit-reader is promoted in about [\d.]+ h at its declared 2 rps$/);
		expect(others).to.deep.equal([]);
	});

	it("says seconds, minutes or hours", () => {
		expect([42.4, 119, 120, 3_600, 7_199, 12_600].map(inWords)).to.deep.equal([
			"42 s",
			"119 s",
			"2 min",
			"60 min",
			"120 min",
			"3.5 h",
		]);
	});
});
