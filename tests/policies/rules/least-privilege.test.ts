import { expect } from "chai";
import { leastPrivilege as rule } from "../../../policies/rules/least-privilege.ts";
import {
	answers,
	expectAccepts,
	expectFails,
	firstFault,
	json,
	judge,
	open,
	type ResourceSpec,
	ref,
	resource,
	UNKNOWN,
} from "../../support/policies.ts";
import { exceptionTo } from "../../support/policies-exceptions.ts";

const trusts = (service: unknown) =>
	json({ Statement: { Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" } });
const role = (props: Record<string, unknown> = {}) =>
	resource("aws:iam/role:Role", "worker", { assumeRolePolicy: trusts("ecs-tasks.amazonaws.com"), ...props });
const allow = (statement: Record<string, unknown>) => ({ Statement: [{ Effect: "Allow", ...statement }] });
const inline = (policy: unknown) =>
	resource("aws:iam/rolePolicy:RolePolicy", "grant", { role: ref(role(), "name"), policy });
const grants = (action: unknown, on: unknown = "*") => [role(), inline(json(allow({ Action: action, Resource: on })))];
const attach = (policyArn: unknown) =>
	resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "attached", { role: ref(role(), "name"), policyArn });
const ofAws = (name: string) => `arn:aws:iam::aws:policy/${name}`;
const everything = json(allow({ Action: "*", Resource: "*" }));

describe("policies/rules/least-privilege", () => {
	it("has nothing to say of policies of keys and other resources", () => {
		expect(answers(rule, [resource("aws:kms/key:Key", "key", { policy: everything })])).to.deep.equal([]);
	});

	for (const action of ["*", "*:*", "s3:*", "S3:*", "s3:**", ["s3:GetObject", "sqs:*"]])
		it(`rejects ${JSON.stringify(action)} on everything`, () => {
			expectFails(rule, grants(action), ["grant (wildcard)"]);
		});

	it("says which action, and what to do", () => {
		expect(firstFault(rule, grants(["s3:GetObject", "sqs:*"]))).to.deep.equal({
			what: "allows sqs:* on everything",
			fix: "Name the actions that are used, and the resources that are meant.",
		});
	});

	it("takes a service's name left open for a whole service", () => {
		expectFails(rule, grants("s3*"), ["grant (wildcard)"]);
		expectAccepts(rule, grants("s3*", "arn:aws:s3:::a/*"));
	});

	for (const on of [["arn:aws:s3:::a/*", "*"], "arn:aws:s3:::*", "arn:aws:sqs:*:*:*", "arn:aws:s3:::*/*", "arn:*"])
		it(`takes ${JSON.stringify(on)} for everything`, () => {
			expectFails(rule, grants("s3:*", on), ["grant (wildcard)"]);
		});

	for (const on of ["arn:aws:s3:::a/*", "arn:aws:sqs:us-east-1:123456789012:jobs-*", "arn:aws:dynamodb:*:*:table/a"])
		it(`takes ${on} for something`, () => {
			expectAccepts(rule, grants("s3:*", on));
		});

	it("rejects NotAction on everything, and any action on NotResource", () => {
		const but = (statement: Record<string, unknown>) => [role(), inline(json(allow(statement)))];
		expectFails(rule, but({ NotAction: "iam:*", Resource: "*" }), ["grant (wildcard)"]);
		expectFails(rule, but({ Action: "*", NotResource: "arn:aws:s3:::a" }), ["grant (wildcard)"]);
		expect(firstFault(rule, but({ NotAction: "iam:*", Resource: "*" }))?.what).to.equal(
			"allows everything but a few actions on everything",
		);
		expectAccepts(rule, but({ NotAction: "s3:PutObject", Resource: "arn:aws:s3:::a/*" }));
	});

	it("is not put off by a condition, and accepts Deny statements", () => {
		const narrowed = { Action: "*", Resource: "*", Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } };
		expectFails(rule, [role(), inline(json(allow(narrowed)))], ["grant (wildcard)"]);
		expectAccepts(rule, [role(), inline(json({ Statement: [{ Effect: "Deny", Action: "*", Resource: "*" }] }))]);
	});

	it("accepts single actions on everything, and an empty policy", () => {
		expectAccepts(rule, grants(["xray:PutTraceSegments", "ecr:GetAuthorizationToken"]));
		expectAccepts(rule, [role(), inline(json({}))]);
		expectAccepts(rule, [role(), inline(json(allow({ Action: "*" })))]);
		expectAccepts(rule, [role(), inline("no JSON")]);
	});

	it("takes the widest of a statement's actions, known or not, for its own", () => {
		const said = (action: unknown) => firstFault(rule, grants(action))?.what;
		expect(said(["s3:Get*", "iam:*"])).to.equal("allows iam:* on everything");
		expect(said(["s3:GetObject", "s3:Get*"])).to.equal("allows s3:Get* on everything");
		const holding = (action: unknown) => [role(), inline(allow({ Action: action, Resource: "*" }))];
		expect(open(rule, holding([UNKNOWN, "iam:*"]))).to.deep.equal(["fail grant (wildcard)"]);
		expect(open(rule, holding([UNKNOWN, "s3:Get*"]))).to.deep.equal(["cannot tell grant (wildcard)"]);
	});

	it("knows AWS's own policies in every partition", () => {
		for (const partition of ["aws", "aws-cn", "aws-us-gov"])
			expect(open(rule, [attach(`arn:${partition}:iam::aws:policy/AdministratorAccess`)])).to.have.length(1);
		expectAccepts(rule, [attach(ofAws("AmazonS3FullAccessForOurs"))]);
	});

	describe("wherever it is written", () => {
		const policy = resource("aws:iam/policy:Policy", "all", { policy: everything });
		const boundary = resource("aws:iam/role:Role", "bounded", { permissionsBoundary: ref(policy, "arn") });

		it("reads the role's inline policies", () => {
			expectFails(rule, [role({ inlinePolicies: [{ name: "all", policy: everything }] })], ["worker (wildcard)"]);
		});

		for (const type of ["aws:iam/userPolicy:UserPolicy", "aws:iam/groupPolicy:GroupPolicy"])
			it(`reads ${type}`, () => {
				expectFails(rule, [resource(type, "people", { policy: everything })], ["people (wildcard)"]);
			});

		it("reads a permission set's policy", () => {
			const type = "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy";
			expectFails(rule, [resource(type, "people", { inlinePolicy: everything })], ["people (wildcard)"]);
		});

		it("reads a policy of its own, attached or not, and leaves out one that only bounds", () => {
			expectFails(rule, [policy], ["all (wildcard)"]);
			expectFails(rule, [policy, role(), attach(ref(policy, "arn"))], ["all (wildcard)"]);
			expectAccepts(rule, [policy, boundary]);
			const user = resource("aws:iam/user:User", "bounded", { permissionsBoundary: ref(policy, "arn") });
			expectAccepts(rule, [policy, user]);
			expectFails(rule, [policy, boundary, role(), attach(ref(policy, "arn"))], ["all (wildcard)"]);
		});
	});

	describe("managed policies", () => {
		for (const name of [
			"AdministratorAccess",
			"AdministratorAccess-Amplify",
			"PowerUserAccess",
			"IAMFullAccess",
			"AmazonS3FullAccess",
			"AWSLambda_FullAccess",
			"job-function/SystemAdministrator",
		])
			it(`rejects ${name}`, () => {
				expectFails(rule, [role(), attach(ofAws(name))], ["attached (managed-policy)"]);
			});

		for (const arn of [
			ofAws("service-role/AWSLambdaBasicExecutionRole"),
			ofAws("AmazonS3ReadOnlyAccess"),
			ofAws("AmazonAPIGatewayInvokeFullAccess"),
			"arn:aws:iam::123456789012:policy/AdministratorAccess",
		])
			it(`accepts ${arn}`, () => {
				expectAccepts(rule, [role(), attach(arn)]);
			});

		it("says how far the administrators' policies reach", () => {
			const reach = (name: string) => firstFault(rule, [attach(ofAws(name))])?.what;
			expect(reach("AdministratorAccess")).to.equal(
				"attaches AdministratorAccess, which allows everything on everything",
			);
			expect(reach("PowerUserAccess")).to.equal(
				"attaches PowerUserAccess, which allows everything but managing identities on everything",
			);
			expect(reach("job-function/SystemAdministrator")).to.equal(
				"attaches job-function/SystemAdministrator, which allows most of many services on everything",
			);
		});

		it("names the policy", () => {
			expect(firstFault(rule, [attach(ofAws("AmazonS3FullAccess"))])?.what).to.equal(
				"attaches AmazonS3FullAccess, which allows everything of a service on everything",
			);
		});

		it("reads them on the role, on users, groups and lists of roles", () => {
			const arn = ofAws("AdministratorAccess");
			expectFails(rule, [role({ managedPolicyArns: [arn] })], ["worker (managed-policy)"]);
			for (const type of [
				"aws:iam/userPolicyAttachment:UserPolicyAttachment",
				"aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
				"aws:iam/policyAttachment:PolicyAttachment",
			])
				expectFails(rule, [resource(type, "held", { policyArn: arn })], ["held (managed-policy)"]);
			const ofSet = resource("aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment", "held", {
				managedPolicyArn: arn,
			});
			expectFails(rule, [ofSet], ["held (managed-policy)"]);
			const exclusive = "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive";
			expectFails(rule, [resource(exclusive, "held", { policyArns: [arn] })], ["held (managed-policy)"]);
		});

		it("leaves a policy of the stack to its own document, at preview too", () => {
			const narrow = json(allow({ Action: "s3:GetObject", Resource: "arn:aws:s3:::a/*" }));
			const policy = resource("aws:iam/policy:Policy", "narrow", { policy: narrow });
			const specs = [policy, role({ managedPolicyArns: [ref(policy, "arn")] }), attach(ref(policy, "arn"))];
			expect(open(rule, specs, { run: "preview" })).to.deep.equal([]);
		});

		it("cannot tell while the ARN is not known yet", () => {
			expect(open(rule, [role({ managedPolicyArns: [UNKNOWN] })])).to.deep.equal([
				"cannot tell worker (managed-policy)",
			]);
			expect(open(rule, [attach(UNKNOWN)])).to.deep.equal(["cannot tell attached (managed-policy)"]);
		});
	});

	describe("what only advises", () => {
		const fn = resource("aws:lambda/function:Function", "score", { role: ref(role(), "arn") });
		const isAdvice = (specs: readonly ResourceSpec[], finding: string) => {
			expectFails(rule, specs, [`grant (${finding})`]);
			const levels = judge(rule, specs).flatMap((verdict) => (verdict.answer === "fail" ? [verdict.level] : []));
			expect(levels).to.deep.equal(["advisory"]);
		};

		it("a function that may do everything with what it names, told by its role or by the trust in Lambda", () => {
			isAdvice([...grants("dynamodb:*", "arn:aws:dynamodb:us-east-1:123456789012:table/a"), fn], "function-actions");
			const trusting = role({ assumeRolePolicy: trusts(["lambda.amazonaws.com"]) });
			isAdvice([trusting, inline(json(allow({ Action: "*", Resource: "arn:aws:s3:::a" })))], "function-actions");
		});

		it("a function whose role gets it by an attached policy, in each way to attach one", () => {
			const trusting = (props: Record<string, unknown> = {}) =>
				role({ assumeRolePolicy: trusts(["ec2.amazonaws.com", "lambda.amazonaws.com"]), ...props });
			const policy = resource("aws:iam/policy:Policy", "grant", {
				policy: json(allow({ Action: "s3:*", Resource: "arn:aws:s3:::a" })),
			});
			const arn = ref(policy, "arn");
			const roleName = ref(role(), "name");
			const exclusive = "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive";
			isAdvice([trusting(), policy, attach(arn)], "function-actions");
			isAdvice([trusting({ managedPolicyArns: [arn] }), policy], "function-actions");
			isAdvice([trusting(), policy, resource(exclusive, "all", { roleName, policyArns: [arn] })], "function-actions");
			const listed = resource("aws:iam/policyAttachment:PolicyAttachment", "all", {
				roles: [roleName],
				policyArn: arn,
			});
			isAdvice([trusting(), policy, listed], "function-actions");
		});

		it("but for everything on everything, which is rejected as such", () => {
			expectFails(rule, [...grants("dynamodb:*"), fn], ["grant (function-wildcard)"]);
		});

		it("a pattern on everything, but for what has no resources", () => {
			isAdvice(grants("s3:Get*"), "prefix");
			expectAccepts(rule, grants("s3:Get*", "arn:aws:s3:::a/*"));
			for (const action of ["ec2:Describe*", "xray:Put*", "cloudwatch:Get*"]) expectAccepts(rule, grants(action));
		});
	});

	it("cannot tell while the document or what decides in it is not known yet", () => {
		for (const policy of [
			UNKNOWN,
			{ Statement: UNKNOWN },
			{ Statement: [{ Effect: UNKNOWN, Action: "*", Resource: "*" }] },
			allow({ Action: UNKNOWN, Resource: "*" }),
			allow({ Action: [UNKNOWN], Resource: "*" }),
			allow({ Action: ["s3:Get*", UNKNOWN], Resource: "*" }),
			allow({ Action: UNKNOWN, Resource: UNKNOWN }),
			allow({ Action: "s3:*", Resource: UNKNOWN }),
			allow({ Action: "s3:*", Resource: ["arn:aws:s3:::a", UNKNOWN] }),
		])
			expect(open(rule, [role(), inline(policy)]), JSON.stringify(policy)).to.deep.equal([
				"cannot tell grant (wildcard)",
			]);
		expect(open(rule, [role({ inlinePolicies: UNKNOWN })])).to.deep.equal(["cannot tell worker (wildcard)"]);
	});

	it("does not wait for what cannot change the answer", () => {
		const known = allow({ Action: "s3:GetObject", Resource: UNKNOWN });
		expect(open(rule, [role(), inline(known)])).to.deep.equal([]);
		const already = {
			Statement: [...allow({ Action: "*", Resource: "*" }).Statement, { Effect: "Allow", Action: UNKNOWN }],
		};
		expect(open(rule, [role(), inline(already)])).to.deep.equal(["fail grant (wildcard)"]);
	});

	it("can be excepted by its resource", () => {
		expectAccepts(rule, grants("*"), { exceptions: [exceptionTo("least-privilege/wildcard", "*::grant")] });
	});
});
