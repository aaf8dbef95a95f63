/**
 * Whom a resource's own policy or ACL lets in: everyone, or some. Deny statements take nothing away here, and conditions
 * count where they tie the caller to an account, an organisation, a network or a resource.
 */
import { type Fact, ifKnown, itemsOf, known } from "../facts/fact.ts";
import type { Props } from "../facts/props.ts";
import type { ResourceNode } from "./node.ts";
import { perStack, type StackGraph } from "./stack-graph.ts";
import { BUCKET, QUEUE, ROLE, TOPIC } from "./types.ts";

/** Where resources keep a policy that says who may use them. APIs are no part: they are the front door. */
export const RESOURCE_POLICIES: Readonly<Record<string, string>> = {
	[BUCKET]: "policy",
	"aws:s3/bucketPolicy:BucketPolicy": "policy",
	"aws:s3/accessPoint:AccessPoint": "policy",
	"aws:s3control/accessPointPolicy:AccessPointPolicy": "policy",
	[QUEUE]: "policy",
	"aws:sqs/queuePolicy:QueuePolicy": "policy",
	[TOPIC]: "policy",
	"aws:sns/topicPolicy:TopicPolicy": "policy",
	"aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
	"aws:ecr/registryPolicy:RegistryPolicy": "policy",
	"aws:secretsmanager/secret:Secret": "policy",
	"aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
	"aws:kms/key:Key": "policy",
	"aws:kms/keyPolicy:KeyPolicy": "policy",
	"aws:efs/fileSystemPolicy:FileSystemPolicy": "policy",
	"aws:opensearch/domain:Domain": "accessPolicies",
	"aws:opensearch/domainPolicy:DomainPolicy": "accessPolicies",
	"aws:elasticsearch/domain:Domain": "accessPolicies",
	"aws:elasticsearch/domainPolicy:DomainPolicy": "accessPolicies",
	"aws:cloudwatch/eventBusPolicy:EventBusPolicy": "policy",
	"aws:dynamodb/resourcePolicy:ResourcePolicy": "policy",
	"aws:kinesis/resourcePolicy:ResourcePolicy": "policy",
	"aws:backup/vaultPolicy:VaultPolicy": "policy",
	"aws:glacier/vault:Vault": "accessPolicy",
	[ROLE]: "assumeRolePolicy",
};

/** Permissions of one principal each, and the property that ties "everyone" to an organisation. */
export const PERMISSION_TIES: Readonly<Record<string, string>> = {
	"aws:cloudwatch/eventPermission:EventPermission": "condition",
	"aws:lambda/layerVersionPermission:LayerVersionPermission": "organizationId",
};

/** Condition keys that tie a caller down, in lower case. A referer, a transport or a date does not. */
const TYING_KEYS = new Set([
	"aws:sourcearn",
	"aws:sourceaccount",
	"aws:sourceowner",
	"aws:sourceorgid",
	"aws:sourceorgpaths",
	"aws:sourcevpc",
	"aws:sourcevpce",
	"aws:sourceip",
	"aws:vpcsourceip",
	"aws:principalaccount",
	"aws:principalarn",
	"aws:principalorgid",
	"aws:principalorgpaths",
	"aws:principalservicename",
	"aws:principalisawsservice",
	"aws:userid",
	"aws:username",
	"sts:externalid",
	"kms:calleraccount",
	"s3:dataaccesspointaccount",
	"s3:dataaccesspointarn",
	"elasticfilesystem:accessedviamounttarget",
	"elasticfilesystem:accesspointarn",
]);
/** Operators that let through only what they name; those that end in IfExists also let through what is not there. */
const TYING_OPERATOR =
	/^(ForAnyValue:)?(StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike|IpAddress|Bool)$/i;

/** Whether a policy lets everyone in. */
export function letsEveryoneIn(document: Props): Fact<boolean> {
	const statements = document.parts("Statement");
	if (statements.state === "unknown") return statements;
	let answer: Fact<boolean> = known(false);
	for (const statement of itemsOf(statements)) {
		const isPublic = isPublicStatement(statement);
		if (isPublic.state === "known" && isPublic.value) return isPublic;
		if (isPublic.state === "unknown") answer = isPublic;
	}
	return answer;
}

function isPublicStatement(statement: Props): Fact<boolean> {
	const effect = statement.text("Effect");
	if (effect.state === "unknown") return effect;
	if (ifKnown(effect) !== "Allow") return known(false);
	const anyone = namesEveryone(statement);
	if (anyone.state !== "known" || !anyone.value) return anyone;
	const tied = isTied(statement);
	return tied.state === "known" ? known(!tied.value) : tied;
}

