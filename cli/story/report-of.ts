/** The report of a story that came true. */
import { RULES } from "../../policies/pack.ts";
import type { Report } from "../report.ts";
import { PACK } from "./deploy.ts";
import type { Stage } from "./stage.ts";
import type { Platform, Shown } from "./story.ts";

export function reportOf(stage: Stage, platform: Platform, shown: Shown, durationSeconds: number): Report {
	const { manifest } = platform.trained;
	return {
		engine: { version: stage.engine.version, source: stage.engine.source },
		resources: platform.result.resources,
		policies: {
			pack: PACK,
			rules: RULES.map(({ name }) => name),
			violations: platform.result.violations.map(({ policy, resource, message }) => ({ policy, resource, message })),
		},
		rejected: shown.rejected,
		model: {
			name: manifest.model,
			version: platform.registered.version,
			sha256: platform.registered.sha256,
			accuracy: manifest.metrics.accuracy ?? Number.NaN,
		},
		predictions: shown.predictions,
		rollouts: shown.rollouts,
		throttled: { tenant: shown.throttled.noisy, status: 429, retryAfter: shown.throttled.retryAfterSeconds },
		...(shown.jobs && { jobs: shown.jobs }),
		...(shown.batch && { batch: shown.batch }),
		durationSeconds: Math.round(durationSeconds * 10) / 10,
	};
}
