import { expect } from "chai";
import { receivedBy } from "../../../policies/graph/receivers.ts";
import { concat, json, type ResourceSpec, type Run, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";

type Props = Record<string, unknown>;

const queue = (name: string) => resource("aws:sqs/queue:Queue", name, { name });
const jobs = queue("jobs");
const done = queue("done");
const role = (props: Props = {}) => resource("aws:iam/role:Role", "role", props);
const policy = (statements: unknown, name = "policy") =>
	resource("aws:iam/rolePolicy:RolePolicy", name, { role: ref(role(), "id"), policy: json({ Statement: statements }) });
const allow = (Action: unknown, Resource: unknown) => ({ Effect: "Allow", Action, Resource });
const receive = (on: unknown = ref(jobs, "arn")) => allow("sqs:ReceiveMessage", on);
const managed = (arn: string) =>
	resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "managed", {
		role: ref(role(), "name"),
		policyArn: arn,
	});
const environment = (...variables: [string, unknown][]) =>
	json([{ name: "work", environment: variables.map(([name, value]) => ({ name, value })) }]);
const task = (props: Props = {}) =>
	resource("aws:ecs/taskDefinition:TaskDefinition", "task", { taskRoleArn: ref(role(), "arn"), ...props });
const roleless = (containerDefinitions: unknown) => task({ taskRoleArn: undefined, containerDefinitions });
const service = resource("aws:ecs/service:Service", "worker", { taskDefinition: ref(task(), "arn") });

/** The names of the queues that the service receives from, or the fact that stands in their place. */
function received(specs: readonly ResourceSpec[], run: Run = "raw") {
	const stack = graphOf([service, ...specs], run);
	const fact = receivedBy(stack, nodeOf(stack, "worker"));
	return fact.state === "known" ? fact.value.map(({ name }) => name) : fact;
}
const absent = { state: "absent" };
const told = environment(["QUEUE_URL", ref(done, "url")]);

