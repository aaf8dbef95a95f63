/**
 * Where there is an API, nothing else takes calls from outside: no open function URL, public load balancer or machine,
 * no second public API, no CDN that leads past it. A stack without an API is none of its business.
 */
import { type Fact, ifKnown, known } from "../facts/fact.ts";
import { HTTP_API, REST_API } from "../graph/apis.ts";
import { CLASSIC_BALANCER, isPublicBalancer } from "../graph/ingress.ts";
import type { ResourceNode } from "../graph/node.ts";
import { originsOf } from "../graph/origins.ts";
import { hostsOf } from "../graph/public-hosts.ts";
import type { StackGraph } from "../graph/stack-graph.ts";
import { DISTRIBUTION, FUNCTION_URL, LOAD_BALANCER } from "../graph/types.ts";
import { cannotTell, type Fault, fail, pass, type Rule, type Verdict } from "../rule.ts";

const SECOND_API = "second-api";
const URL = "function-url";
const BALANCER = "load-balancer";
const HOST = "host";
const CDN = "cdn";
const GRAPH_API = "aws:appsync/graphQLApi:GraphQLApi";
const VPC_ORIGIN = "aws:cloudfront/vpcOrigin:VpcOrigin";

export const oneFrontDoor: Rule = {
	name: "one-front-door",
	findings: [SECOND_API, URL, BALANCER, HOST, CDN],
	*check({ stack }) {
		const apis = stack.nodes.filter(({ type }) => type === REST_API || type === HTTP_API || type === GRAPH_API);
		const [front = apis[0]] = apis.filter((api) => ifKnown(isPublicApi(api)) !== false);
		if (!front) return;
		const besides = `beside ${front.label}, past its authorization, throttling and logs`;
		for (const api of apis)
			yield api === front
				? pass(api, SECOND_API)
				: verdict(api, isPublicApi(api), SECOND_API, {
						what: `is a second public API beside ${front.label}`,
						fix: "Make its routes part of the one API, or make it private.",
					});
		for (const url of stack.ofType(FUNCTION_URL))
			yield verdict(url, isPublicUrl(url), URL, {
				what: `lets everyone call its function ${besides}`,
				fix: 'Set authorizationType to "AWS_IAM", or make it a route of the API.',
			});
		for (const balancer of stack.ofType(LOAD_BALANCER, CLASSIC_BALANCER))
			yield verdict(balancer, isPublicBalancer(balancer), BALANCER, {
				what: `takes calls from the internet ${besides}`,
				fix: "Set internal to true, and let the API reach it by a VPC link.",
			});
		for (const { node, isPublic } of hostsOf(stack))
			yield verdict(node, isPublic, HOST, {
				what: `has a public address and a port open to anywhere ${besides}`,
				fix: "Take the public address away, and let the API or an internal load balancer reach it.",
			});
		const origins = Map.groupBy(originsOf(stack), ({ distribution }) => distribution);
		for (const distribution of stack.ofType(DISTRIBUTION)) {
			const named = (origins.get(distribution) ?? []).map(({ target }) => target);
			yield pastTheApi(stack, distribution, named, besides);
		}
	},
};

/** One answer of the form "is it a door?". */
function verdict(where: ResourceNode, isDoor: Fact<boolean>, finding: string, fault: Fault): Verdict {
	if (isDoor.state === "unknown") return cannotTell(where, isDoor, "whether it is a second front door", finding);
	return ifKnown(isDoor) === true ? fail(where, fault, finding) : pass(where, finding);
}

function isPublicApi(api: ResourceNode): Fact<boolean> {
	if (api.type === HTTP_API) return known(true);
	const kinds = api.props.texts(api.type === REST_API ? "endpointConfiguration.types" : "visibility");
	if (kinds.state === "unknown") return kinds;
	const open = ifKnown(kinds)?.find(({ state }) => state === "unknown");
	if (open?.state === "unknown") return open;
	return known(!ifKnown(kinds)?.some((kind) => ifKnown(kind) === "PRIVATE"));
}

function isPublicUrl(url: ResourceNode): Fact<boolean> {
	const authorization = url.props.text("authorizationType");
	return authorization.state === "unknown" ? authorization : known(ifKnown(authorization) === "NONE");
}

/** A CDN makes public what it leads to; what is public by itself has a finding of its own. */
function pastTheApi(
	stack: StackGraph,
	distribution: ResourceNode,
	named: readonly ResourceNode[],
	besides: string,
): Verdict {
	const origins = new Set([
		...named,
		...stack.dependencies(distribution, "origins", [LOAD_BALANCER, FUNCTION_URL, VPC_ORIGIN]),
	]);
	const hidden = [...origins].find(
		(origin) =>
			origin.type === VPC_ORIGIN ||
			(origin.type === LOAD_BALANCER && ifKnown(isPublicBalancer(origin)) === false) ||
			(origin.type === FUNCTION_URL && ifKnown(isPublicUrl(origin)) === false),
	);
	if (!hidden) return pass(distribution, CDN);
	return fail(
		distribution,
		{ what: `leads to ${hidden.label} ${besides}`, fix: "Let the API alone be its origin, beside static files." },
		CDN,
	);
}
