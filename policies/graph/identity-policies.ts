/**
 * Policies of identities, wherever a program writes them: the documents of roles, users, groups and permission sets, and
 * the managed policies that are attached. Not who may use a resource: that is exposure.ts.
 */
import { type Fact, ifKnown, itemsOf } from "../facts/fact.ts";
import type { Props } from "../facts/props.ts";
import type { ResourceNode } from "./node.ts";
import { POLICY, ROLE_POLICY } from "./permissions.ts";
import type { StackGraph } from "./stack-graph.ts";
import { FUNCTION, ROLE } from "./types.ts";

export interface IdentityDocument {
	/** The resource in which the document stands. */
	holder: ResourceNode;
	document: Fact<Props>;
	/** The roles that it grants something, as far as they are in the stack. */
	roles: readonly ResourceNode[];
}

export interface ManagedPolicy {
	/** The resource that attaches it. */
	via: ResourceNode;
	arn: Fact<string>;
}

const OWN_DOCUMENT: Readonly<Record<string, string>> = {
	[ROLE_POLICY]: "policy",
	[POLICY]: "policy",
	"aws:iam/userPolicy:UserPolicy": "policy",
	"aws:iam/groupPolicy:GroupPolicy": "policy",
	"aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy": "inlinePolicy",
};
/** What attaches a policy: where its ARN stands, and where the roles do. */
const ATTACHMENTS: Readonly<Record<string, { arn: string; roles?: string }>> = {
	"aws:iam/rolePolicyAttachment:RolePolicyAttachment": { arn: "policyArn", roles: "role" },
	"aws:iam/policyAttachment:PolicyAttachment": { arn: "policyArn", roles: "roles" },
	"aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": { arn: "policyArns", roles: "roleName" },
	"aws:iam/userPolicyAttachment:UserPolicyAttachment": { arn: "policyArn" },
	"aws:iam/groupPolicyAttachment:GroupPolicyAttachment": { arn: "policyArn" },
	"aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment": { arn: "managedPolicyArn" },
	[ROLE]: { arn: "managedPolicyArns" },
};

/** Every document that grants an identity something. */
export function* identityDocuments(stack: StackGraph): Iterable<IdentityDocument> {
	for (const role of stack.ofType(ROLE)) {
		const inline = role.props.parts("inlinePolicies");
		if (inline.state === "unknown") yield { holder: role, document: inline, roles: [role] };
		for (const policy of itemsOf(inline)) yield { holder: role, document: policy.document("policy"), roles: [role] };
	}
	for (const [type, path] of Object.entries(OWN_DOCUMENT))
		for (const holder of stack.ofType(type)) {
			if (type === POLICY && isOnlyBoundary(stack, holder)) continue;
			yield { holder, document: holder.props.document(path), roles: rolesOf(stack, holder) };
		}
}

/** A permissions boundary grants nothing: it limits what other policies do. */
const isOnlyBoundary = (stack: StackGraph, policy: ResourceNode): boolean =>
	["aws:iam/role:Role", "aws:iam/user:User"].some(
		(type) => stack.referrers(policy, type, "permissionsBoundary").length > 0,
	) && attachmentsOf(stack, policy).length === 0;

const attachmentsOf = (stack: StackGraph, policy: ResourceNode): ResourceNode[] =>
	Object.entries(ATTACHMENTS).flatMap(([type, { arn }]) => [...stack.referrers(policy, type, arn)]);

function rolesOf(stack: StackGraph, holder: ResourceNode): readonly ResourceNode[] {
	if (holder.type === ROLE_POLICY) return stack.targets(holder, "role", [ROLE]).nodes;
	if (holder.type !== POLICY) return [];
	return attachmentsOf(stack, holder).flatMap((via) => {
		const roles = ATTACHMENTS[via.type]?.roles;
		return via.type === ROLE ? [via] : roles ? stack.targets(via, roles, [ROLE]).nodes : [];
	});
}

/** Every managed policy that is attached and is not in the stack itself; AWS's own, above all. */
export function* managedPolicies(stack: StackGraph): Iterable<ManagedPolicy> {
	for (const [type, { arn: path }] of Object.entries(ATTACHMENTS))
		for (const via of stack.ofType(type)) {
			const arns = via.props.texts(path);
			const isOwn = stack.dependencies(via, path, [POLICY]).length > 0;
			if (arns.state === "unknown" && !isOwn) yield { via, arn: arns };
			for (const arn of itemsOf(arns)) if (arn.state === "known" || !isOwn) yield { via, arn };
		}
}

/** Whether functions run as a role: it trusts Lambda, or a function names it. */
export function isFunctionRole(stack: StackGraph, role: ResourceNode): boolean {
	const trust = ifKnown(role.props.document("assumeRolePolicy"));
	const trusted = itemsOf(trust?.parts("Statement") ?? { state: "absent" }).flatMap((statement) =>
		itemsOf(statement.texts("Principal.Service")),
	);
	return (
		trusted.some((service) => ifKnown(service) === "lambda.amazonaws.com") ||
		stack.referrers(role, FUNCTION, "role").length > 0
	);
}
