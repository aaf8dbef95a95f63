/** The doctor's check of container images: names that only stand in for a team's own cannot be fetched. */
import type { Settings } from "../../charter/settings.ts";
import { attention, type Check, ok } from "./check.ts";

const STAND_IN = new RegExp(`@sha256:${"0".repeat(64)}$`);

/** @param settings of the stack whose images are meant */
export function imageCheck({ models, workerImage }: Pick<Settings, "models" | "workerImage">): Check {
	const named = [
		...(workerImage === undefined ? [] : [{ of: "workerImage", image: workerImage }]),
		...models.flatMap(({ name, runtime, train }) => [
			...("image" in runtime ? [{ of: name, image: runtime.image }] : []),
			...(train ? [{ of: `${name}'s training`, image: train.image }] : []),
		]),
	];
	const standIns = named.filter(({ image }) => STAND_IN.test(image)).map(({ of }) => of);
	return {
		name: "images",
		run: async () =>
			standIns.length === 0
				? ok(named.length === 0 ? "none needed" : `${named.length} named by digest`)
				: attention(
						`of ${standIns.join(", ")} only stand for your own: their digests are zeros`,
						"build and push them, and put their digests into the stack's settings; until then no task of theirs can start",
					),
	};
}
