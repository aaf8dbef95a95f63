/**
 * Nothing is public and nothing lies unencrypted unless it is the front door: policies, ACLs, ingress, databases and
 * stores, a finding for each kind. Which front doors there may be is `one-front-door`'s to say.
 */
import { type Fact, ifKnown } from "../facts/fact.ts";
import { storesOf } from "../graph/encryption.ts";
import {
	ACL_HOLDERS,
	aclLetsEveryoneIn,
	isBlocked,
	letsEveryoneIn,
	PERMISSION_TIES,
	RESOURCE_POLICIES,
} from "../graph/exposure.ts";
import { type Ingress, ingressOf, isPublicBalancer, membersOf } from "../graph/ingress.ts";
import type { ResourceNode } from "../graph/node.ts";
import type { StackGraph } from "../graph/stack-graph.ts";
import { DB_CLUSTER_INSTANCE, DB_INSTANCE, FUNCTION_URL, PERMISSION } from "../graph/types.ts";
import { cannotTell, type Fault, fail, pass, type Rule, type Verdict } from "../rule.ts";

const ACL = "public-acl";
const POLICY = "public-policy";
const FUNCTION_PERMISSION = "public-permission";
const DATABASE = "public-database";
const INGRESS = "open-ingress";
const FUNCTION_ADDRESS = "function-url";
const UNENCRYPTED = "unencrypted";

const ADDRESSABLE_DATABASES = [
	DB_INSTANCE,
	DB_CLUSTER_INSTANCE,
	"aws:neptune/clusterInstance:ClusterInstance",
	"aws:redshift/cluster:Cluster",
	"aws:redshiftserverless/workgroup:Workgroup",
	"aws:dms/replicationInstance:ReplicationInstance",
];

export const privateByDefault: Rule = {
	name: "private-by-default",
	findings: [
		ACL,
		POLICY,
		FUNCTION_PERMISSION,
		DATABASE,
		INGRESS,
		FUNCTION_ADDRESS,
		...["volume", "database", "domain", "file-system"].map((kind) => `${UNENCRYPTED}-${kind}`),
	],
	*check({ stack }) {
		for (const node of stack.ofType(...ACL_HOLDERS)) yield acl(stack, node);
		for (const [type, property] of Object.entries(RESOURCE_POLICIES))
			for (const node of stack.ofType(type)) yield* policy(stack, node, property);
		for (const [type, tie] of Object.entries(PERMISSION_TIES))
			for (const node of stack.ofType(type)) yield principalPermission(node, tie);
		for (const node of stack.ofType(PERMISSION)) yield permission(node);
		for (const node of stack.ofType(...ADDRESSABLE_DATABASES)) yield database(node);
		yield* openIngress(stack);
		for (const url of stack.ofType(FUNCTION_URL)) yield functionUrl(url);
		for (const { node, kind, property, isPart, isEncrypted } of storesOf(stack))
			yield verdict(node, negated(isEncrypted), `${UNENCRYPTED}-${kind}`, "whether its data is encrypted", {
				what: isPart ? `has a ${kind} that is not encrypted` : "is not encrypted",
				fix: `Set ${property} to true.`,
			});
	},
};

/** One answer of the form "is it exposed?". */
function verdict(
	where: ResourceNode,
	exposed: Fact<boolean>,
	finding: string,
	question: string,
	fault: Fault,
): Verdict {
	if (exposed.state === "unknown") return cannotTell(where, exposed, question, finding);
	return ifKnown(exposed) === true ? fail(where, fault, finding) : pass(where, finding);
}

const negated = (fact: Fact<boolean>): Fact<boolean> =>
	fact.state === "known" ? { state: "known", value: !fact.value } : fact;

function acl(stack: StackGraph, node: ResourceNode): Verdict {
	if (isBlocked(stack, node, ["blockPublicAcls", "ignorePublicAcls"])) return pass(node, ACL);
	return verdict(node, aclLetsEveryoneIn(node), ACL, "whether its ACL lets everyone in", {
		what: "has an ACL that lets everyone in",
		fix: "Drop the ACL, and serve what is public through a CDN with origin access control.",
	});
}

