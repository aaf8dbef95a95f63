/**
 * By which names a resource can be referred to, and which names a value may contain: how a literal name, an ARN, a
 * URL or an invoke ARN all lead to the same resource. Strings only; the graph keeps the index.
 */
import { ifKnown } from "../facts/fact.ts";
import type { ResourceNode } from "./node.ts";
import { FUNCTION_ALIAS } from "./types.ts";

/** Properties that identify a resource of any type, where it has them. */
const IDENTITIES: ReadonlySet<string> = new Set([
	"id",
	"arn",
	"name",
	"url",
	"bucket",
	"functionName",
	"functionArn",
	"invokeArn",
	"qualifiedArn",
	"qualifiedInvokeArn",
	"executionArn",
	"functionUrl",
	"stageName",
	"endpoint",
	"address",
	"dnsName",
	"domain",
	"domainName",
	"clusterIdentifier",
	"identifier",
	"clusterId",
	"streamArn",
	"loadBalancerArn",
	"readerEndpoint",
	"primaryEndpointAddress",
	"configurationEndpointAddress",
	"configurationEndpoint",
	"clusterAddress",
	"family",
	"arnWithoutRevision",
	"keyId",
	"topicArn",
	"repositoryUrl",
	"invokeUrl",
	"apiEndpoint",
	"alarmName",
	"arnSuffix",
]);

/** All known names of a resource. */
export function identitiesOf(node: ResourceNode): Set<string> {
	const names = new Set<string>();
	eachIdentity(node, (name) => names.add(name));
	return names;
}

/** Tells every known name of a resource; one that stands in two properties is told twice. */
export function eachIdentity(node: ResourceNode, tell: (name: string) => void): void {
	// By what is there, not by what could be: most resources have few of these.
	for (const property of node.props.keys()) {
		if (!IDENTITIES.has(property)) continue;
		// The name of its function means the function, and not an alias of it.
		if (property === "functionName" && node.type === FUNCTION_ALIAS) continue;
		const value = ifKnown(node.props.text(property));
		if (value !== undefined) tell(value);
	}
}

const FUNCTION_IN_ARN = /:function:([\w-]+)(?::([\w$-]+))?/;
/** A function's name with its alias or version, as Lambda takes it: `score:live`. */
const QUALIFIED_NAME = /^([\w-]+):([\w$-]+)$/;
const EXECUTE_API_HOST = /^(?:https?:\/\/|wss:\/\/)?([a-z0-9]+)\.execute-api\./;

/**
 * The names that a reference may mean beside the text as it stands, the likeliest first: a function in an (invoke) ARN,
 * the API in a host name, and the last part of an ARN or URL. Each is read only when it is asked for.
 */
export function* namesIn(reference: string): Iterable<string> {
	const lambda = FUNCTION_IN_ARN.exec(reference);
	if (lambda?.[1]) yield lambda[1];
	const qualified = QUALIFIED_NAME.exec(reference);
	if (qualified?.[1]) yield qualified[1];
	const api = EXECUTE_API_HOST.exec(reference);
	if (api?.[1]) yield api[1];
	const host = hostOf(reference);
	if (host !== undefined && host !== reference) yield host;
	if (reference.startsWith("arn:") || reference.includes("://")) {
		const withoutVersion = reference.replace(/:\*$/, "");
		if (withoutVersion !== reference) yield withoutVersion;
		// The resource part of an ARN is the sixth; names in it follow ":" or "/".
		const tail = reference.startsWith("arn:")
			? withoutVersion.split(":").slice(5).join(":")
			: withoutVersion.replace(/\/+$/, "");
		yield tail;
		yield* tail.split(/[:/]/).filter(Boolean).reverse();
	}
}

/** The host in a URL or in "host:port", or undefined. */
function hostOf(reference: string): string | undefined {
	const match = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^@/\s]*@)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::\d+)?(?:[/?].*)?$/i.exec(
		reference,
	);
	return match?.[1];
}

/** The qualifier (alias or version) in a function's ARN or name, or undefined. */
export const qualifierIn = (reference: string): string | undefined =>
	FUNCTION_IN_ARN.exec(reference)?.[2] ?? QUALIFIED_NAME.exec(reference)?.[2];
