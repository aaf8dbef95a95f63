/**
 * IAM statements by role: from inline policies, attached ones, and documents wherever they stand. Only what Allow
 * statements say; a document that is not known yet says so, with what it depends on.
 */
import { ifKnown, itemsOf, knownAmong } from "../facts/fact.ts";
import type { Props } from "../facts/props.ts";
import type { ResourceNode } from "./node.ts";
import { perStack, type StackGraph } from "./stack-graph.ts";
import { ROLE } from "./types.ts";

export interface Statement {
	effect: string;
	/** Patterns as written, as in "lambda:Invoke*"; those of NotAction are not among them. */
	actions: readonly string[];
	notActions: readonly string[];
	resources: readonly string[];
	/** Patterns of NotResource: everything but these. */
	notResources: readonly string[];
	/** Whether it holds under conditions only. */
	isConditional: boolean;
	/** The resource that holds the document, and the property in which it stands. */
	source: ResourceNode;
	property: string;
}

/** What a role is granted. */
export interface Grants {
	statements: readonly Statement[];
	/** Documents not known yet, each with the resources that it depends on. */
	unknown: readonly { source: ResourceNode; property: string; references: readonly ResourceNode[] }[];
	/** ARNs of managed policies that are attached, AWS's own included. */
	managed: readonly string[];
}

export const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
export const POLICY = "aws:iam/policy:Policy";
const ATTACHMENTS = [
	{ type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment", role: "role", arn: "policyArn" },
	{ type: "aws:iam/policyAttachment:PolicyAttachment", role: "roles", arn: "policyArn" },
	{
		type: "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
		role: "roleName",
		arn: "policyArns",
	},
] as const;

interface MutableGrants {
	statements: Statement[];
	unknown: { source: ResourceNode; property: string; references: readonly ResourceNode[] }[];
	managed: string[];
}

interface GrantIndex {
	byRole: ReadonlyMap<ResourceNode, Grants>;
	/** Of roles that are not in the stack, by their names. */
	byName: ReadonlyMap<string, Grants>;
}

const grantIndex = perStack((stack): GrantIndex => {
	const byRole = new Map<ResourceNode, MutableGrants>();
	const byName = new Map<string, MutableGrants>();
	for (const role of stack.ofType(ROLE)) {
		const grants: MutableGrants = { statements: [], unknown: [], managed: [] };
		byRole.set(role, grants);
		const inline = role.props.parts("inlinePolicies");
		for (const policy of itemsOf(inline)) addDocument(stack, grants, role, policy, "policy", "inlinePolicies");
		if (inline.state === "unknown") addUnknown(stack, grants, role, "inlinePolicies");
		addManaged(stack, grants, role, "managedPolicyArns");
	}
	const ofRoles = (node: ResourceNode, property: string): MutableGrants[] => {
		const roles = stack.targets(node, property, [ROLE]).nodes;
		if (roles.length > 0) return roles.flatMap((role) => byRole.get(role) ?? []);
		const texts = itemsOf(node.props.texts(property));
		return texts.flatMap((fact) => {
			const name = ifKnown(fact);
			if (name === undefined) return [];
			const grants = byName.get(name) ?? { statements: [], unknown: [], managed: [] };
			byName.set(name, grants);
			return [grants];
		});
	};
	for (const policy of stack.ofType(ROLE_POLICY))
		for (const grants of ofRoles(policy, "role")) addDocument(stack, grants, policy, policy.props, "policy", "policy");
	for (const { type, role, arn } of ATTACHMENTS)
		for (const attachment of stack.ofType(type))
			for (const grants of ofRoles(attachment, role)) addManaged(stack, grants, attachment, arn);
	return { byRole, byName };
});

/** Policies that a role or attachment lists: those of the stack by their documents, the others by ARN. */
function addManaged(stack: StackGraph, grants: MutableGrants, holder: ResourceNode, property: string): void {
	const listed = holder.props.texts(property);
	const policies = stack.targets(holder, property, [POLICY]).nodes;
	for (const policy of policies) addDocument(stack, grants, policy, policy.props, "policy", "policy");
	const arns = itemsOf(listed);
	for (const arn of arns) {
		const text = ifKnown(arn);
		if (text !== undefined && stack.named(text, [POLICY]).length === 0) grants.managed.push(text);
	}
	const isOpen = listed.state === "unknown" || arns.some(({ state }) => state === "unknown");
	if (isOpen && policies.length === 0) addUnknown(stack, grants, holder, property);
}

const NONE: Grants = { statements: [], unknown: [], managed: [] };

/** What a role is granted by the documents of the stack. */
export const grantsOf = (stack: StackGraph, role: ResourceNode): Grants => grantIndex(stack).byRole.get(role) ?? NONE;

/** What the stack grants a role that is not in it, by the role's name or ARN. */
export const grantsOfNamed = (stack: StackGraph, role: string): Grants =>
	grantIndex(stack).byName.get(role.slice(role.lastIndexOf("/") + 1)) ?? NONE;

function addUnknown(stack: StackGraph, grants: MutableGrants, source: ResourceNode, property: string): void {
	grants.unknown.push({ source, property, references: stack.dependencies(source, property) });
}

function addDocument(
	stack: StackGraph,
	grants: MutableGrants,
	source: ResourceNode,
	holder: Props,
	path: string,
	property: string,
): void {
	const document = holder.document(path);
	if (document.state === "unknown") addUnknown(stack, grants, source, property);
	if (document.state === "known") grants.statements.push(...statementsIn(document.value, source, property));
}

/** The statements of one policy document, whatever their effect. */
export function statementsIn(document: Props, source: ResourceNode, property: string): Statement[] {
	return itemsOf(document.parts("Statement")).map((statement) => {
		const texts = (key: string) => knownAmong(itemsOf(statement.texts(key)));
		return {
			effect: ifKnown(statement.text("Effect")) ?? "",
			actions: texts("Action"),
			notActions: texts("NotAction"),
			resources: texts("Resource"),
			notResources: texts("NotResource"),
			isConditional: statement.read("Condition").state !== "absent",
			source,
			property,
		};
	});
}

/** Whether a pattern as IAM writes it, with * and ?, covers a text; actions compare without case. */
export function covers(pattern: string, text: string): boolean {
	if (!/[*?]/.test(pattern)) return pattern.length === text.length && pattern.toLowerCase() === text.toLowerCase();
	const expression = pattern
		.replace(/[.+^${}()|[\]\\]/g, "\\$&")
		.replace(/\*+/g, ".*")
		.replace(/\?/g, ".");
	return new RegExp(`^${expression}$`, "is").test(text);
}

/** Whether an Allow statement grants an action on something. */
export const allows = ({ effect, actions, notActions }: Statement, action: string): boolean =>
	effect === "Allow" &&
	(actions.some((pattern) => covers(pattern, action)) ||
		(notActions.length > 0 && !notActions.some((pattern) => covers(pattern, action))));