describe("policies/graph/receivers", () => {
	it("knows nothing of a service whose task is elsewhere", () => {
		expect(received([])).to.deep.equal(absent);
	});

	describe("by what the task's role may do", () => {
		it("names the queues that it may receive from, each once, and those that the containers are told of", () => {
			expect(received([jobs, role(), policy([receive(), receive()]), task()])).to.deep.equal(["jobs"]);
			const specs = [jobs, done, role(), policy(receive()), task({ containerDefinitions: told })];
			expect(received(specs)).to.deep.equal(["jobs", "done"]);
			expect(received(specs, "applied")).to.deep.equal(["jobs", "done"]);
			const both = [allow(["s3:GetObject", "sqs:*"], ref(jobs, "arn"))];
			expect(received([jobs, role(), policy(both), task()])).to.deep.equal(["jobs"]);
		});

		it("reads a queue out of its ARN though nothing refers to it, and knows those of other stacks by none", () => {
			const arn = "arn:aws:sqs:us-east-1:123456789012:jobs";
			expect(received([jobs, done, role(), policy(receive(arn)), task()])).to.deep.equal(["jobs"]);
			expect(received([jobs, role(), policy(receive(arn.replace("jobs", "other"))), task()])).to.deep.equal([]);
			const inline = role({ inlinePolicies: [{ policy: json({ Statement: receive(arn) }) }] });
			expect(received([jobs, inline, task()])).to.deep.equal(["jobs"]);
		});

		it("takes the queues alone of what a document depends on where its own words name none", () => {
			const table = resource("aws:dynamodb/table:Table", "table");
			const specs = [jobs, done, table, role(), task()];
			const wide = [receive(concat(ref(jobs, "arn"), "*")), allow("dynamodb:*", ref(table, "arn"))];
			expect(received([...specs, policy(wide)])).to.deep.equal(["jobs"]);
			const named = [receive("arn:aws:sqs:us-east-1:123456789012:jobs"), allow("s3:*", ref(done, "arn"))];
			expect(received([...specs, policy(named)])).to.deep.equal(["jobs"]);
		});

		it("reads AWS's own policies: those for queues say that it receives, broad ones nothing", () => {
			const aws = "arn:aws:iam::aws:policy";
			for (const name of ["AmazonSQSFullAccess", "service-role/AWSLambdaSQSQueueExecutionRole"]) {
				const specs = [role(), managed(`${aws}/${name}`)];
				expect(received([...specs, task()])).to.deep.equal([]);
				expect(received([...specs, done, task({ containerDefinitions: told })])).to.deep.equal(["done"]);
			}
			for (const name of ["AdministratorAccess", "PowerUserAccess"]) {
				const specs = [role(), managed(`${aws}/${name}`)];
				expect(received([...specs, task()])).to.deep.equal(absent);
				expect(received([...specs, done, task({ containerDefinitions: told })])).to.deep.equal(["done"]);
			}
			const reading = [role(), managed(`${aws}/AmazonS3ReadOnlyAccess`)];
			expect(received([...reading, done, task({ containerDefinitions: told })])).to.deep.equal(absent);
		});

		it("believes the containers where the role may do everything or has no grant in sight, and not where it only sends", () => {
			const telling = [done, role(), task({ containerDefinitions: told })];
			expect(received(telling)).to.deep.equal(["done"]);
			expect(received([...telling, policy(allow("*", "*"))])).to.deep.equal(["done"]);
			expect(received([...telling, policy([allow("s3:GetObject", "*"), allow("*", "*")])])).to.deep.equal(["done"]);
			expect(received([...telling, policy(allow("sqs:SendMessage", ref(done, "arn")))])).to.deep.equal(absent);
		});

		it("waits for a document that may be about queues, and not for one that depends on others alone", () => {
			const table = resource("aws:dynamodb/table:Table", "table");
			const open = (...on: ResourceSpec[]) =>
				received(
					[
						jobs,
						table,
						role(),
						task(),
						policy(
							allow(
								"sqs:*",
								on.map((each) => ref(each, "arn")),
							),
						),
					],
					"preview",
				);
			const policyOpen = { state: "unknown", property: "policy" };
			expect(open(jobs)).to.deep.equal(policyOpen);
			expect(open(table, jobs)).to.deep.equal(policyOpen);
			expect(open(table)).to.deep.equal(absent);
			const blank = { ...policy([]), props: { ...policy([]).props, policy: UNKNOWN } };
			expect(received([jobs, role(), task(), blank], "preview")).to.deep.equal(policyOpen);
		});
	});

	describe("by what the containers are told", () => {
		it("names a queue by its URL, its ARN, or its name in a variable that says so", () => {
			expect(received([jobs, roleless(environment(["WORK", ref(jobs, "url")]))])).to.deep.equal(["jobs"]);
			for (const [name, value] of [
				["WORK", "arn:aws:sqs:us-east-1:123456789012:jobs"],
				["QUEUE_NAME", "jobs"],
				["SqsName", "jobs"],
			] as const)
				expect(received([jobs, roleless(environment([name, value]))]), name).to.deep.equal(["jobs"]);
			expect(received([jobs, roleless(environment(["STAGE", "jobs"]))])).to.deep.equal(absent);
			expect(received([jobs, roleless(environment(["QUEUE", ""]))])).to.deep.equal(absent);
		});

		it("knows a queue of another stack by its URL or ARN, in any partition", () => {
			for (const value of [
				"https://sqs.us-east-1.amazonaws.com/123456789012/other",
				"arn:aws:sqs:us-east-1:123456789012:other",
				"arn:aws-us-gov:sqs:us-gov-west-1:123456789012:other",
			])
				expect(received([roleless(environment(["WORK", value]))]), value).to.deep.equal([]);
			for (const value of ["https://example.com/?via=https://sqs.us-east-1.amazonaws.com/1/other", "other", "/jobs"])
				expect(received([roleless(environment(["WORK", value]))]), value).to.deep.equal(absent);
		});

		it("takes the queues alone of what they depend on", () => {
			const topic = resource("aws:sns/topic:Topic", "topic");
			const both = environment(["TOPIC", ref(topic, "arn")], ["WORK", ref(jobs, "url")]);
			expect(received([jobs, topic, roleless(both)])).to.deep.equal(["jobs"]);
			expect(received([jobs, topic, roleless(both)], "preview")).to.deep.equal(["jobs"]);
			expect(received([topic, roleless(environment(["TOPIC", ref(topic, "arn")]))])).to.deep.equal(absent);
			const sameName = resource("aws:sns/topic:Topic", "topic", { name: "other" });
			expect(received([sameName, roleless(environment(["QUEUE", "other"]))])).to.deep.equal(absent);
		});

		it("cannot tell while they are not known and depend on nothing", () => {
			expect(received([roleless(UNKNOWN)], "preview")).to.deep.equal({
				state: "unknown",
				property: "containerDefinitions",
			});
			const topic = resource("aws:sns/topic:Topic", "topic");
			const telling = roleless(environment(["TOPIC", ref(topic, "arn")]));
			expect(received([topic, telling], "preview")).to.deep.equal(absent);
			expect(received([roleless("no JSON")])).to.deep.equal(absent);
		});
	});
});
