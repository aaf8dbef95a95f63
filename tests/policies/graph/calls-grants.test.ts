import { expect } from "chai";
import { callsFromGrants } from "../../../policies/graph/calls-grants.ts";
import { concat, json, type ResourceSpec, type Run, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { callsIn } from "../../support/policies-calls.ts";
import { allowing, role } from "../../support/policies-grants.ts";
import { fn } from "../../support/policies-timeouts.ts";

const calls = callsIn(callsFromGrants);

describe("policies/graph/calls-grants", () => {
	const runner = role();
	const score = fn("score", { role: ref(runner, "arn") });
	const settle = fn("settle");
	const machine = (type: unknown = "STANDARD") => resource("aws:sfn/stateMachine:StateMachine", "flow", { type });

	describe("by IAM statements", () => {
		/** What the function may call by one statement about a resource. */
		const may = (action: string, to: ResourceSpec, run: Run = "applied") =>
			calls([runner, score, to, allowing(runner, action, ref(to, "arn"))], run);

		it("are made as each action makes them, and are no calls for any other", () => {
			for (const [action, type, mode] of [
				["lambda:InvokeFunction", "aws:lambda/function:Function", "synchronous"],
				["lambda:Invoke*", "aws:lambda/function:Function", "synchronous"],
				["lambda:InvokeFunctionUrl", "aws:lambda/functionUrl:FunctionUrl", "synchronous"],
				["sagemaker:InvokeEndpoint", "aws:sagemaker/endpoint:Endpoint", "synchronous"],
				["sqs:SendMessage", "aws:sqs/queue:Queue", "send"],
				["kinesis:PutRecord", "aws:kinesis/stream:Stream", "send"],
				["sns:Publish", "aws:sns/topic:Topic", "send"],
				["states:StartExecution", "aws:sfn/stateMachine:StateMachine", "start"],
				["rds-data:ExecuteStatement", "aws:rds/cluster:Cluster", "synchronous"],
				["rds-db:connect", "aws:rds/instance:Instance", "synchronous"],
				["rds-db:connect", "aws:rds/proxy:Proxy", "synchronous"],
				["es:ESHttpPost", "aws:opensearch/domain:Domain", "synchronous"],
				["es:ESHttpGet", "aws:elasticsearch/domain:Domain", "synchronous"],
			] as const)
				expect(may(action, resource(type, "to")), `${action} ${type}`).to.deep.equal([`score ${mode} to via may`]);
			for (const [action, type] of [
				["sqs:ReceiveMessage", "aws:sqs/queue:Queue"],
				["dynamodb:GetItem", "aws:dynamodb/table:Table"],
				["s3:GetObject", "aws:s3/bucket:Bucket"],
				["es:ESHttpPost", "aws:rds/cluster:Cluster"],
				["sqs:SendMessage", "aws:sns/topic:Topic"],
			] as const)
				expect(may(action, resource(type, "to")), `${action} ${type}`).to.deep.equal([]);
		});

		it("wait for an Express workflow alone, and for one whose kind is open", () => {
			const both = ["states:StartExecution", "states:StartSyncExecution"];
			const started = (type: unknown) =>
				calls([runner, score, machine(type), allowing(runner, both, ref(machine(type), "arn"))], "applied");
			expect(started("STANDARD")).to.deep.equal(["score start flow via may"]);
			for (const type of ["EXPRESS", UNKNOWN])
				expect(started(type)).to.deep.equal(["score start flow via may", "score synchronous flow via may"]);
		});

		it("are of every function that has the role, and never of one to itself", () => {
			const second = { ...score, name: "second" };
			const grant = allowing(runner, "lambda:InvokeFunction", "*");
			expect(calls([runner, score, second, settle, grant])).to.deep.equal([
				"score synchronous second via may",
				"score synchronous settle via may",
				"second synchronous score via may",
				"second synchronous settle via may",
			]);
			expect(calls([runner, fn("other"), settle, grant]), "nobody has the role").to.deep.equal([]);
		});

		it("are made to every function by AWS's own policies for that", () => {
			const managed = (name: string) =>
				calls([role("role", { managedPolicyArns: [`arn:aws:iam::aws:policy/${name}`] }), score, settle]);
			for (const name of ["AWSLambdaFullAccess", "AWSLambda_FullAccess", "service-role/AWSLambdaRole"])
				expect(managed(name), name).to.deep.equal(["score synchronous settle via role"]);
			for (const name of ["AWSLambda_ReadOnlyAccess", "AWSLambdaRoleMore", "service-role/AWSLambdaBasicExecutionRole"])
				expect(managed(name), name).to.deep.equal([]);
		});

		it("may be made to what a document that is not known yet depends on, in each way", () => {
			const open = (to: ResourceSpec, ...more: ResourceSpec[]) => {
				const policy = resource("aws:iam/rolePolicy:RolePolicy", "may", {
					role: ref(runner, "name"),
					policy: concat(UNKNOWN, ref(to, "arn"), ...more.map((each) => ref(each, "arn"))),
				});
				return calls([runner, score, to, ...more, policy], "preview");
			};
			expect(open(settle)).to.deep.equal(["score synchronous settle via may, if policy"]);
			expect(open(machine())).to.deep.equal(["score start flow via may, if policy"]);
			expect(open(machine("EXPRESS"))).to.deep.equal([
				"score start flow via may, if policy",
				"score synchronous flow via may, if policy",
			]);
			expect(open(resource("aws:sqs/queue:Queue", "jobs"))).to.deep.equal(["score send jobs via may, if policy"]);
			expect(open(resource("aws:dynamodb/table:Table", "table"))).to.deep.equal([]);
			const alias = resource("aws:lambda/alias:Alias", "alias", { functionName: ref(settle, "name"), name: "live" });
			expect(open(alias, settle), "an alias and its function are one").to.deep.equal([
				"score synchronous settle via may, if policy",
			]);
		});
	});

	describe("by environment variables", () => {
		const db = resource("aws:rds/instance:Instance", "db", { address: "db.internal.example", name: "features" });
		const told = (variables: unknown, more: readonly ResourceSpec[] = [db], run: Run = "raw") =>
			calls([fn("score", { environment: { variables } }), ...more], run);

		it("are made to a backend whose address they hold", () => {
			for (const run of ["raw", "applied", "preview"] as const)
				expect(told({ HOST: ref(db, "address") }, [db], run), run).to.deep.equal(["score synchronous db via score"]);
			for (const text of ["db.internal.example", "db.internal.example:5432", "postgres://app@db.internal.example/x"])
				expect(told({ OTHER: "x", HOST: text }), text).to.deep.equal(["score synchronous db via score"]);
			expect(told({ TABLE: "features" }), "a word is no address").to.deep.equal([]);
			expect(told({ HOST: UNKNOWN })).to.deep.equal([]);
			expect(told(UNKNOWN)).to.deep.equal([]);
		});

		it("are made to what is called by its address, and to nothing else", () => {
			for (const type of [
				"aws:lb/loadBalancer:LoadBalancer",
				"aws:lambda/functionUrl:FunctionUrl",
				"aws:ecs/service:Service",
			]) {
				const to = resource(type, "to");
				expect(told({ URL: ref(to, "id") }, [to], "preview"), type).to.deep.equal(["score synchronous to via score"]);
			}
			for (const type of ["aws:sqs/queue:Queue", "aws:dynamodb/table:Table", "aws:lambda/function:Function"]) {
				const to = resource(type, "to");
				expect(told({ URL: ref(to, "arn") }, [to], "preview"), type).to.deep.equal([]);
			}
		});

		it("reach by a discovery name the services that register there", () => {
			const name = resource("aws:servicediscovery/service:Service", "models");
			const registered = (called: string) =>
				resource("aws:ecs/service:Service", called, { serviceRegistries: { registryArn: ref(name, "arn") } });
			const variables = { HOST: ref(name, "name") };
			expect(told(variables, [name, registered("one"), registered("two")], "preview")).to.deep.equal([
				"score synchronous one via score",
				"score synchronous two via score",
			]);
			expect(told(variables, [name, resource("aws:ecs/service:Service", "one")], "preview")).to.deep.equal([]);
		});
	});

	describe("of services on ECS", () => {
		const db = resource("aws:rds/instance:Instance", "db");
		const task = (props: Record<string, unknown>) => resource("aws:ecs/taskDefinition:TaskDefinition", "task", props);
		const service = (taskDefinition: unknown = ref(task({}), "arn")) =>
			resource("aws:ecs/service:Service", "server", { taskDefinition });

		it("are those of their tasks, by their roles and what their containers are told", () => {
			const granted = task({ taskRoleArn: ref(runner, "arn") });
			expect(
				calls([service(), granted, runner, settle, allowing(runner, "lambda:InvokeFunction", ref(settle, "arn"))]),
			).to.deep.equal(["server synchronous settle via may"]);
			const told = task({
				containerDefinitions: json([{ environment: [{ name: "HOST", value: ref(db, "address") }] }]),
			});
			for (const run of ["raw", "preview"] as const)
				expect(calls([service(), told, db], run), run).to.deep.equal(["server synchronous db via task"]);
		});

		it("are none of a service to itself, of one whose task is elsewhere, or of a task without a service", () => {
			const own = task({ containerDefinitions: concat(ref(service(), "name")) });
			expect(calls([service(), own], "preview")).to.deep.equal([]);
			const executing = task({ executionRoleArn: ref(runner, "arn") });
			const grant = allowing(runner, "lambda:InvokeFunction", "*");
			expect(calls([service(), executing, runner, settle, grant])).to.deep.equal([]);
			const granted = task({ taskRoleArn: ref(runner, "arn") });
			expect(calls([service("elsewhere"), granted, runner, settle, grant])).to.deep.equal([]);
		});
	});
});