function namesEveryone(statement: Props): Fact<boolean> {
	if (statement.read("NotPrincipal").state === "known") return known(true);
	const services = itemsOf(statement.texts("Principal.Service"));
	if (services.some((service) => ifKnown(service) === "*")) return known(true);
	let answer: Fact<boolean> = known(false);
	for (const path of ["Principal", "Principal.AWS"]) {
		const texts = statement.texts(path);
		if (texts.state === "unknown") answer = texts;
		for (const text of itemsOf(texts)) {
			if (text.state === "unknown") answer = text;
			if (text.state === "known" && text.value === "*") return known(true);
		}
	}
	return answer;
}

/** Whether a condition narrows "everyone" down. One that does is enough: conditions all have to hold. */
function isTied(statement: Props): Fact<boolean> {
	const conditions = statement.part("Condition");
	if (conditions.state === "unknown") return conditions;
	let answer: Fact<boolean> = known(false);
	for (const operator of ifKnown(conditions)?.keys() ?? []) {
		const tests = TYING_OPERATOR.test(operator) ? ifKnown(conditions)?.part(operator) : undefined;
		if (tests?.state === "unknown") answer = tests;
		if (tests?.state !== "known") continue;
		for (const key of tests.value.keys().filter((each) => TYING_KEYS.has(each.toLowerCase()))) {
			const values = tests.value.texts(key);
			const open = values.state === "unknown" ? values : ifKnown(values)?.find(({ state }) => state === "unknown");
			if (open?.state === "unknown") answer = open;
			else if (ifKnown(values)?.every((value) => value.state === "known" && !isAnything(value.value)))
				return known(true);
		}
	}
	return answer;
}

const isAnything = (value: string): boolean => /^[*?]+$/.test(value) || /\/0$/.test(value) || value === "false";

const PUBLIC_ACLS = new Set(["public-read", "public-read-write", "authenticated-read"]);
const PUBLIC_GRANTEES = /\/(AllUsers|AuthenticatedUsers)$/;

/** Resources that may carry an ACL of S3's. */
export const ACL_HOLDERS: readonly string[] = [
	BUCKET,
	"aws:s3/bucketAcl:BucketAcl",
	"aws:s3/bucketAclV2:BucketAclV2",
	"aws:s3/bucketObject:BucketObject",
	"aws:s3/bucketObjectv2:BucketObjectv2",
	"aws:s3/objectCopy:ObjectCopy",
];

/** Whether an ACL, canned or spelled out, lets everyone in. */
export function aclLetsEveryoneIn({ props }: ResourceNode): Fact<boolean> {
	const canned = props.text("acl");
	if (canned.state === "known" && PUBLIC_ACLS.has(canned.value)) return known(true);
	let answer: Fact<boolean> = canned.state === "unknown" ? canned : known(false);
	for (const [list, uri] of [
		["grants", "uri"],
		["accessControlPolicy.grants", "grantee.uri"],
	] as const) {
		const grants = props.parts(list);
		if (grants.state === "unknown") answer = grants;
		for (const grant of itemsOf(grants)) {
			const grantee = grant.text(uri);
			if (grantee.state === "unknown") answer = grantee;
			if (grantee.state === "known" && PUBLIC_GRANTEES.test(grantee.value)) return known(true);
		}
	}
	return answer;
}

/** What S3's public access block of the bucket, or of the account, switches off. */
export function isBlocked(stack: StackGraph, node: ResourceNode, flags: readonly string[]): boolean {
	const bucket = bucketOf(stack, node);
	const blocks = [
		...((bucket !== undefined && blocksByBucket(stack).get(bucket)) || []),
		...stack.ofType("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"),
	];
	return blocks.some((block) => flags.some((flag) => ifKnown(block.props.flag(flag)) === true));
}

/** The bucket that something belongs to: of the stack, or elsewhere by its name. */
const bucketOf = (stack: StackGraph, node: ResourceNode): ResourceNode | string | undefined =>
	node.type === BUCKET ? node : (stack.target(node, "bucket", BUCKET) ?? ifKnown(node.props.text("bucket")));

const blocksByBucket = perStack((stack) =>
	Map.groupBy(stack.ofType("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"), (block) =>
		bucketOf(stack, block),
	),
);
