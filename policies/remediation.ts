/**
 * What mends a resource before it is judged, where the config asks for it by the level `remediate`. Only what can be mended
 * without a guess; whatever is left is the rule's to reject.
 */
import type { PackConfig } from "./config.ts";
import { Exceptions } from "./exceptions.ts";
import { ResourceNode } from "./graph/node.ts";
import type { Rule } from "./rule.ts";
import { bare, type WireProps } from "./wire.ts";

export interface Remediation {
	/** The rule whose policy it belongs to. */
	rule: Rule;
	/** Findings that it mends; an exception to one of them keeps the resource as it is. */
	findings: readonly string[];
	/**
	 * @param node the resource, to be read
	 * @param inputs its inputs as the engine sent them, to be changed
	 * @returns the properties that change; none where nothing is wrong, or where it cannot be told
	 */
	mend(node: ResourceNode, inputs: WireProps, config: PackConfig): WireProps;
}

export interface RemediationRequest {
	type: string;
	name: string;
	urn: string;
	inputs: WireProps;
	provider?: { props: object };
}

/**
 * The resource's inputs in full, mended; undefined where nothing changes.
 * @param today as in "2026-11-24"
 */
export function mended(
	remediation: Remediation,
	request: RemediationRequest,
	config: PackConfig,
	today: string,
): WireProps | undefined {
	const { rule, findings, mend } = remediation;
	const { type, name, urn, provider } = request;
	const props: object = Object(bare(request.inputs));
	const node = new ResourceNode({ type, name, urn, props, ...(provider ? { provider } : {}) }, { isPreview: false });
	const exceptions = new Exceptions(config.exceptions, [rule], today);
	if (findings.some((finding) => exceptions.accepts(rule, { finding, where: node }))) return undefined;
	const changes = mend(node, request.inputs, config);
	if (Object.keys(changes).length === 0) return undefined;
	return { ...request.inputs, ...changes, ...stated(request.inputs, changes) };
}

/** The provider's note of what it filled in, less what is now stated: or it would keep the value as one of its own. */
function stated(inputs: WireProps, changes: WireProps): WireProps {
	const filled = inputs.__defaults;
	return Array.isArray(filled) ? { __defaults: filled.filter((key) => !Object.hasOwn(changes, String(key))) } : {};
}