function* policy(stack: StackGraph, node: ResourceNode, property: string): Iterable<Verdict> {
	const document = node.props.document(property);
	if (document.state === "absent") return;
	// In a VPC a domain's network is its boundary, and AWS's own templates name everyone.
	if (node.props.read("vpcOptions.subnetIds").state !== "absent") return;
	if (isBlocked(stack, node, ["blockPublicPolicy", "restrictPublicBuckets"]) && /^aws:s3/.test(node.type)) return;
	const isPublic = document.state === "known" ? letsEveryoneIn(document.value) : document;
	yield verdict(node, isPublic, POLICY, "whether its policy lets everyone in", {
		what: `has a policy${property === "policy" ? "" : ` (${property})`} that lets everyone in`,
		fix: "Name the principals, or tie the statement to an account, organisation, network or source by a condition.",
	});
}

function principalPermission(node: ResourceNode, tie: string): Verdict {
	const principal = node.props.text("principal");
	const isPublic: Fact<boolean> =
		principal.state === "unknown"
			? principal
			: { state: "known", value: ifKnown(principal) === "*" && node.props.read(tie).state === "absent" };
	return verdict(node, isPublic, POLICY, "whether it lets every account in", {
		what: "lets every account in",
		fix: `Name an account as its principal, or tie it to your organisation with ${tie}.`,
	});
}

/** What names everyone but ties them to a source is fine; a public URL's own permission is the URL's finding. */
function permission(node: ResourceNode): Verdict {
	const question = "whether its permission lets everyone call the function";
	const principal = node.props.text("principal");
	const isUrls =
		ifKnown(node.props.text("functionUrlAuthType")) === "NONE" ||
		ifKnown(node.props.flag("invokedViaFunctionUrl")) === true;
	if (isUrls) return pass(node, FUNCTION_PERMISSION);
	if (principal.state === "unknown") return cannotTell(node, principal, question, FUNCTION_PERMISSION);
	const ties = ["sourceArn", "sourceAccount", "principalOrgId"].map((tie) => node.props.read(tie));
	if (ifKnown(principal) !== "*" || ties.some(({ state }) => state !== "absent"))
		return pass(node, FUNCTION_PERMISSION);
	return fail(
		node,
		{
			what: "lets everyone call the function",
			fix: "Name the principal, or set sourceArn, sourceAccount or principalOrgId.",
		},
		FUNCTION_PERMISSION,
	);
}

const database = (node: ResourceNode): Verdict =>
	verdict(node, node.props.flag("publiclyAccessible"), DATABASE, "whether it has a public address", {
		what: "has a public address",
		fix: "Set publiclyAccessible to false, and reach it from inside the network.",
	});

/** The URL's door stands open by itself; whether it may is `one-front-door`'s to say, so this only advises. */
function functionUrl(url: ResourceNode): Verdict {
	const authorization = url.props.text("authorizationType");
	if (authorization.state === "unknown")
		return cannotTell(url, authorization, "whether anyone may call it", FUNCTION_ADDRESS);
	if (ifKnown(authorization) !== "NONE") return pass(url, FUNCTION_ADDRESS);
	return fail(
		url,
		{
			what: "lets everyone call its function, without a signature",
			fix: 'Set authorizationType to "AWS_IAM".',
			level: "advisory",
		},
		FUNCTION_ADDRESS,
	);
}

function* openIngress(stack: StackGraph): Iterable<Verdict> {
	for (const ingress of ingressOf(stack))
		yield verdict(ingress.via, exposureOf(stack, ingress), INGRESS, "whether it lets everyone in", {
			what: `lets everyone in on ${ingress.ports}`,
			fix: "Name the group or the network that may come in; only an internet-facing load balancer takes 80 and 443 from anywhere.",
		});
}

/** Open to everyone, but for HTTP's ports on a group that internet-facing load balancers alone are in. */
function exposureOf(stack: StackGraph, { group, isFromAnywhere, isWeb }: Ingress): Fact<boolean> {
	if (ifKnown(isFromAnywhere) === false || ifKnown(isWeb) === false) return isFromAnywhere;
	const members = (group ? membersOf(stack, group) : []).map(isPublicBalancer);
	if (members.length === 0 || members.some((member) => ifKnown(member) === false)) return isFromAnywhere;
	return members.find((member) => member.state === "unknown") ?? negated(isWeb);
}
