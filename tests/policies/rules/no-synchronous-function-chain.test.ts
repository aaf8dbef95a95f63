import { expect } from "chai";
import { noSynchronousFunctionChain as rule } from "../../../policies/rules/no-synchronous-function-chain.ts";
import {
	answers,
	concat,
	expectAccepts,
	expectFails,
	firstFault,
	json,
	open,
	type ResourceSpec,
	ref,
	resource,
	UNKNOWN,
} from "../../support/policies.ts";
import { exceptionTo } from "../../support/policies-exceptions.ts";

const role = (props: Record<string, unknown> = {}) =>
	resource("aws:iam/role:Role", "front", { assumeRolePolicy: "{}", ...props });
const score = resource("aws:lambda/function:Function", "score", { role: "arn:aws:iam::123456789012:role/elsewhere" });
const front = (props: Record<string, unknown> = {}) =>
	resource("aws:lambda/function:Function", "front", { role: ref(role(), "arn"), ...props });
const inline = (policy: unknown) =>
	resource("aws:iam/rolePolicy:RolePolicy", "front", { role: ref(role(), "id"), policy });
const allow = (Action: unknown, Resource: unknown = "*", more: Record<string, unknown> = {}) => ({
	Effect: "Allow",
	Action,
	Resource,
	...more,
});
const granted = (...Statement: unknown[]) => [score, role(), front(), inline(JSON.stringify({ Statement }))];
const INVOKES = JSON.stringify({ Statement: allow("lambda:InvokeFunction") });
const ARN = "arn:aws:lambda:us-east-1:123456789012:function:score";

