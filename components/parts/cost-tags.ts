/**
 * The cost-allocation tags of what the program makes, from the settings alone.
 * Not the provider's default tags: every taggable resource gets these explicitly, whatever provider it is made with.
 */
import type { ModelSettings, Settings } from "../../charter/settings.ts";
import { type CostTags, SHARED } from "../../charter/tags.ts";

type StackTags = Pick<Settings, "environment" | "costCenter">;

/** Tags of what serves one model alone. */
export const modelTags = (settings: StackTags, model: Pick<ModelSettings, "name" | "team" | "feature">): CostTags => ({
	team: model.team,
	model: model.name,
	feature: model.feature,
	environment: settings.environment,
	"cost-center": settings.costCenter,
});

/** Tags of what a team pays for, all its models together. */
export const teamTags = (settings: StackTags, team: string): CostTags => ({
	team,
	model: SHARED,
	feature: SHARED,
	environment: settings.environment,
	"cost-center": settings.costCenter,
});

/** Tags of what all models share. */
export const sharedTags = (settings: StackTags & Pick<Settings, "platformTeam">): CostTags =>
	teamTags(settings, settings.platformTeam);
