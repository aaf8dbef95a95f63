import { expect } from "chai";
import fc from "fast-check";
import { Props } from "../../../policies/facts/props.ts";
import { aclLetsEveryoneIn, isBlocked, letsEveryoneIn } from "../../../policies/graph/exposure.ts";
import { leastPrivilege } from "../../../policies/rules/least-privilege.ts";
import { oneFrontDoor } from "../../../policies/rules/one-front-door.ts";
import { oneOrchestrator } from "../../../policies/rules/one-orchestrator.ts";
import { privateByDefault } from "../../../policies/rules/private-by-default.ts";
import { judge, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";

const everyone = fc.constantFrom("*", { AWS: "*" }, { AWS: ["arn:aws:iam::123456789012:root", "*"] });
const someone = fc.constantFrom<unknown>(
	{ Service: "s3.amazonaws.com" },
	{ AWS: "arn:aws:iam::123456789012:root" },
	{ Federated: "accounts.google.com" },
);
const statement = (effect: string, principal: fc.Arbitrary<unknown>) =>
	fc.record({ Effect: fc.constant(effect), Principal: principal, Action: fc.constantFrom("*", ["s3:GetObject"]) });
const closed = fc.array(fc.oneof(statement("Deny", everyone), statement("Allow", someone)), { maxLength: 4 });

/** Values as programs write them, wrong ones among them: free JSON, marks for unknowns, and words that rules look for. */
const anything = fc.letrec((tie) => ({
	value: fc.oneof(
		{ depthSize: "small", withCrossShrink: true },
		fc.constantFrom<unknown>(UNKNOWN, null, "", "*", true, "0.0.0.0/0", 443, "Allow", "{not json"),
		fc.array(tie("value"), { maxLength: 3 }),
		fc.dictionary(
			fc.constantFrom(
				"Statement",
				"Effect",
				"Principal",
				"AWS",
				"Condition",
				"StringEquals",
				"Action",
				"Resource",
				"ebs",
			),
			tie("value"),
			{ maxKeys: 4 },
		),
		fc.jsonValue({ maxDepth: 2 }),
	),
})).value;
const PROPERTIES = [
	...["policy", "assumeRolePolicy", "inlinePolicies", "managedPolicyArns", "acl", "grants", "ingress", "origins"],
	...["cidrBlocks", "securityGroups", "subnetId", "internal", "authorizationType", "endpointConfiguration", "arn"],
	...["target", "userData", "containerDefinitions", "rootBlockDevice", "blockDeviceMappings", "encryptAtRest", "role"],
];
const TYPES = [
	...["s3/bucket:Bucket", "s3/bucketPolicy:BucketPolicy", "s3/bucketAcl:BucketAcl", "sqs/queuePolicy:QueuePolicy"],
	...["iam/role:Role", "iam/rolePolicy:RolePolicy", "iam/policy:Policy", "ec2/securityGroup:SecurityGroup"],
	...["ec2/instance:Instance", "ec2/launchTemplate:LaunchTemplate", "lb/loadBalancer:LoadBalancer"],
	...["apigateway/restApi:RestApi", "lambda/functionUrl:FunctionUrl", "cloudfront/distribution:Distribution"],
	...["cloudwatch/eventTarget:EventTarget", "scheduler/schedule:Schedule", "ecs/taskDefinition:TaskDefinition"],
	...["opensearch/domain:Domain", "lambda/permission:Permission"],
].map((type) => `aws:${type}`);

describe("policies/graph/exposure", () => {
	it("lets nobody in by Deny statements and named principals, however many", () => {
		fc.assert(
			fc.property(closed, (Statement) => {
				expect(letsEveryoneIn(new Props({ Statement }))).to.deep.equal({ state: "known", value: false });
			}),
		);
	});

	it("finds the one statement for everyone, wherever it stands", () => {
		fc.assert(
			fc.property(closed, statement("Allow", everyone), closed, (before, open, after) => {
				const document = new Props({ Statement: [...before, open, ...after] });
				expect(letsEveryoneIn(document)).to.deep.equal({ state: "known", value: true });
			}),
		);
	});

	const open = (Condition: unknown) => {
		const document = new Props({ Statement: { Effect: "Allow", Principal: "*", Condition } });
		const fact = letsEveryoneIn(document);
		return fact.state === "known" ? fact.value : fact.state;
	};

	it("takes a condition for a tie only where every value that it allows is one", () => {
		for (const condition of [
			{ StringEquals: { "aws:SourceVpce": ["vpce-1", "vpce-2"] } },
			{ "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-1/*" } },
			{ StringEquals: { "aws:SourceAccount": "1" }, IpAddress: { "aws:SourceIp": "0.0.0.0/0" } },
			{ IpAddress: { "aws:SourceIp": "10.0.0.0/08" } },
			{ StringLike: { "aws:PrincipalArn": "arn:aws:iam::1:role/*" } },
			{ StringLike: { "aws:PrincipalArn": "*role" } },
		])
			expect(open(condition), JSON.stringify(condition)).to.equal(false);
		for (const condition of [
			{ StringEquals: { "aws:SourceVpce": ["vpce-1", "*"] } },
			{ StringLike: { "aws:PrincipalArn": "**" } },
			{ StringLike: { "aws:PrincipalArn": "?" } },
			{ Bool: { "aws:PrincipalIsAWSService": "false" } },
			{ "ForAllValues:StringEquals": { "aws:SourceVpce": "vpce-1" } },
			{ StringEquals: { "aws:Referer": "https://example.com" } },
			"no condition",
			undefined,
		])
			expect(open(condition), JSON.stringify(condition)).to.equal(true);
	});

	it("cannot tell while a condition is open, unless another ties the caller down for sure", () => {
		for (const condition of [
			UNKNOWN,
			{ StringEquals: UNKNOWN },
			{ StringEquals: { "aws:SourceVpce": UNKNOWN } },
			{ StringEquals: { "aws:SourceVpce": ["vpce-1", UNKNOWN] } },
			{ StringEquals: UNKNOWN, StringLike: { "aws:Referer": "a" } },
		])
			expect(open(condition), JSON.stringify(condition)).to.equal("unknown");
		expect(open({ StringEquals: UNKNOWN, IpAddress: { "aws:SourceIp": "10.0.0.0/8" } })).to.equal(false);
		expect(open({ DateLessThan: UNKNOWN })).to.equal(true);
	});

	it("cannot tell while the statements, an effect or a principal are open, unless another statement lets all in", () => {
		const of = (Statement: unknown) => letsEveryoneIn(new Props({ Statement }));
		const unknownAt = (property: string) => ({ state: "unknown", property });
		const everyone = { Effect: "Allow", Principal: "*" };
		expect(of(UNKNOWN)).to.deep.equal(unknownAt("Statement"));
		const effect = { ...everyone, Effect: UNKNOWN };
		expect(of([effect, { Effect: "Deny", Principal: "*" }])).to.deep.equal(unknownAt("Statement[0].Effect"));
		expect(of([effect, everyone])).to.deep.equal({ state: "known", value: true });
		expect(of([{ Effect: "Allow", Principal: UNKNOWN }])).to.deep.include({ state: "unknown" });
		expect(of([{ Effect: "Allow", Principal: { AWS: [UNKNOWN, "*"] } }])).to.deep.equal({
			state: "known",
			value: true,
		});
		expect(of([{ Effect: "Allow", Principal: { AWS: [UNKNOWN, "arn:aws:iam::1:root"] } }])).to.deep.equal(
			unknownAt("Statement[0].Principal.AWS[0]"),
		);
		expect(of([{ Effect: "Allow", Action: "*" }])).to.deep.equal({ state: "known", value: false });
		expect(of(undefined)).to.deep.equal({ state: "known", value: false });
	});

	it("reads ACLs, canned and spelled out, one open grant beside another", () => {
		const acl = (props: Record<string, unknown>) =>
			aclLetsEveryoneIn(nodeOf(graphOf([resource("aws:s3/bucket:Bucket", "data", props)]), "data"));
		const group = (name: unknown) =>
			typeof name === "string" && name !== UNKNOWN ? `http://acs.amazonaws.com/groups/global/${name}` : name;
		const grants = (...names: unknown[]) => ({ grants: names.map((name) => ({ uri: group(name) })) });
		const is = (value: boolean) => ({ state: "known", value });
		const all = { state: "known", value: true };
		for (const canned of ["public-read", "public-read-write", "authenticated-read"])
			expect(acl({ acl: canned }), canned).to.deep.equal(all);
		for (const canned of ["private", "log-delivery-write", "bucket-owner-read", undefined])
			expect(acl({ acl: canned }), canned).to.deep.equal(is(false));
		expect(acl(grants("LogDelivery", "AllUsers"))).to.deep.equal(all);
		expect(acl(grants(UNKNOWN, "AuthenticatedUsers"))).to.deep.equal(all);
		expect(acl(grants("AllUsersOfOurs", "LogDelivery"))).to.deep.equal(is(false));
		expect(acl({ grants: [{ id: "owner" }] })).to.deep.equal(is(false));
		expect(acl(grants(UNKNOWN, "LogDelivery"))).to.deep.equal({ state: "unknown", property: "grants[0].uri" });
		expect(acl({ acl: UNKNOWN, ...grants("AllUsers") })).to.deep.equal(all);
		expect(acl({ acl: UNKNOWN, ...grants("LogDelivery") })).to.deep.equal({ state: "unknown", property: "acl" });
	});

	it("knows what the access block switches off: of the same bucket, or of the account", () => {
		const bucket = resource("aws:s3/bucket:Bucket", "data");
		const block = (of: unknown, flags: Record<string, unknown>) =>
			resource("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "block", { bucket: of, ...flags });
		const queue = resource("aws:sqs/queue:Queue", "jobs");
		const blocked = (name: string, ...specs: Parameters<typeof graphOf>[0]) => {
			const stack = graphOf([bucket, queue, ...specs]);
			return isBlocked(stack, nodeOf(stack, name), ["blockPublicAcls"]);
		};
		expect(blocked("data", block(ref(bucket, "id"), { blockPublicAcls: true }))).to.equal(true);
		expect(blocked("data", block(ref(bucket, "id"), { blockPublicPolicy: true }))).to.equal(false);
		expect(blocked("data", block("elsewhere", { blockPublicAcls: true }))).to.equal(false);
		expect(blocked("data", block(ref(bucket, "id"), { blockPublicAcls: UNKNOWN }))).to.equal(false);
		expect(blocked("jobs", block(undefined, { blockPublicAcls: true })), "of no bucket").to.equal(false);
	});

	it("and the perimeter's rules judge any stack without breaking down", () => {
		const node = fc.record({
			type: fc.constantFrom(...TYPES),
			name: fc.constantFrom("a", "b", "c"),
			props: fc.dictionary(fc.constantFrom(...PROPERTIES), anything, { maxKeys: 6 }),
		});
		fc.assert(
			fc.property(fc.array(node, { maxLength: 8 }), (nodes) => {
				const specs = nodes.map(({ type, name, props }) => resource(type, name, props));
				for (const rule of [privateByDefault, leastPrivilege, oneFrontDoor, oneOrchestrator])
					expect(judge(rule, specs).map(({ finding }) => finding)).to.not.include("unforeseen");
			}),
			{ numRuns: 500 },
		);
	});
});
