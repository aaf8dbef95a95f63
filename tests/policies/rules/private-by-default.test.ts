import { expect } from "chai";
import { privateByDefault as rule } from "../../../policies/rules/private-by-default.ts";
import {
	answers,
	expectAccepts,
	expectFails,
	firstFault,
	json,
	open,
	ref,
	resource,
	UNKNOWN,
} from "../../support/policies.ts";
import { exceptionTo } from "../../support/policies-exceptions.ts";

const bucket = (props: Record<string, unknown> = {}) => resource("aws:s3/bucket:Bucket", "data", props);
const allow = (statement: Record<string, unknown>) => ({
	Statement: [{ Effect: "Allow", Action: "s3:GetObject", ...statement }],
});
const bucketPolicy = (policy: unknown) =>
	resource("aws:s3/bucketPolicy:BucketPolicy", "data-policy", { bucket: ref(bucket(), "id"), policy });
const accessBlock = (flags: Record<string, unknown>) =>
	resource("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "data-block", {
		bucket: ref(bucket(), "id"),
		...flags,
	});
const permission = (props: Record<string, unknown>) =>
	resource("aws:lambda/permission:Permission", "call", { function: "score", principal: "*", ...props });

describe("policies/rules/private-by-default", () => {
	it("has nothing to say of what cannot be exposed", () => {
		expect(answers(rule, [resource("aws:dynamodb/table:Table", "features")])).to.deep.equal([]);
	});

	describe("policies", () => {
		for (const [what, principal] of [
			["everyone", { Principal: "*" }],
			["every account", { Principal: { AWS: "*" } }],
			["every account, in a list", { Principal: { AWS: ["arn:aws:iam::123456789012:root", "*"] } }],
			["every service", { Principal: { Service: ["*", "s3.amazonaws.com"] } }],
			["everyone but one", { NotPrincipal: { AWS: "arn:aws:iam::123456789012:root" } }],
		] as const)
			it(`rejects an Allow for ${what}`, () => {
				expectFails(rule, [bucket(), bucketPolicy(json(allow(principal)))], ["data-policy (public-policy)"]);
			});

		for (const [type, tie, value] of [
			["aws:cloudwatch/eventPermission:EventPermission", "condition", { key: "aws:PrincipalOrgID", value: "o-1" }],
			["aws:lambda/layerVersionPermission:LayerVersionPermission", "organizationId", "o-1"],
		] as const)
			it(`rejects everyone as the principal of ${type}, unless ${tie} ties it`, () => {
				const of = (props: Record<string, unknown>) => [resource(type, "granted", props)];
				expectFails(rule, of({ principal: "*" }), ["granted (public-policy)"]);
				expectAccepts(rule, of({ principal: "*", [tie]: value }));
				expectAccepts(rule, of({ principal: "123456789012" }));
				expect(open(rule, of({ principal: UNKNOWN }))).to.deep.equal(["cannot tell granted (public-policy)"]);
			});

		it("reads the policy of a registry", () => {
			const registry = resource("aws:ecr/registryPolicy:RegistryPolicy", "images", {
				policy: json(allow({ Principal: "*" })),
			});
			expectFails(rule, [registry], ["images (public-policy)"]);
		});

		it("says which property, and what to do", () => {
			expect(firstFault(rule, [bucketPolicy(json(allow({ Principal: "*" })))])).to.deep.equal({
				what: "has a policy that lets everyone in",
				fix: "Name the principals, or tie the statement to an account, organisation, network or source by a condition.",
			});
		});

		it("accepts Deny statements, accounts and services", () => {
			for (const statement of [
				{ Effect: "Deny", Principal: "*" },
				{ Principal: { AWS: "arn:aws:iam::123456789012:root" } },
				{ Principal: { Service: "cloudfront.amazonaws.com" } },
			])
				expectAccepts(rule, [bucket(), bucketPolicy(json(allow(statement)))]);
		});

		for (const condition of [
			{ StringEquals: { "aws:PrincipalOrgID": "o-1" } },
			{ ArnLike: { "AWS:SourceArn": "arn:aws:sns:us-east-1:123456789012:events" } },
			{ IpAddress: { "aws:SourceIp": ["10.0.0.0/8"] } },
			{ Bool: { "elasticfilesystem:AccessedViaMountTarget": "true" } },
		])
			it(`accepts everyone tied by ${JSON.stringify(condition)}`, () => {
				expectAccepts(rule, [bucketPolicy(json(allow({ Principal: "*", Condition: condition })))]);
			});

		for (const condition of [
			{ Bool: { "aws:SecureTransport": "true" } },
			{ StringLike: { "aws:SourceArn": "*" } },
			{ StringNotEquals: { "aws:PrincipalOrgID": "o-1" } },
			{ StringEqualsIfExists: { "aws:SourceVpce": "vpce-1" } },
			{ IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "0.0.0.0/0"] } },
		])
			it(`rejects everyone under ${JSON.stringify(condition)}, which ties nobody`, () => {
				const policy = bucketPolicy(json(allow({ Principal: "*", Condition: condition })));
				expectFails(rule, [policy], ["data-policy (public-policy)"]);
			});

		for (const [type, property] of [
			["aws:sqs/queuePolicy:QueuePolicy", "policy"],
			["aws:sns/topicPolicy:TopicPolicy", "policy"],
			["aws:ecr/repositoryPolicy:RepositoryPolicy", "policy"],
			["aws:secretsmanager/secretPolicy:SecretPolicy", "policy"],
			["aws:opensearch/domainPolicy:DomainPolicy", "accessPolicies"],
			["aws:iam/role:Role", "assumeRolePolicy"],
		] as const)
			it(`reads the ${property} of ${type}`, () => {
				const specs = [resource(type, "held", { [property]: json(allow({ Principal: "*" })) })];
				expectFails(rule, specs, ["held (public-policy)"]);
			});

		it("accepts a policy for everyone where the network or the access block is the boundary", () => {
			const policy = json(allow({ Principal: "*" }));
			const inVpc = {
				accessPolicies: policy,
				vpcOptions: { subnetIds: ["subnet-1"] },
				encryptAtRest: { enabled: true },
			};
			expectAccepts(rule, [resource("aws:opensearch/domain:Domain", "search", inVpc)]);
			expectAccepts(rule, [bucket(), bucketPolicy(policy), accessBlock({ restrictPublicBuckets: true })]);
		});

		it("knows a bucket that is not in the stack by its name", () => {
			const elsewhere = (type: string, name: string, props: Record<string, unknown>) =>
				resource(type, name, { bucket: "elsewhere", ...props });
			const policy = elsewhere("aws:s3/bucketPolicy:BucketPolicy", "open", { policy: json(allow({ Principal: "*" })) });
			const block = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
			expectAccepts(rule, [policy, elsewhere(block, "block", { blockPublicPolicy: true })]);
			expectFails(rule, [policy, accessBlock({ blockPublicPolicy: true })], ["open (public-policy)"]);
		});

		it("is not put off by an access block that blocks ACLs alone", () => {
			const specs = [bucket(), bucketPolicy(json(allow({ Principal: "*" }))), accessBlock({ blockPublicAcls: true })];
			expectFails(rule, specs, ["data-policy (public-policy)"]);
		});

		it("cannot tell while a part of a statement is not known yet", () => {
			for (const statement of [
				{ Principal: UNKNOWN },
				{ Principal: { AWS: [UNKNOWN] } },
				{ Principal: "*", Condition: UNKNOWN },
				{ Principal: "*", Condition: { StringEquals: { "aws:SourceArn": UNKNOWN } } },
				{ Effect: UNKNOWN, Principal: "*" },
			])
				expect(open(rule, [bucketPolicy(allow(statement))])).to.deep.equal(["cannot tell data-policy (public-policy)"]);
		});
	});

	describe("ACLs", () => {
		for (const props of [
			{ acl: "public-read" },
			{ acl: "authenticated-read" },
			{ grants: [{ type: "Group", uri: "http://acs.amazonaws.com/groups/global/AllUsers", permissions: ["READ"] }] },
		])
			it(`rejects ${JSON.stringify(props)}`, () => {
				expectFails(rule, [bucket(props)], ["data (public-acl)"]);
			});

		it("rejects a grant in an ACL of its own, and accepts one to the log delivery group", () => {
			const acl = (uri: string) =>
				resource("aws:s3/bucketAcl:BucketAcl", "acl", {
					bucket: ref(bucket(), "id"),
					accessControlPolicy: { grants: [{ grantee: { uri: `http://acs.amazonaws.com/groups/${uri}` } }] },
				});
			expectFails(rule, [bucket(), acl("global/AuthenticatedUsers")], ["acl (public-acl)"]);
			expectAccepts(rule, [bucket(), acl("s3/LogDelivery")]);
		});

		it("accepts an ACL that the access block ignores, of the bucket or of the account", () => {
			const ofAccount = resource("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", "all", {
				ignorePublicAcls: true,
			});
			expectAccepts(rule, [bucket({ acl: "public-read" }), accessBlock({ blockPublicAcls: true })]);
			expectAccepts(rule, [bucket({ acl: "public-read" }), ofAccount]);
		});

		it("cannot tell while the ACL is not known yet", () => {
			for (const props of [{ acl: UNKNOWN }, { grants: UNKNOWN }, { grants: [{ uri: UNKNOWN }] }])
				expect(open(rule, [bucket(props)])).to.deep.equal(["cannot tell data (public-acl)"]);
		});
	});

	describe("permissions and function URLs", () => {
		it("rejects a permission for everyone", () => {
			expectFails(rule, [permission({})], ["call (public-permission)"]);
		});

		for (const tie of ["sourceArn", "sourceAccount", "principalOrgId"])
			it(`accepts a permission for everyone with ${tie}`, () => {
				expectAccepts(rule, [permission({ [tie]: "o-1" })]);
			});

		it("accepts a service, and leaves a public URL's permissions to the URL's own finding", () => {
			for (const props of [
				{ principal: "s3.amazonaws.com" },
				{ functionUrlAuthType: "NONE" },
				{ invokedViaFunctionUrl: true },
			])
				expectAccepts(rule, [permission(props)]);
		});

		it("advises against a URL without authorization, and accepts a signed one", () => {
			const url = (authorizationType: string) =>
				resource("aws:lambda/functionUrl:FunctionUrl", "url", { functionName: "score", authorizationType });
			expectFails(rule, [url("NONE")], ["url (function-url)"]);
			expectAccepts(rule, [url("AWS_IAM")]);
			expect(open(rule, [url(UNKNOWN)])).to.deep.equal(["cannot tell url (function-url)"]);
		});

		it("cannot tell while the principal is not known yet", () => {
			expect(open(rule, [permission({ principal: UNKNOWN })])).to.deep.equal(["cannot tell call (public-permission)"]);
		});
	});

	it("can be excepted finding by finding", () => {
		const specs = [bucket({ acl: "public-read" })];
		expectAccepts(rule, specs, { exceptions: [exceptionTo("private-by-default/public-acl", "*::data")] });
	});
});
