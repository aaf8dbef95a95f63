/**
 * No identity may do everything: no `*` or `service:*` on everything, no policy of AWS's that amounts to it. Policies of
 * resources and keys are not meant: there everything is the resource itself.
 */
import { type Fact, ifKnown, itemsOf, known, knownAmong } from "../facts/fact.ts";
import type { Props } from "../facts/props.ts";
import {
	type IdentityDocument,
	identityDocuments,
	isFunctionRole,
	managedPolicies,
} from "../graph/identity-policies.ts";
import type { StackGraph } from "../graph/stack-graph.ts";
import { cannotTell, fail, pass, type Rule, type Verdict } from "../rule.ts";

const WILDCARD = "wildcard";
/** The same where a function runs as the role. */
const FUNCTION_WILDCARD = "function-wildcard";
/** A function's role that may do everything with some resource. */
const FUNCTION_ACTIONS = "function-actions";
const PREFIX = "prefix";
const MANAGED = "managed-policy";

export const leastPrivilege: Rule = {
	name: "least-privilege",
	findings: [WILDCARD, FUNCTION_WILDCARD, FUNCTION_ACTIONS, PREFIX, MANAGED],
	*check({ stack }) {
		for (const document of identityDocuments(stack)) yield* judgeDocument(stack, document);
		for (const { via, arn } of managedPolicies(stack)) {
			if (arn.state === "unknown") yield cannotTell(via, arn, "whether it attaches an administrator's policy", MANAGED);
			else if (arn.state === "known" && isAdministratorLike(arn.value))
				yield fail(
					via,
					{
						what: `attaches ${arn.value.slice(arn.value.indexOf("/") + 1)}, which allows ${reachOf(arn.value)} on everything`,
						fix: "Write a policy with the actions that are used, on the resources that are meant.",
					},
					MANAGED,
				);
			else yield pass(via, MANAGED);
		}
	},
};

function* judgeDocument(stack: StackGraph, { holder, document, roles }: IdentityDocument): Iterable<Verdict> {
	if (document.state === "absent") return;
	const isFunctions = roles.some((role) => isFunctionRole(stack, role));
	const finding = isFunctions ? FUNCTION_WILDCARD : WILDCARD;
	const question = "whether it allows everything";
	if (document.state === "unknown") return yield cannotTell(holder, document, question, finding);
	const statements = document.value.parts("Statement");
	if (statements.state === "unknown") return yield cannotTell(holder, statements, question, finding);
	const grants = itemsOf(statements).map(grantOf);
	const everything = grants.find(({ action, isAnything }) => isSweeping(action) && ifKnown(isAnything) === true);
	const open = grants.find(({ action, isAnything }) => mayBe(action) && isAnything.state === "unknown");
	const openAction = grants.find(({ action }) => action.state === "unknown");
	const property = [open?.isAnything, openAction?.action].find((fact) => fact?.state === "unknown");
	if (everything)
		yield fail(
			holder,
			{
				what: `${isFunctions ? "lets a function do" : "allows"} ${ifKnown(everything.action)} on everything`,
				fix: "Name the actions that are used, and the resources that are meant.",
			},
			finding,
		);
	else if (property?.state === "unknown") yield cannotTell(holder, property, question, finding);
	else yield pass(holder, finding);
	const sweeping = grants.find(({ action }) => isSweeping(action));
	if (isFunctions && sweeping && !everything)
		yield fail(
			holder,
			{
				what: `lets a function do everything (${ifKnown(sweeping.action)}) with the resources that it names`,
				fix: "Name the actions that the function uses.",
				level: "advisory",
			},
			FUNCTION_ACTIONS,
		);
	const prefix = grants.find(({ action, isAnything }) => isPrefix(action) && ifKnown(isAnything) === true);
	if (prefix && !everything)
		yield fail(
			holder,
			{
				what: `allows ${ifKnown(prefix.action)} on everything`,
				fix: "Name the resources that are meant, or the actions one by one.",
				level: "advisory",
			},
			PREFIX,
		);
}

