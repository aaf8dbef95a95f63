import { expect } from "chai";
import { identityDocuments, isFunctionRole, managedPolicies } from "../../../policies/graph/identity-policies.ts";
import { json, type ResourceSpec, type Run, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";

type Props = Record<string, unknown>;

const document = json({ Statement: [] });
const role = (props: Props = {}, name = "role") => resource("aws:iam/role:Role", name, props);
const policy = (props: Props = { policy: document }) => resource("aws:iam/policy:Policy", "policy", props);
const attachment = (props: Props, name = "attachment") =>
	resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", name, props);
const ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess";

/** Every document: who holds it, what is known of it, and the roles that it grants something. */
const documents = (specs: readonly ResourceSpec[], run: Run = "raw") =>
	[...identityDocuments(graphOf(specs, run))].map(({ holder, document: { state }, roles }) => [
		holder.name,
		state,
		roles.map(({ name }) => name),
	]);
const managed = (specs: readonly ResourceSpec[], run: Run = "raw") =>
	[...managedPolicies(graphOf(specs, run))].map(({ via, arn }) => [
		via.name,
		arn.state === "known" ? arn.value : arn.state,
	]);

describe("policies/graph/identity-policies", () => {
	it("reads a role's inline policies, and says while they are not known", () => {
		const inline = role({ inlinePolicies: [{ policy: document }, { name: "empty" }] });
		expect(documents([inline])).to.deep.equal([
			["role", "known", ["role"]],
			["role", "absent", ["role"]],
		]);
		expect(documents([role({ inlinePolicies: UNKNOWN })])).to.deep.equal([["role", "unknown", ["role"]]]);
		expect(documents([role()])).to.deep.equal([]);
	});

	it("reads the documents of roles, users, groups and permission sets", () => {
		for (const [type, property] of [
			["aws:iam/userPolicy:UserPolicy", "policy"],
			["aws:iam/groupPolicy:GroupPolicy", "policy"],
			["aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy", "inlinePolicy"],
		] as const)
			expect(
				documents([resource(type, "holder", { [property]: document, role: ref(role(), "id") }), role()]),
			).to.deep.equal([["holder", "known", []]]);
		const own = resource("aws:iam/rolePolicy:RolePolicy", "own", { role: ref(role(), "id"), policy: document });
		expect(documents([role(), own])).to.deep.equal([["own", "known", ["role"]]]);
	});

	it("follows what attaches a policy to its roles", () => {
		const arn = ref(policy(), "arn");
		const others = [role(), role({}, "other"), policy()];
		expect(documents(others)).to.deep.equal([["policy", "known", []]]);
		for (const attached of [
			attachment({ policyArn: arn, role: ref(role(), "name") }),
			resource("aws:iam/policyAttachment:PolicyAttachment", "attachment", {
				policyArn: arn,
				roles: [ref(role(), "name")],
			}),
			resource("aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive", "attachment", {
				policyArns: [arn],
				roleName: ref(role(), "name"),
			}),
		])
			for (const run of ["raw", "preview"] as const)
				expect(documents([...others, attached], run).at(-1)?.[2], `${attached.type} ${run}`).to.deep.equal(["role"]);
		const holding = role({ managedPolicyArns: [arn] });
		expect(documents([holding, policy()])).to.deep.equal([["policy", "known", ["role"]]]);
		const ofUser = resource("aws:iam/userPolicyAttachment:UserPolicyAttachment", "a", { policyArn: arn, user: "u" });
		expect(documents([policy(), ofUser])).to.deep.equal([["policy", "known", []]]);
	});

	it("leaves out a policy that is a boundary alone, and no other document", () => {
		const bounded = role({ permissionsBoundary: ref(policy(), "arn") });
		const user = resource("aws:iam/user:User", "user", { permissionsBoundary: ref(policy(), "arn") });
		expect(documents([policy(), bounded])).to.deep.equal([]);
		expect(documents([policy(), user])).to.deep.equal([]);
		const attached = attachment({ policyArn: ref(policy(), "arn"), role: ref(bounded, "name") });
		expect(documents([policy(), bounded, attached])).to.deep.equal([["policy", "known", ["role"]]]);
	});

	it("lists AWS's own policies wherever they are attached, and no policy of the stack", () => {
		for (const [type, property] of [
			["aws:iam/rolePolicyAttachment:RolePolicyAttachment", "policyArn"],
			["aws:iam/userPolicyAttachment:UserPolicyAttachment", "policyArn"],
			["aws:iam/groupPolicyAttachment:GroupPolicyAttachment", "policyArn"],
			["aws:iam/policyAttachment:PolicyAttachment", "policyArn"],
			["aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment", "managedPolicyArn"],
		] as const)
			expect(managed([resource(type, "via", { [property]: ADMIN })]), type).to.deep.equal([["via", ADMIN]]);
		expect(managed([role({ managedPolicyArns: [ADMIN, UNKNOWN] })])).to.deep.equal([
			["role", ADMIN],
			["role", "unknown"],
		]);
		expect(managed([attachment({ policyArn: UNKNOWN })])).to.deep.equal([["attachment", "unknown"]]);
		expect(managed([policy(), attachment({ policyArn: ref(policy(), "arn") })], "preview")).to.deep.equal([]);
		const both = role({ managedPolicyArns: [ref(policy(), "arn"), ADMIN] });
		expect(managed([policy(), both], "preview")).to.deep.equal([["role", ADMIN]]);
		const topic = resource("aws:sns/topic:Topic", "topic");
		expect(managed([topic, attachment({ policyArn: ref(topic, "arn") })], "preview")).to.deep.equal([
			["attachment", "unknown"],
		]);
		expect(managed([attachment({})])).to.deep.equal([]);
	});

	it("knows a role that functions run as: one that trusts Lambda, or that a function names", () => {
		const trusting = (...services: string[]) =>
			role({ assumeRolePolicy: json({ Statement: [{ Principal: { Service: services } }] }) });
		const isFunctions = (...specs: ResourceSpec[]) => {
			const stack = graphOf(specs);
			return isFunctionRole(stack, nodeOf(stack, "role"));
		};
		expect(isFunctions(trusting("lambda.amazonaws.com"))).to.equal(true);
		expect(isFunctions(trusting("edgelambda.amazonaws.com", "lambda.amazonaws.com"))).to.equal(true);
		expect(isFunctions(trusting("ecs-tasks.amazonaws.com"))).to.equal(false);
		const both = [{ Principal: { AWS: "*" } }, { Principal: { Service: "lambda.amazonaws.com" } }];
		expect(isFunctions(role({ assumeRolePolicy: json({ Statement: both }) }))).to.equal(true);
		expect(isFunctions(role({ assumeRolePolicy: "no JSON" }))).to.equal(false);
		const fn = resource("aws:lambda/function:Function", "fn", { role: ref(role(), "arn") });
		expect(isFunctions(role(), fn)).to.equal(true);
	});
});
