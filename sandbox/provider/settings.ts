/**
 * The settings of a provider instance (`aws.Provider` or the stack's `aws:` config). Nested ones arrive as JSON text.
 * Only what changes what is deployed here is read: where the real AWS is, and with which credentials, has no meaning.
 */
import { isProps, type Props, plain, type Value } from "./values.ts";

export interface ProviderSettings {
	region?: string;
	/** Tags of every taggable resource. */
	defaultTags: Props;
}

/** @param variables the instance's inputs, some of them as JSON text */
export function parseProviderSettings(variables: Props): ProviderSettings {
	const region = variables.region;
	const defaultTags = nested(variables.defaultTags);
	const tags = isProps(defaultTags) ? nested(defaultTags.tags) : undefined;
	return { ...(typeof region === "string" && { region }), defaultTags: isProps(tags) ? tags : {} };
}

function nested(value: Value | undefined): Value | undefined {
	if (typeof value !== "string") return value;
	try {
		return plain(JSON.parse(value));
	} catch {
		// Plain text, or an unknown: not a nested setting.
		return value;
	}
}
