import { expect } from "chai";
import { spotWorkerOn } from "../../../policies/graph/spot-workers.ts";
import { concat, json, type ResourceSpec, type Run, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { allowing, role } from "../../support/policies-grants.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";

type Props = Record<string, unknown>;
const RUNS = ["raw", "applied", "preview"] as const;

describe("policies/graph/spot-workers: on a queue", () => {
	const jobs = resource("aws:sqs/queue:Queue", "jobs");
	const runner = role();
	const task = (props: Props = { taskRoleArn: ref(runner, "arn") }) =>
		resource("aws:ecs/taskDefinition:TaskDefinition", "task", props);
	const service = (
		props: Props = { capacityProviderStrategies: [{ capacityProvider: "FARGATE_SPOT" }] },
		name = "worker",
	) => resource("aws:ecs/service:Service", name, { taskDefinition: ref(task(), "arn"), ...props });
	const receive = (Resource: unknown = ref(jobs, "arn"), name = "may") =>
		allowing(runner, "sqs:ReceiveMessage", Resource, {}, name);
	/** The spot worker on the queue "jobs". */
	const workerOn = (specs: readonly ResourceSpec[], run: Run = "raw", asked = "jobs") => {
		const stack = graphOf(specs.some(({ name }) => name === "jobs") ? specs : [jobs, ...specs], run);
		const fact = spotWorkerOn(stack, nodeOf(stack, asked));
		return fact.state === "known" ? fact.value.name : fact.state === "unknown" ? `unknown ${fact.property}` : "none";
	};

	const told = (...values: unknown[]) =>
		task({
			taskRoleArn: ref(runner, "arn"),
			containerDefinitions: json([{ environment: values.map((value) => ({ name: "Q", value })) }]),
		});
	const other = resource("aws:sqs/queue:Queue", "other");

	it("are those that may receive from it, by its ARN or a pattern", () => {
		const live = resource("aws:sqs/queue:Queue", "jobs", {
			name: "jobs-live",
			arn: "arn:aws:sqs:us-east-1:1:jobs-live",
		});
		const may = (Resource: unknown) => workerOn([live, service(), task(), runner, receive(Resource)]);
		for (const pattern of [
			"arn:aws:sqs:us-east-1:1:jobs-live",
			"arn:aws:sqs:*:*:jobs-*",
			"arn:aws:sqs:us-east-1:1:jobs-liv?",
		])
			expect(may(pattern), pattern).to.equal("worker");
		for (const pattern of [
			"arn:aws:sqs:us-east-1:1:other",
			"arn:aws:sqs:us-east-1:1:other-*",
			"arn:aws:sqs:us-east-1:1:jobs-l",
		])
			expect(may(pattern), pattern).to.equal("none");
		const noArn = { ...live, props: { name: "jobs-live" } };
		expect(workerOn([noArn, service(), task(), runner, receive("arn:aws:sqs:eu-west-1:2:jobs-*")])).to.equal("worker");
		const noName = { ...live, props: { arn: "arn:aws:sqs:us-east-1:1:jobs-live" } };
		expect(workerOn([noName, service(), task(), runner, receive("arn:aws:sqs:*:*:jobs-*")])).to.equal("worker");
		expect(
			workerOn([jobs, service(), task(), runner, receive("arn:aws:sqs:*:*:jobs-*")]),
			"a queue without either",
		).to.equal("none");
		expect(workerOn([service(), task(), runner, allowing(runner, "sqs:SendMessage", ref(jobs, "arn"))])).to.equal(
			"none",
		);
	});

	it("are those that depend on it, by a name that is made up", () => {
		expect(workerOn([other, service(), task(), runner, receive()])).to.equal("worker");
		expect(workerOn([other, service(), task(), runner, receive()], "raw", "other")).to.equal("none");
		const empty = resource("aws:sqs/queue:Queue", "other", { empty: "" });
		const text = receive(concat("arn:aws:sqs:us-east-1:1:jobs-1a2b3c4", ref(empty, "empty")));
		expect(workerOn([empty, service(), task(), runner, text], "raw", "other"), "the name begins otherwise").to.equal(
			"none",
		);
		const named = resource("aws:sqs/queue:Queue", "jobs", { name: "live", empty: "" });
		expect(
			workerOn([named, service(), task(), runner, receive(concat("arn:aws:sqs:us-east-1:1:x", ref(named, "empty")))]),
		).to.equal("none");
	});

	it("are those that may receive from any, and are told of it or of none", () => {
		for (const run of RUNS) {
			expect(workerOn([other, service(), told(ref(jobs, "url")), runner, receive("*")], run), run).to.equal("worker");
			expect(workerOn([other, service(), told(ref(jobs, "url")), runner, receive("*")], run, "other"), run).to.equal(
				"none",
			);
			expect(workerOn([other, service(), task(), runner, receive("*")], run, "other"), run).to.equal("worker");
		}
		expect(workerOn([service(), told(ref(jobs, "url")), runner, receive(ref(other, "arn")), other])).to.equal("none");
		const second = service(undefined, "second");
		expect(workerOn([service(), second, task(), runner, receive("*")]), "the first").to.equal("worker");
	});

	it("are told by the values of their containers' environment alone", () => {
		const live = resource("aws:sqs/queue:Queue", "jobs", {
			name: "jobs-live",
			url: "https://sqs.us-east-1.amazonaws.com/1/jobs-live",
		});
		const text = (containerDefinitions: string) =>
			workerOn(
				[live, service(), task({ taskRoleArn: ref(runner, "arn"), containerDefinitions }), runner, receive("*"), other],
				"raw",
				"other",
			);
		const url = "https://sqs.us-east-1.amazonaws.com/1/jobs-live";
		for (const form of [`[{"value":"${url}"}]`, `[{"value" :  "${url}"}]`, `[{"value": "x"}, {"value": "${url}"}]`])
			expect(text(form), "told of jobs, so of no other").to.equal("none");
		for (const form of [`[{"name":"${url}"}]`, "[]", `[{"value":"elsewhere"}]`])
			expect(text(form), form).to.equal("worker");
		const topic = resource("aws:sns/topic:Topic", "topic", { name: "topic-live" });
		expect(
			workerOn([topic, service(), told(ref(topic, "name")), runner, receive("*")]),
			"a topic is no queue",
		).to.equal("worker");
	});

	it("are those told of it where not a single grant is in sight", () => {
		const roleless = (...specs: ResourceSpec[]) => workerOn([service(), ...specs]);
		const bare = json([{ environment: [{ name: "Q", value: ref(jobs, "url") }] }]);
		expect(roleless(task({ containerDefinitions: bare }))).to.equal("worker");
		expect(roleless(task({}))).to.equal("none");
		expect(roleless(told(ref(jobs, "url")), runner)).to.equal("worker");
		expect(roleless(told(ref(jobs, "url")), runner, allowing(runner, "s3:GetObject", "*"))).to.equal("none");
		expect(
			roleless(told(ref(jobs, "url")), role("role", { managedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] })),
		).to.equal("none");
		expect(
			workerOn([
				service({ capacityProviderStrategies: [{ capacityProvider: "FARGATE_SPOT" }], taskDefinition: "elsewhere" }),
			]),
		).to.equal("none");
	});

	it("are those that AWS's own policies let receive from any", () => {
		const managed = (name: string) =>
			workerOn([service(), task(), role("role", { managedPolicyArns: [`arn:aws:iam::aws:policy/${name}`] })]);
		for (const name of [
			"AmazonSQSFullAccess",
			"service-role/AWSLambdaSQSQueueExecutionRole",
			"AdministratorAccess",
			"PowerUserAccess",
		])
			expect(managed(name), name).to.equal("worker");
		for (const name of ["AmazonSQSReadOnlyAccess", "AmazonSQSFullAccessMore", "MyPowerUserAccess"])
			expect(managed(name), name).to.equal("none");
	});

	it("are not told while a document is open: of what it depends on, of what they are told, or of any", () => {
		const open = (policy: unknown) =>
			resource("aws:iam/rolePolicy:RolePolicy", "may", { role: ref(runner, "name"), policy });
		const specs = (document: unknown, definition = task()) => [other, service(), definition, runner, open(document)];
		expect(workerOn(specs(UNKNOWN))).to.equal("unknown policy of may");
		expect(workerOn(specs(concat(UNKNOWN, ref(jobs, "arn"))))).to.equal("unknown policy of may");
		expect(workerOn(specs(concat(UNKNOWN, ref(jobs, "arn"))), "raw", "other")).to.equal("none");
		const definition = told(ref(jobs, "url"));
		expect(workerOn(specs(concat(UNKNOWN, ref(other, "arn")), definition))).to.equal("unknown policy of may");
		const two = [open(UNKNOWN), { ...open(UNKNOWN), name: "second" }];
		expect(workerOn([service(), task(), runner, ...two])).to.equal("unknown policy of may");
	});
});
