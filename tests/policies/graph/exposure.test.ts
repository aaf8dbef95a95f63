import { expect } from "chai";
import fc from "fast-check";
import { Props } from "../../../policies/facts/props.ts";
import { letsEveryoneIn } from "../../../policies/graph/exposure.ts";
import { leastPrivilege } from "../../../policies/rules/least-privilege.ts";
import { oneFrontDoor } from "../../../policies/rules/one-front-door.ts";
import { oneOrchestrator } from "../../../policies/rules/one-orchestrator.ts";
import { privateByDefault } from "../../../policies/rules/private-by-default.ts";
import { judge, resource, UNKNOWN } from "../../support/policies.ts";

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