interface Grant {
	/** The widest action of an Allow statement, as written; `everything but …` for NotAction. */
	action: Fact<string>;
	/** Whether it holds for every resource. */
	isAnything: Fact<boolean>;
}

const NOTHING: Grant = { action: { state: "absent" }, isAnything: known(false) };

function grantOf(statement: Props): Grant {
	const effect = statement.text("Effect");
	if (effect.state === "unknown") return { action: effect, isAnything: effect };
	if (ifKnown(effect) !== "Allow") return NOTHING;
	return { action: widestAction(statement), isAnything: meansAnything(statement) };
}

function widestAction(statement: Props): Fact<string> {
	const exempt = statement.texts("NotAction");
	if (exempt.state !== "absent") return known(`${EVERYTHING_BUT} a few actions`);
	const actions = statement.texts("Action");
	if (actions.state !== "known") return actions;
	const texts = knownAmong(actions.value);
	const widest = texts.find((text) => SWEEPING.test(text)) ?? texts.find(isPrefixText);
	const open = actions.value.find(({ state }) => state === "unknown");
	if (widest !== undefined && (SWEEPING.test(widest) || !open)) return known(widest);
	return open ?? known(texts[0] ?? "");
}

function meansAnything(statement: Props): Fact<boolean> {
	if (statement.read("NotResource").state !== "absent") return known(true);
	const resources = statement.texts("Resource");
	if (resources.state !== "known") return resources.state === "absent" ? known(false) : resources;
	if (resources.value.some((resource) => resource.state === "known" && ANYTHING.test(resource.value)))
		return known(true);
	const open = resources.value.find((resource) => resource.state === "unknown");
	return open?.state === "unknown" ? open : known(false);
}

const EVERYTHING_BUT = "everything but";
/** `*`, `*:*`, `service:*`, and a service's name left open, as in `s3*`. */
const SWEEPING = /^([^:]*:)?[*?]*\*[*?]*$|^[^:]+\*$/;
/** `*`, and an ARN that leaves region, account and resource open. */
const ANYTHING = /^(\*+|arn:\*+|arn:[^:]*:[^:]*:\**:\**:\*+(\/\*+)?)$/;
/** What can be allowed on everything alone: AWS knows no resources for these. */
const WITHOUT_RESOURCES = /^(ec2:Describe|autoscaling:Describe|elasticloadbalancing:Describe|xray:|cloudwatch:)/i;

const isPrefixText = (text: string): boolean => text.includes("*") && !WITHOUT_RESOURCES.test(text);
const isSweepingText = (text: string): boolean => SWEEPING.test(text) || text.startsWith(EVERYTHING_BUT);
const isSweeping = (action: Fact<string>): boolean => action.state === "known" && isSweepingText(action.value);
const mayBe = (action: Fact<string>): boolean => action.state === "unknown" || isSweeping(action);
const isPrefix = (action: Fact<string>): boolean =>
	action.state === "known" && !isSweepingText(action.value) && isPrefixText(action.value);

/** Of AWS's managed policies: the administrators', and those that allow a whole service on everything. */
const isAdministratorLike = (arn: string): boolean =>
	/^arn:aws[\w-]*:iam::aws:policy\/(.*\/)?(AdministratorAccess.*|PowerUserAccess|(System|Database|Network)Administrator|(?!AmazonAPIGatewayInvoke).*FullAccess)$/.test(
		arn,
	);

/** What a policy of AWS's that is administrator-like allows. */
function reachOf(arn: string): string {
	if (arn.endsWith("/AdministratorAccess")) return "everything";
	if (arn.endsWith("/PowerUserAccess")) return "everything but managing identities";
	return /Administrator$/.test(arn) ? "most of many services" : "everything of a service";
}
