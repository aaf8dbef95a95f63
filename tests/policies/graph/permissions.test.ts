import { expect } from "chai";
import { Props } from "../../../policies/facts/props.ts";
import { allows, covers, grantsOf, grantsOfNamed, statementsIn } from "../../../policies/graph/permissions.ts";
import { concat, json, type ResourceSpec, type Run, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { allowing, role } from "../../support/policies-grants.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";

describe("policies/graph/permissions", () => {
	const document = (Action: unknown = "any:Action") =>
		json({ Statement: [{ Effect: "Allow", Action, Resource: "*" }] });
	const policy = (text: unknown = document("of:Policy")) =>
		resource("aws:iam/policy:Policy", "policy", { policy: text });
	const grants = (specs: readonly ResourceSpec[], run: Run = "raw", asked?: string) => {
		const stack = graphOf(specs, run);
		const found = asked === undefined ? grantsOf(stack, nodeOf(stack, "role")) : grantsOfNamed(stack, asked);
		return {
			statements: found.statements.map(
				({ actions, source, property }) => `${actions} in ${property} of ${source.name}`,
			),
			unknown: found.unknown.map(({ source, property, references }) => [
				`${property} of ${source.name}`,
				...references.map(({ name }) => name),
			]),
			managed: found.managed,
		};
	};
	const nothing = { statements: [], unknown: [], managed: [] };

	it("reads a role's own inline policies, and those that stand beside it", () => {
		const inline = role("role", {
			inlinePolicies: [{ policy: document("of:First") }, { policy: document("of:Second") }],
		});
		expect(grants([inline])).to.deep.equal({
			...nothing,
			statements: ["of:First in inlinePolicies of role", "of:Second in inlinePolicies of role"],
		});
		for (const run of ["raw", "applied", "preview"] as const)
			expect(grants([role(), allowing(role(), "of:Third", "*")], run)).to.deep.equal({
				...nothing,
				statements: ["of:Third in policy of may"],
			});
		expect(grants([role(), role("other"), allowing(role("other"), "of:Third", "*")])).to.deep.equal(nothing);
		expect(grants([role()])).to.deep.equal(nothing);
	});

	it("reads the policies that are attached in each way: those of the stack by their documents, others by ARN", () => {
		const aws = "arn:aws:iam::aws:policy/ReadOnlyAccess";
		const attach = (arns: unknown[]) => [
			[role("role", { managedPolicyArns: arns })],
			...arns.map((policyArn) => [
				role(),
				resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "attached", {
					role: ref(role(), "name"),
					policyArn,
				}),
			]),
			...arns.map((policyArn) => [
				role(),
				resource("aws:iam/policyAttachment:PolicyAttachment", "attached", { roles: [ref(role(), "name")], policyArn }),
			]),
			[
				role(),
				resource("aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive", "attached", {
					roleName: ref(role(), "name"),
					policyArns: arns,
				}),
			],
		];
		for (const specs of attach([aws]))
			expect(grants([...specs, policy()])).to.deep.equal({ ...nothing, managed: [aws] });
		for (const specs of attach([ref(policy(), "arn")]))
			for (const run of ["applied", "preview"] as const)
				expect(grants([...specs, policy()], run), run).to.deep.equal({
					...nothing,
					statements: ["of:Policy in policy of policy"],
				});
	});

	it("says which documents are not known yet, and what they depend on", () => {
		const queue = resource("aws:sqs/queue:Queue", "queue");
		const openInline = role("role", { inlinePolicies: [{ policy: concat(UNKNOWN, ref(queue, "arn")) }] });
		expect(grants([openInline, queue], "preview").unknown).to.deep.equal([["inlinePolicies of role", "queue"]]);
		const openList = role("role", { inlinePolicies: ref(queue, "arn") });
		expect(grants([openList, queue], "preview").unknown).to.deep.equal([["inlinePolicies of role", "queue"]]);
		const open = resource("aws:iam/rolePolicy:RolePolicy", "may", {
			role: ref(role(), "name"),
			policy: ref(queue, "arn"),
		});
		expect(grants([role(), open, queue], "preview").unknown).to.deep.equal([["policy of may", "queue"]]);
		for (const managedPolicyArns of [UNKNOWN, [UNKNOWN]])
			expect(grants([role("role", { managedPolicyArns })]).unknown).to.deep.equal([["managedPolicyArns of role"]]);
		const known = role("role", { managedPolicyArns: [ref(policy(), "arn")] });
		expect(grants([known, policy()], "preview").unknown, "its document is there").to.deep.equal([]);
		expect(grants([known, policy(UNKNOWN)], "preview").unknown).to.deep.equal([["policy of policy"]]);
	});

	it("keeps what the stack grants a role that is not in it, by the role's name or ARN", () => {
		const foreign = (name: unknown, Action: string, called = Action) =>
			resource("aws:iam/rolePolicy:RolePolicy", called, { role: name, policy: document(Action) });
		const specs = [
			foreign("lambda-runner", "a"),
			foreign("lambda-runner", "b"),
			foreign("other", "c"),
			foreign(UNKNOWN, "d"),
		];
		for (const asked of ["lambda-runner", "arn:aws:iam::123456789012:role/teams/lambda-runner"])
			expect(grants(specs, "raw", asked)).to.deep.equal({
				...nothing,
				statements: ["a in policy of a", "b in policy of b"],
			});
		expect(grants(specs, "raw", "nobody")).to.deep.equal(nothing);
		const attached = resource("aws:iam/policyAttachment:PolicyAttachment", "attached", {
			roles: ["one", UNKNOWN, "two"],
			policyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess",
		});
		for (const asked of ["one", "two"]) expect(grants([attached], "raw", asked).managed).to.have.length(1);
	});

	it("grants nothing by a document that is broken, or holds no statements", () => {
		for (const text of ["{", "[]", json({}), json({ Statement: [] })]) {
			const may = resource("aws:iam/rolePolicy:RolePolicy", "may", { role: ref(role(), "name"), policy: text });
			expect(grants([role(), may])).to.deep.equal(nothing);
		}
	});

	it("reads every part of a statement, single or listed, known or not", () => {
		const source = nodeOf(graphOf([role()]), "role");
		const read = (statement: unknown) =>
			statementsIn(new Props({ Statement: statement }), source, "policy").map(
				({ source: _, property: __, ...rest }) => rest,
			);
		const empty = { effect: "", actions: [], notActions: [], resources: [], notResources: [], isConditional: false };
		expect(read([{}])).to.deep.equal([empty]);
		expect(read({ Effect: "Deny", Action: "a", Resource: ["r", UNKNOWN, "s"] })).to.deep.equal([
			{ ...empty, effect: "Deny", actions: ["a"], resources: ["r", "s"] },
		]);
		expect(read({ NotAction: ["a"], NotResource: "r", Condition: { Bool: {} } })).to.deep.equal([
			{ ...empty, notActions: ["a"], notResources: ["r"], isConditional: true },
		]);
	});

	it("covers what a pattern says, with its stars and question marks, whole and without case", () => {
		for (const [pattern, text] of [
			["*", "any:Thing"],
			["a**", "abc"],
			["SQS:Send*", "sqs:SendMessage"],
			["a?c", "abc"],
			["a*c", "a\nc"],
			["A", "a"],
			["a.c", "a.c"],
			["*.c(d)[e]$^{}|+\\", "x.c(d)[e]$^{}|+\\"],
		] as const)
			expect(covers(pattern, text), `${pattern} ${text}`).to.equal(true);
		for (const [pattern, text] of [
			["a.*", "abc"],
			["a.c", "abc"],
			["a?c", "ac"],
			["a*", "ba"],
			["*a", "ab"],
			["a", "aa"],
			["", "a"],
		] as const)
			expect(covers(pattern, text), `${pattern} ${text}`).to.equal(false);
	});

	it("allows by an Allow statement alone: what it lists, or all but what it leaves out", () => {
		const says = (statement: Record<string, unknown>) => {
			const [read] = statementsIn(new Props({ Statement: statement }), nodeOf(graphOf([role()]), "role"), "policy");
			return read !== undefined && allows(read, "sqs:SendMessage");
		};
		expect(says({ Effect: "Allow", Action: ["sns:*", "sqs:*"] })).to.equal(true);
		expect(says({ Effect: "Deny", Action: "sqs:*" })).to.equal(false);
		expect(says({ Action: "sqs:*" })).to.equal(false);
		expect(says({ Effect: "Allow", Action: "sqs:Receive*" })).to.equal(false);
		expect(says({ Effect: "Allow" })).to.equal(false);
		expect(says({ Effect: "Allow", NotAction: ["sns:*"] })).to.equal(true);
		expect(says({ Effect: "Allow", NotAction: ["sns:*", "sqs:*"] })).to.equal(false);
	});
});
