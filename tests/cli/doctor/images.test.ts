import { expect } from "chai";
import { examine } from "../../../cli/doctor/check.ts";
import { imageCheck } from "../../../cli/doctor/images.ts";
import { queuedSettingsWith, settingsWith } from "../../support/components.ts";
import { rawModel, rawQueuedModel } from "../../support/settings.ts";

const digest = (digit: string) => `repository@sha256:${digit.repeat(64)}`;
const queued = (image: string, workerImage: string) => {
	const raw = rawQueuedModel();
	return queuedSettingsWith({ models: [{ ...raw, runtime: { ...raw.runtime, image } }], workerImage });
};

describe("cli/doctor/images", () => {
	it("is content without images, and with images that are named by a digest of their own", async () => {
		const findings = await examine([imageCheck(settingsWith({})), imageCheck(queued(digest("a"), digest("b")))]);
		expect(findings).to.deep.equal([
			{ name: "images", verdict: "ok", found: "none needed" },
			{ name: "images", verdict: "ok", found: "2 named by digest" },
		]);
	});

	it("counts the images that train", async () => {
		const train = { kind: "ecs", image: digest("0") };
		const settings = settingsWith({ models: [{ ...rawModel(), train }], workerImage: digest("b") });
		const [finding] = await examine([imageCheck(settings)]);
		expect(finding?.found).to.equal("of tumour-risk's training only stand for your own: their digests are zeros");
	});

	it("names those that only stand for a team's own", async () => {
		const [finding] = await examine([imageCheck(queued(digest("0"), digest("0")))]);
		expect(finding).to.include({
			verdict: "attention",
			found: `of workerImage, ${rawQueuedModel().name} only stand for your own: their digests are zeros`,
		});
	});
});
