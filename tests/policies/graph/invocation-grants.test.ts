import { expect } from "chai";
import { chainFrom } from "../../../policies/graph/invocation-grants.ts";
import { concat, json, type ResourceSpec, type Run, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { allowing, role } from "../../support/policies-grants.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";
import { fn } from "../../support/policies-timeouts.ts";

const RUNS = ["raw", "applied", "preview"] as const;

describe("policies/graph/invocation-grants", () => {
	const runner = role();
	const front = fn("front", { role: ref(runner, "arn") });
	const score = fn("score");
	const ARN = "arn:aws:lambda:us-east-1:123456789012:function:score";
	const chain = (specs: readonly ResourceSpec[], run: Run = "raw") => {
		const stack = graphOf(specs, run);
		const { ways, open } = chainFrom(stack, nodeOf(stack, "front"));
		return open ? [...ways, `unknown ${open.property}`] : ways;
	};
	const by = (...specs: ResourceSpec[]) => chain([front, runner, score, ...specs]);

	describe("by a role's statements", () => {
		const may = (pattern: string) => [`may invoke ${pattern} (RolePolicy "may")`];

		it("is each resource that may be a function, by either action, once", () => {
			for (const action of ["lambda:InvokeFunction", "lambda:InvokeFunctionUrl", "lambda:Invoke*", "*"])
				expect(by(allowing(runner, action, ARN)), action).to.deep.equal(may(ARN));
			expect(by(allowing(runner, "lambda:GetFunction", ARN))).to.deep.equal([]);
			expect(by()).to.deep.equal([]);
			for (const pattern of [
				"*",
				"arn:*",
				"arn:aws:lambda:*",
				"arn:aws:*:*:*:*",
				"arn:aws:lambda:*:*:function:*",
				"arn:aws:lambda:us-east-1:1:f*",
				"the function",
			])
				expect(by(allowing(runner, "*", pattern)), pattern).to.deep.equal(may(pattern));
			for (const pattern of [
				"arn:aws:s3:::bucket",
				"arn:aws:sqs:us-east-1:1:jobs",
				"arn:aws:lambda:us-east-1:1:layer:any",
				"arn:aws:s3*",
			])
				expect(by(allowing(runner, "*", pattern)), pattern).to.deep.equal([]);
		});

		it("is everything where a statement only says what it is not about", () => {
			const not = (NotResource: unknown) => by(allowing(runner, "lambda:InvokeFunction", undefined, { NotResource }));
			expect(not("arn:aws:s3:::bucket")).to.deep.equal(may("*"));
			expect(not(["*"])).to.deep.equal([]);
		});

		it("is nothing that is denied without a condition", () => {
			const deny = (Action: unknown, Resource: unknown, more: Record<string, unknown> = {}) =>
				by(
					allowing(runner, "lambda:InvokeFunction", [ARN, `${ARN}-other`]),
					allowing(runner, Action, Resource, { Effect: "Deny", ...more }, "denied"),
				);
			const other = may(`${ARN}-other`);
			expect(deny("lambda:*", ARN)).to.deep.equal(other);
			expect(deny(["lambda:Get*", "lambda:Invoke*"], ["arn:aws:s3:::any", ARN])).to.deep.equal(other);
			expect(deny("lambda:Get*", "*")).to.deep.equal([...may(ARN), ...other]);
			expect(deny("lambda:*", "*")).to.deep.equal([]);
			expect(deny("lambda:*", "*", { Condition: { Bool: {} } })).to.deep.equal([...may(ARN), ...other]);
			expect(deny("lambda:InvokeFunctionUrl", "*")).to.deep.equal([...may(ARN), ...other]);
		});

		it("is the same for a role that is not in the stack", () => {
			const foreign = fn("front", { role: "arn:aws:iam::123456789012:role/runner" });
			const grant = resource("aws:iam/rolePolicy:RolePolicy", "may", {
				role: "runner",
				policy: json({ Statement: [{ Effect: "Allow", Action: "lambda:InvokeFunction", Resource: ARN }] }),
			});
			expect(chain([foreign, grant])).to.deep.equal(may(ARN));
			expect(chain([fn("front", { role: UNKNOWN }), grant])).to.deep.equal(["unknown role"]);
			expect(chain([fn("front", {}), grant])).to.deep.equal([]);
		});

		it("may be one in a document that is not known yet", () => {
			const open = resource("aws:iam/rolePolicy:RolePolicy", "may", { role: ref(runner, "name"), policy: UNKNOWN });
			expect(by(open)).to.deep.equal(["unknown policy of may"]);
		});
	});

	it("is any function by AWS's own policies for that", () => {
		for (const name of [
			"AdministratorAccess",
			"PowerUserAccess",
			"AWSLambda_FullAccess",
			"AWSLambdaFullAccess",
			"service-role/AWSLambdaRole",
			"AWSLambdaInvocation-DynamoDB",
		]) {
			const arn = `arn:aws:iam::aws:policy/${name}`;
			expect(chain([front, role("role", { managedPolicyArns: [arn] })]), name).to.deep.equal([
				`may invoke any function (${arn})`,
			]);
		}
		for (const name of ["AWSLambda_ReadOnlyAccess", "AWSLambdaRoleMore", "ReadOnlyAccess", "MyAWSLambdaRole"])
			expect(
				chain([front, role("role", { managedPolicyArns: [`arn:aws:iam::aws:policy/${name}`] })]),
				name,
			).to.deep.equal([]);
	});

	describe("by what stands with a function", () => {
		const permission = (principal: unknown, props: Record<string, unknown> = {}) =>
			resource("aws:lambda/permission:Permission", "permit", { function: ref(score, "name"), principal, ...props });
		const permitted = ['is permitted to invoke one (Permission "permit")'];

		it("is a permission that names the role", () => {
			for (const run of RUNS)
				expect(chain([front, runner, score, permission(ref(runner, "arn"))], run), run).to.deep.equal(permitted);
			for (const action of ["lambda:InvokeFunction", "lambda:InvokeFunctionUrl", "lambda:*"])
				expect(by(permission(ref(runner, "arn"), { action })), action).to.deep.equal(permitted);
			expect(by(permission(ref(runner, "arn"), { action: "lambda:GetFunction" }))).to.deep.equal([]);
			expect(by(permission("events.amazonaws.com"))).to.deep.equal([]);
			const other = role("other");
			expect(by(other, permission(ref(other, "arn")))).to.deep.equal([]);
			const second = { ...permission(ref(runner, "arn")), name: "second" };
			expect(by(permission(ref(runner, "arn")), second)).to.deep.equal([
				...permitted,
				'is permitted to invoke one (Permission "second")',
			]);
			expect(
				chain([score, permission(ref(score, "arn")), fn("front", { role: "elsewhere" })]),
				"a principal that is no role",
			).to.deep.equal([]);
		});

		const policy = (statement: Record<string, unknown> | Record<string, unknown>[]) =>
			resource("aws:lambda/resourcePolicy:ResourcePolicy", "permit", { policy: json({ Statement: statement }) });
		const says = (AWS: unknown, Action = "lambda:InvokeFunction", Effect = "Allow") => ({
			Effect,
			Action,
			Principal: { AWS },
		});
		const byPolicy = ['is permitted to invoke one (ResourcePolicy "permit")'];

		it("is a function's own policy that names the role", () => {
			for (const run of ["raw", "applied"] as const)
				for (const AWS of [ref(runner, "arn"), ["arn:aws:iam::1:root", ref(runner, "arn")]])
					expect(chain([front, runner, policy(says(AWS))], run), run).to.deep.equal(byPolicy);
			expect(by(policy(says(ref(runner, "arn"), "lambda:GetFunction")))).to.deep.equal([]);
			expect(by(policy(says(ref(runner, "arn"), "lambda:InvokeFunction", "Deny")))).to.deep.equal([]);
			expect(
				by(policy([says("arn:aws:iam::1:root"), says(ref(runner, "arn"), "lambda:InvokeFunctionUrl")])),
			).to.deep.equal(byPolicy);
			expect(by(policy({ Effect: "Allow", Action: "*", Principal: "*" }))).to.deep.equal([]);
		});

		it("is the role that a name in it stands for, and no other that it depends on besides", () => {
			const named = role("role", { arn: "arn:aws:iam::123456789012:role/named" });
			const other = role("other");
			const literal = { ...says("arn:aws:iam::123456789012:role/named"), Sid: ref(other, "name") };
			expect(chain([front, named, other, policy(literal)])).to.deep.equal(byPolicy);
			const ofOther = fn("front", { role: ref(other, "arn") });
			expect(chain([ofOther, named, other, policy(literal)])).to.deep.equal([]);
			const queue = resource("aws:sqs/queue:Queue", "queue");
			expect(by(queue, policy(says(ref(queue, "arn"))))).to.deep.equal([]);
		});

		it("is open in a policy that is not known yet, and depends on the role", () => {
			const open = (target: ResourceSpec) =>
				resource("aws:lambda/resourcePolicy:ResourcePolicy", "permit", { policy: concat(UNKNOWN, ref(target, "arn")) });
			expect(by(open(runner))).to.deep.equal(["unknown policy of permit"]);
			expect(by(open(score))).to.deep.equal([]);
			expect(chain([fn("front", { role: "elsewhere" }), runner, score, open(runner)])).to.deep.equal([]);
		});
	});

	describe("by function URLs", () => {
		const url = (of: ResourceSpec, name = "door") =>
			resource("aws:lambda/functionUrl:FunctionUrl", name, {
				functionName: ref(of, "name"),
				functionUrl: `https://${name}1a.lambda-url.us-east-1.on.aws/`,
			});
		const told = (variables: unknown, ...more: ResourceSpec[]) =>
			chain([fn("front", { environment: { variables } }), score, ...more]);

		it("is another function's that it is told", () => {
			for (const run of RUNS)
				expect(
					chain(
						[fn("front", { environment: { variables: { URL: ref(url(score), "functionUrl") } } }), score, url(score)],
						run,
					),
					run,
				).to.deep.equal(['calls FunctionUrl "door"']);
			const own = url(front);
			expect(told({ URL: ref(own, "functionUrl") }, own), "its own").to.deep.equal([]);
			expect(
				told({ A: ref(own, "functionUrl"), B: ref(url(score, "other"), "functionUrl") }, own, url(score, "other")),
			).to.deep.equal(['calls FunctionUrl "other"']);
		});

		it("is not one that it may only call by its role", () => {
			const ways = by(url(score), allowing(runner, "lambda:InvokeFunctionUrl", ref(url(score), "arn")));
			expect(ways).to.not.include('calls FunctionUrl "door"');
		});

		it("is one elsewhere, by its host in a variable", () => {
			expect(told({ A: "x", URL: "https://abc.lambda-url.eu-west-1.on.aws/score" })).to.deep.equal([
				"calls the function URL in URL",
			]);
			expect(told({ URL: "https://abc.lambda-url.eu-west-1.on.awsome" })).to.deep.equal([]);
			expect(told({ URL: UNKNOWN })).to.deep.equal([]);
			expect(told(UNKNOWN)).to.deep.equal([]);
			const db = resource("aws:rds/instance:Instance", "db", { address: "db.internal.example" });
			expect(told({ HOST: "db.internal.example" }, db), "no function's").to.deep.equal([]);
		});
	});
});