describe("policies/rules/no-synchronous-function-chain", () => {
	it("has nothing to say of a stack without functions, and accepts one whose role is elsewhere", () => {
		expect(answers(rule, [role()])).to.deep.equal([]);
		expectAccepts(rule, [score]);
	});

	it("accepts a function that starts workflows, sends to queues and reads functions", () => {
		expectAccepts(rule, granted(allow(["states:StartExecution", "sqs:SendMessage"]), allow("lambda:Get*")));
	});

	it("rejects any pattern of actions that covers an invocation, with what it may invoke", () => {
		for (const action of [
			"lambda:InvokeFunction",
			"lambda:invokefunction",
			"lambda:Invoke*",
			"lambda:*",
			"*",
			["s3:GetObject", "lambda:Invoke?unction"],
		])
			expectFails(rule, granted(allow(action, ARN)), ["front"]);
		expectFails(rule, granted({ Effect: "Allow", NotAction: "iam:*", Resource: "*" }), ["front"]);
		expect(firstFault(rule, granted(allow("lambda:InvokeFunction", ARN)))?.what).to.equal(
			`may invoke ${ARN} (RolePolicy "front")`,
		);
	});

	it("rejects a grant of a function URL", () => {
		expectFails(rule, granted(allow("lambda:InvokeFunctionUrl", ARN)), ["front"]);
	});

	it("knows what of a statement's resources can be a function", () => {
		for (const functions of [
			"*",
			"arn:aws:lambda:*:*:function:*",
			`${ARN}:live`,
			"arn:aws:lambda:us-east-1:123456789012:*",
			"arn:*",
		])
			expectFails(rule, granted(allow("*", functions)), ["front"]);
		for (const others of [
			"arn:aws:s3:::uploads/*",
			"arn:aws:lambda:us-east-1:123456789012:layer:onnx:1",
			"arn:aws:states:*:*:*",
		])
			expectAccepts(rule, granted(allow("*", others)));
		expectFails(rule, granted({ Effect: "Allow", Action: "lambda:*", NotResource: "arn:aws:s3:::uploads" }), ["front"]);
	});

	it("lets a Deny take a grant back, but not one under conditions or of less", () => {
		const deny = (Resource: string, more: Record<string, unknown> = {}) => ({
			...allow("lambda:Invoke*", Resource, more),
			Effect: "Deny",
		});
		expectAccepts(rule, granted(deny("*")));
		expectAccepts(rule, granted(allow("lambda:*", ARN), deny("*")));
		expectFails(rule, granted(allow("lambda:*", "*"), deny(ARN)), ["front"]);
		expectFails(rule, granted(allow("lambda:*", ARN), deny("*", { Condition: { Bool: {} } })), ["front"]);
	});

	it("follows policies however they are attached", () => {
		const policy = resource("aws:iam/policy:Policy", "invoke", { policy: INVOKES });
		const attached = (type: string, props: Record<string, unknown>) =>
			resource(type, "front", { policyArn: ref(policy, "arn"), ...props });
		const ways: ResourceSpec[][] = [
			[role(), attached("aws:iam/rolePolicyAttachment:RolePolicyAttachment", { role: ref(role(), "name") }), policy],
			[role(), attached("aws:iam/policyAttachment:PolicyAttachment", { roles: [ref(role(), "name")] }), policy],
			[role({ managedPolicyArns: [ref(policy, "arn")] }), policy],
			[role({ inlinePolicies: [{ name: "invoke", policy: INVOKES }] })],
			[role(), inline(json({ Statement: allow("lambda:InvokeFunction", concat(ref(score, "arn"), ":*")) }))],
		];
		for (const way of ways) expectFails(rule, [score, front(), ...way], ["front"]);
	});

	it("joins a role and its policy by literal names", () => {
		const named = resource("aws:iam/role:Role", "front", { name: "front-role" });
		const byArn = front({ role: "arn:aws:iam::123456789012:role/front-role" });
		const byName = resource("aws:iam/rolePolicy:RolePolicy", "front", { role: "front-role", policy: INVOKES });
		expectFails(rule, [named, byArn, byName], ["front"]);
	});

	it("reads what the stack grants a role that is not in it", () => {
		const elsewhere = front({ role: "arn:aws:iam::123456789012:role/service/front" });
		const byName = (name: string) =>
			resource("aws:iam/rolePolicy:RolePolicy", "front", { role: name, policy: INVOKES });
		expectFails(rule, [elsewhere, byName("front")], ["front"]);
		expectAccepts(rule, [elsewhere, byName("another")]);
	});

	it("knows AWS's own policies by name", () => {
		const managed = (arn: unknown) => [front(), role({ managedPolicyArns: [arn] })];
		for (const name of ["service-role/AWSLambdaRole", "AWSLambda_FullAccess", "PowerUserAccess", "AdministratorAccess"])
			expectFails(rule, managed(`arn:aws:iam::aws:policy/${name}`), ["front"]);
		expectAccepts(rule, managed("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"));
	});

	it("takes a permission for the function's role as a grant, and one for a service as none", () => {
		const permission = (principal: unknown) =>
			resource("aws:lambda/permission:Permission", "score", {
				action: "lambda:InvokeFunction",
				function: ref(score, "name"),
				principal,
			});
		expectFails(rule, [score, role(), front(), permission(ref(role(), "arn"))], ["front"]);
		expectAccepts(rule, [score, role(), front(), permission("apigateway.amazonaws.com")]);
	});

	it("reads policies that a role has been left with alone", () => {
		const only = (...policyArns: unknown[]) =>
			resource("aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive", "front", {
				roleName: ref(role(), "name"),
				policyArns,
			});
		const policy = (document: unknown) => resource("aws:iam/policy:Policy", "invokes", { policy: document });
		const writesLogs = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
		const invokesAny = "arn:aws:iam::aws:policy/service-role/AWSLambdaRole";
		const own = policy(INVOKES);
		const stack = [score, role(), front()];
		expectFails(rule, [...stack, only(writesLogs, invokesAny)], ["front"]);
		expectFails(rule, [...stack, own, only(writesLogs, ref(own, "arn"))], ["front"]);
		expectAccepts(rule, [...stack, only(writesLogs)]);
		const reads = policy(JSON.stringify({ Statement: allow("s3:GetObject") }));
		expectAccepts(rule, [...stack, reads, only(ref(reads, "arn"))]);
	});

	it("reads a function's own policy for the role that it names", () => {
		const policyOf = (Action: unknown, Principal: unknown) =>
			resource("aws:lambda/resourcePolicy:ResourcePolicy", "score", {
				resourceArn: ref(score, "arn"),
				policy: json({ Statement: [allow(Action, ref(score, "arn"), { Principal })] }),
			});
		const stack = [score, role(), front()];
		const invokes = policyOf("lambda:InvokeFunction", { AWS: ref(role(), "arn") });
		expectFails(rule, [...stack, invokes], ["front"]);
		expect(open(rule, [...stack, invokes], { run: "preview" })).to.deep.equal(["cannot tell front"]);
		expectFails(rule, [...stack, policyOf("lambda:Invoke*", { AWS: [ref(role(), "arn")] })], ["front"]);
		expectAccepts(rule, [...stack, policyOf("lambda:GetFunction", { AWS: ref(role(), "arn") })]);
		expectAccepts(rule, [...stack, policyOf("lambda:InvokeFunction", { Service: "s3.amazonaws.com" })]);
	});

	it("rejects a function URL that a function is told, its own apart", () => {
		const url = (of: ResourceSpec) =>
			resource("aws:lambda/functionUrl:FunctionUrl", "door", { functionName: ref(of, "name") });
		const told = (value: unknown) => front({ role: "elsewhere", environment: { variables: { URL: value } } });
		expectFails(rule, [score, url(score), told(ref(url(score), "functionUrl"))], ["front"]);
		expectFails(rule, [told("https://abc.lambda-url.eu-west-1.on.aws/")], ["front"]);
		expectAccepts(rule, [url(front()), told(ref(url(front()), "functionUrl"))]);
		expectAccepts(rule, [told("https://example.com/")]);
	});

	it("asks nothing of a workflow's role", () => {
		const machine = resource("aws:sfn/stateMachine:StateMachine", "train", {
			roleArn: ref(role(), "arn"),
			definition: "{}",
		});
		expectAccepts(rule, [score, role(), machine, inline(INVOKES)]);
	});

	it("cannot tell of a policy that is not known before the update", () => {
		const atPreview = (...specs: ResourceSpec[]) => open(rule, specs, { run: "preview" });
		expect(atPreview(role(), front(), inline(UNKNOWN))).to.deep.equal(["cannot tell front"]);
		expect(atPreview(role({ managedPolicyArns: [UNKNOWN] }), front())).to.deep.equal(["cannot tell front"]);
		expect(atPreview(role({ managedPolicyArns: UNKNOWN }), front())).to.deep.equal(["cannot tell front"]);
		expect(atPreview(front({ role: UNKNOWN }))).to.deep.equal(["cannot tell front"]);
		const jobs = resource("aws:sqs/queue:Queue", "jobs");
		const sends = inline(json({ Statement: allow("sqs:SendMessage", ref(jobs, "arn")) }));
		expect(atPreview(jobs, role(), front(), sends)).to.deep.equal(["cannot tell front"]);
	});

	it("honours an exception, for a function that only sends events", () => {
		const exceptions = [exceptionTo(rule.name, "front")];
		expect(open(rule, granted(allow("lambda:InvokeFunction", ARN)), { config: { exceptions } })).to.deep.equal([]);
	});
});
