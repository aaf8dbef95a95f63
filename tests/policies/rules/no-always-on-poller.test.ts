import { expect } from "chai";
import { noAlwaysOnPoller as rule } from "../../../policies/rules/no-always-on-poller.ts";
import {
	answers,
	concat,
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

type Props = Record<string, unknown>;

const queue = (props: Props = {}) => resource("aws:sqs/queue:Queue", "jobs", props);
const role = resource("aws:iam/role:Role", "resize-role", { assumeRolePolicy: "{}" });
const allowing = (actions: unknown, on: unknown = ref(queue(), "arn")) =>
	resource("aws:iam/rolePolicy:RolePolicy", "resize-policy", {
		role: ref(role, "id"),
		policy: json({ Version: "2012-10-17", Statement: { Effect: "Allow", Action: actions, Resource: on } }),
	});
const receiving = allowing(["sqs:ReceiveMessage", "sqs:DeleteMessage"]);
const container = (props: Props = {}) => ({ name: "resize", image: "resize:1", ...props });
const task = (props: Props = {}) =>
	resource("aws:ecs/taskDefinition:TaskDefinition", "resize-task", {
		family: "resize",
		cpu: "256",
		memory: "512",
		taskRoleArn: ref(role, "arn"),
		containerDefinitions: json([container()]),
		...props,
	});
const service = (props: Props = {}) =>
	resource("aws:ecs/service:Service", "resize", { taskDefinition: ref(task(), "arn"), desiredCount: 1, ...props });
const told = (value: unknown) => json([container({ environment: [{ name: "QUEUE_URL", value }] })]);
const scaledTo = (minCapacity: unknown) =>
	resource("aws:appautoscaling/target:Target", "scaling", {
		resourceId: concat("service/work/", ref(service(), "name")),
		scalableDimension: "ecs:service:DesiredCount",
		minCapacity,
		maxCapacity: 9,
	});
const poller = [queue(), role, receiving, task(), service()];
const withTask = (props: Props) => [queue(), role, receiving, task(props), service()];
const withService = (props: Props) => [queue(), role, receiving, task(), service(props)];

describe("policies/rules/no-always-on-poller", () => {
	it("has nothing to say of a stack without services", () => {
		expect(answers(rule, [queue()])).to.deep.equal([]);
	});

	it("rejects a service that only receives from a queue, with its minimum and the queue", () => {
		expectFails(rule, poller, ["resize"]);
		expect(firstFault(rule, withService({ desiredCount: "2" }))).to.deep.equal({
			what: 'keeps 2 tasks running that only receive from Queue "jobs", which a trigger could serve',
			fix: "Let an event source mapping hand the messages to a function, let a pipe start a task for them, or scale the service to 0 while the queue is empty.",
		});
	});

	it("names every queue, or says that they are elsewhere", () => {
		const other = resource("aws:sqs/queue:Queue", "more");
		const both = allowing("sqs:ReceiveMessage", [ref(queue(), "arn"), ref(other, "arn")]);
		expect(firstFault(rule, [queue(), other, role, both, task(), service()])?.what).to.equal(
			'keeps 1 task running that only receives from Queue "jobs", Queue "more", which a trigger could serve',
		);
		const elsewhere = allowing("sqs:ReceiveMessage", "arn:aws:sqs:us-east-1:123456789012:elsewhere");
		expect(firstFault(rule, [role, elsewhere, task(), service()])?.what).to.equal(
			"keeps 1 task running that only receives from a queue of another stack, which a trigger could serve",
		);
	});

	it("sees the receiver by a wildcard action or a managed policy", () => {
		expectFails(rule, [queue(), role, allowing("sqs:*", "*"), task(), service()], ["resize"]);
		const managed = resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "managed", {
			role: ref(role, "name"),
			policyArn: "arn:aws:iam::aws:policy/AmazonSQSFullAccess",
		});
		expectFails(rule, [role, managed, task(), service()], ["resize"]);
	});

	it("takes the queue that the environment names where the role tells nothing", () => {
		const roleless = { taskRoleArn: "arn:aws:iam::123456789012:role/elsewhere" };
		const referring = task({ ...roleless, containerDefinitions: told(ref(queue(), "url")) });
		expectFails(rule, [queue(), referring, service()], ["resize"]);
		const url = "https://sqs.us-east-1.amazonaws.com/123456789012/jobs";
		expectFails(rule, [task({ ...roleless, containerDefinitions: told(url) }), service()], ["resize"]);
		expectAccepts(rule, [task(roleless), service()]);
		const everything = allowing("*", "*");
		expectFails(
			rule,
			[queue(), role, everything, task({ containerDefinitions: told(ref(queue(), "url")) }), service()],
			["resize"],
		);
		expectAccepts(rule, [queue(), role, everything, task(), service()]);
	});

	it("takes it too where the role has no grant in sight, by the variable's name where the value is a plain word", () => {
		const named = { ...queue(), props: { name: "jobs" } };
		const telling = (name: string) =>
			task({ containerDefinitions: json([container({ environment: [{ name, value: "jobs" }] })]) });
		expectFails(rule, [named, role, telling("QUEUE_NAME"), service()], ["resize"]);
		expectAccepts(rule, [named, role, telling("STAGE"), service()]);
	});

	it("accepts a service that only sends", () => {
		const sender = task({ containerDefinitions: told(ref(queue(), "url")) });
		expectAccepts(rule, [queue(), role, allowing("sqs:SendMessage"), sender, service()]);
	});

	it("accepts one that is called: by port, load balancer or discovery", () => {
		const port = json([container({ portMappings: [{ containerPort: 8080 }] })]);
		expectAccepts(rule, withTask({ containerDefinitions: port }));
		expectAccepts(rule, withService({ loadBalancers: [{ containerName: "resize", containerPort: 8080 }] }));
		expectAccepts(
			rule,
			withService({ serviceRegistries: { registryArn: "arn:aws:servicediscovery:::service/srv-1" } }),
		);
	});

	it("judges the minimum: of its scaling, else the count it asks for, else none", () => {
		expectAccepts(rule, [...poller, scaledTo(0)]);
		expectFails(rule, [...withService({ desiredCount: 0 }), scaledTo(1)], ["resize"]);
		expectAccepts(rule, withService({ desiredCount: 0 }));
		expectAccepts(rule, withService({ desiredCount: undefined }));
		expectFails(rule, withService({ desiredCount: undefined, schedulingStrategy: "DAEMON" }), ["resize"]);
	});

	it("exempts work that no function does: a GPU, over 10 GB, over 15 minutes", () => {
		const gpu = json([container({ resourceRequirements: [{ type: "GPU", value: "1" }] })]);
		expectAccepts(rule, withTask({ containerDefinitions: gpu }));
		expectAccepts(rule, withTask({ memory: "16384" }));
		expectAccepts(rule, withTask({ memory: "16 GB" }));
		expectFails(rule, withTask({ memory: "10240" }), ["resize"]);
		expectAccepts(rule, withTask({ memory: undefined, containerDefinitions: json([container({ memory: 12_000 })]) }));
		expectAccepts(rule, withTask({ ephemeralStorage: { sizeInGib: 40 } }));
		expectFails(rule, withTask({ ephemeralStorage: { sizeInGib: 10 } }), ["resize"]);
		const slow = (seconds: number) => [queue({ visibilityTimeoutSeconds: seconds }), ...poller.slice(1)];
		expectAccepts(rule, slow(3600));
		expectFails(rule, slow(900), ["resize"]);
	});

	it("exempts a model whose jobs may take over 15 minutes", () => {
		const config = (jobP95Seconds: number) => ({ models: [{ name: "render", slo: { jobP95Seconds } }] });
		expectAccepts(rule, withService({ tags: { model: "render" } }), config(1200));
		expectFails(rule, withService({ tags: { model: "render" } }), ["resize"], config(900));
		expectFails(rule, withService({ tags: { model: "render" } }), ["resize"], { models: [{ name: "render" }] });
		expect(open(rule, withService({ tags: UNKNOWN }), { config: config(1200) })).to.deep.equal(["fail resize"]);
	});

	it("cannot tell of containers, a count or a policy that is not known before the update", () => {
		const atPreview = (specs: Parameters<typeof open>[1]) => open(rule, specs, { run: "preview" });
		const containers = task({ containerDefinitions: told(ref(queue(), "url")) });
		expect(atPreview([queue(), role, receiving, containers, service()])).to.deep.equal(["cannot tell resize"]);
		expect(atPreview([...poller, scaledTo(UNKNOWN)])).to.deep.equal(["cannot tell resize"]);
		expect(atPreview(withService({ loadBalancers: UNKNOWN }))).to.deep.equal(["cannot tell resize"]);
	});

	it("survives containers that are no JSON", () => {
		expectFails(rule, withTask({ containerDefinitions: "[{" }), ["resize"]);
	});

	it("honours an exception", () => {
		const exceptions = [exceptionTo("no-always-on-poller", "resize")];
		expect(open(rule, poller, { config: { exceptions } })).to.deep.equal([]);
	});
});
