/**
 * Whether a function may call another one: by its role's statements and managed policies, by a permission that names the
 * role, or by a function URL that it knows. A grant does not say how the call is made.
 */
import { entriesOf } from "../facts/entries.ts";
import { absent, type Fact, ifKnown, itemsOf, known, type Unknown, unknown } from "../facts/fact.ts";
import type { Props } from "../facts/props.ts";
import { callsFrom } from "./calls.ts";
import { functionsBehind, roleOf } from "./functions.ts";
import type { ResourceNode } from "./node.ts";
import { allows, covers, grantsOf, grantsOfNamed, type Statement, statementsIn } from "./permissions.ts";
import { perStack, type StackGraph } from "./stack-graph.ts";
import { FUNCTION_URL, PERMISSION, ROLE } from "./types.ts";

const INVOKE = ["lambda:InvokeFunction", "lambda:InvokeFunctionUrl"];
const RESOURCE_POLICY = "aws:lambda/resourcePolicy:ResourcePolicy";
/** AWS's own policies that let their holder invoke any function. */
const INVOKING_POLICY =
	/:policy\/(?:.*\/)?(?:AdministratorAccess|PowerUserAccess|AWSLambda_FullAccess|AWSLambdaFullAccess|AWSLambdaRole|AWSLambdaInvocation-DynamoDB)$/;
const FUNCTION_URL_HOST = /\.lambda-url\.[a-z0-9-]+\.on\.aws\b/;

/** Each way in which a function may call another, in words; and what is not known that could be one. */
export interface Chain {
	/** As in `may invoke arn:…:function:score (RolePolicy "front")`. */
	ways: readonly string[];
	open: Unknown | undefined;
}

export function chainFrom(stack: StackGraph, fn: ResourceNode): Chain {
	const role = roleOf(stack, fn);
	const stated = fn.props.text("role");
	const grants = role ? grantsOf(stack, role) : grantsOfNamed(stack, ifKnown(stated) ?? "");
	const permitted = role ? (permittedRoles(stack).get(role) ?? []) : [];
	const ways = [
		...byStatements(grants.statements),
		...grants.managed.filter((arn) => INVOKING_POLICY.test(arn)).map((arn) => `may invoke any function (${arn})`),
		...permitted.flatMap(({ by, isSo }) =>
			isSo.state === "known" ? [`is permitted to invoke one (${by.label})`] : [],
		),
		...byUrl(stack, fn),
	];
	const unread = [
		...grants.unknown,
		...permitted.flatMap(({ by, isSo }) => (isSo.state === "unknown" ? [{ source: by, property: isSo.property }] : [])),
	].map(({ source, property }) => unknown(`${property} of ${source.name}`));
	return { ways: [...new Set(ways)], open: unread[0] ?? (!role && stated.state === "unknown" ? stated : undefined) };
}

function byStatements(statements: readonly Statement[]): string[] {
	const denied = statements.filter(({ effect, isConditional }) => effect === "Deny" && !isConditional);
	return statements.flatMap((statement) =>
		INVOKE.filter((action) => allows(statement, action)).flatMap((action) =>
			functionPatterns(statement)
				.filter((pattern) => !denied.some((each) => denies(each, action, pattern)))
				.map((pattern) => `may invoke ${pattern} (${statement.source.label})`),
		),
	);
}

const denies = ({ actions, resources }: Statement, action: string, resource: string): boolean =>
	actions.some((pattern) => covers(pattern, action)) && resources.some((pattern) => covers(pattern, resource));

/** What of a statement's resources may be functions. */
const functionPatterns = ({ resources, notResources }: Statement): string[] =>
	notResources.length > 0 && !notResources.includes("*") ? ["*"] : resources.filter(mayBeFunction);

/** Whether an ARN pattern may cover a function's; what is no ARN cannot be told, and its action decides. */
function mayBeFunction(pattern: string): boolean {
	const [arn, , service, , , kind] = pattern.split(":");
	if (arn !== "arn") return true;
	return service === undefined || (covers(service, "lambda") && (kind === undefined || covers(kind, "function")));
}

/** What lets a role invoke a function, standing with the function; or may do so, once it is known. */
interface Permit {
	by: ResourceNode;
	isSo: Fact<true>;
}

/** Permissions by the role that they name: they grant it the call by themselves, where a service's would not. */
const permittedRoles = perStack((stack): ReadonlyMap<ResourceNode, readonly Permit[]> => {
	const byRole = new Map<ResourceNode, Permit[]>();
	const note = (role: ResourceNode, permit: Permit) => byRole.set(role, [...(byRole.get(role) ?? []), permit]);
	for (const by of stack.ofType(PERMISSION)) {
		const action = ifKnown(by.props.text("action")) ?? "lambda:InvokeFunction";
		if (!INVOKE.some((invoke) => covers(action, invoke))) continue;
		for (const role of stack.targets(by, "principal", [ROLE]).nodes) note(role, { by, isSo: known(true) });
	}
	for (const by of stack.ofType(RESOURCE_POLICY)) {
		const document = by.props.document("policy");
		const depended = stack.dependencies(by, "policy", [ROLE]);
		if (document.state === "unknown") for (const role of depended) note(role, { by, isSo: document });
		if (document.state === "known")
			for (const role of rolesInvoking(stack, by, document.value)) note(role, { by, isSo: known(true) });
	}
	return byRole;
});

/** The roles that a function's own policy names as invokers. */
function rolesInvoking(stack: StackGraph, policy: ResourceNode, document: Props): Set<ResourceNode> {
	const principals = itemsOf(document.parts("Statement")).map((part) => part.texts("Principal.AWS"));
	const texts = statementsIn(document, policy, "policy").flatMap((statement, i) =>
		INVOKE.some((invoke) => allows(statement, invoke)) ? itemsOf(principals[i] ?? absent) : [],
	);
	return new Set(
		texts.flatMap((text) => {
			const named = stack.named(ifKnown(text) ?? "", [ROLE]);
			return named.length > 0 ? named : stack.dependencies(policy, "policy", [ROLE]);
		}),
	);
}

/** Function URLs of others that a function is told. */
function byUrl(stack: StackGraph, fn: ResourceNode): string[] {
	const urls = callsFrom(stack, fn).filter(({ to, via }) => to.type === FUNCTION_URL && via === fn);
	const others = urls.filter(({ to }) => !functionsBehind(stack, to, "functionName").some((each) => each.fn === fn));
	const variables = entriesOf(fn.props.entries("environment.variables"));
	const literal = variables.filter(([, value]) => FUNCTION_URL_HOST.test(ifKnown(value) ?? ""));
	// A literal URL of its own is among those of the stack.
	const elsewhere = urls.length > 0 ? [] : literal.map(([key]) => `calls the function URL in ${key}`);
	return [...others.map(({ to }) => `calls ${to.label}`), ...elsewhere];
}
