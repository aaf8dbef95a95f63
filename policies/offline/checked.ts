/** A recorded program's resources as a preview shows them to policies: checked by their provider, which is named. */
import { parseJson } from "../facts/props.ts";
import type { ResourceInput } from "../graph/node.ts";
import { checkedInputs } from "./provider-check.ts";

/**
 * @param resources as recorded: a program's own inputs
 * @param config settings of the stack by full key; those of `aws:` configure the provider that no resource names
 */
export function checkedResources(
	resources: readonly ResourceInput[],
	config: Readonly<Record<string, string>>,
): ResourceInput[] {
	const settings = Object.entries(config).filter(([key]) => key.startsWith("aws:"));
	const byDefault = { props: Object.fromEntries(settings.map(([key, value]) => [key.slice("aws:".length), value])) };
	return resources.map((resource) => {
		const provider = resource.provider ?? (resource.type.startsWith("aws:") ? byDefault : undefined);
		const tags = provider ? defaultTagsOf(Reflect.get(provider.props, "defaultTags")) : undefined;
		return {
			...resource,
			props: checkedInputs(resource, { ...resource.props }, tags),
			...(provider ? { provider } : {}),
		};
	});
}

/** A provider's nested settings are JSON text. What is unknown before the update is none: tagsOf() says so. */
function defaultTagsOf(settings: unknown): unknown {
	const value = typeof settings === "string" ? parseJson(settings) : settings;
	return typeof value === "object" && value !== null ? Reflect.get(value, "tags") : undefined;
}
