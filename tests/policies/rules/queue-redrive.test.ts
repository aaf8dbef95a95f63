import { expect } from "chai";
import { queueRedrive as rule } from "../../../policies/rules/queue-redrive.ts";
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

const DAYS_14 = 1_209_600;
const queue = (name: string, props: Record<string, unknown> = {}) => resource("aws:sqs/queue:Queue", name, props);
const failures = (props: Record<string, unknown> = { messageRetentionSeconds: DAYS_14 }) => queue("failures", props);
const redrive = (maxReceiveCount: unknown = 5) => ({
	redrivePolicy: json({ deadLetterTargetArn: ref(failures(), "arn"), maxReceiveCount }),
});
const jobs = (props: Record<string, unknown> = redrive()) => queue("jobs", props);
const fn = (props: Record<string, unknown> = {}) =>
	resource("aws:lambda/function:Function", "score", { role: "any", ...props });

describe("policies/rules/queue-redrive", () => {
	it("has nothing to say of a stack without queues", () => {
		expect(answers(rule, [fn()])).to.deep.equal([]);
	});

	it("accepts a queue that redrives to another", () => {
		expect(answers(rule, [jobs(), failures()])).to.deep.equal([
			"not applicable failures",
			"pass failures (retention)",
			"pass jobs",
			"pass jobs (receive-count)",
		]);
		expectAccepts(rule, [jobs(), failures()]);
	});

	it("accepts a redrive policy of its own resource, and one given as an object or text", () => {
		const own = resource("aws:sqs/redrivePolicy:RedrivePolicy", "jobs", {
			queueUrl: ref(jobs({}), "id"),
			...redrive(),
		});
		expectAccepts(rule, [jobs({}), failures(), own]);
		const elsewhere = { deadLetterTargetArn: "arn:aws:sqs:us-east-1:123456789012:shared", maxReceiveCount: 5 };
		expectAccepts(rule, [jobs({ redrivePolicy: elsewhere })]);
		expectAccepts(rule, [jobs({ redrivePolicy: JSON.stringify(elsewhere) })]);
	});

	it("rejects a queue without one, or with one that leads nowhere", () => {
		expectFails(rule, [jobs({})], ["jobs"]);
		expectFails(rule, [jobs({ redrivePolicy: "{}" })], ["jobs"]);
		expectFails(rule, [jobs({ redrivePolicy: '{"maxReceiveCount":3}' })], ["jobs"]);
		expect(firstFault(rule, [jobs({})])?.what).to.equal("has no dead-letter queue");
		expect(firstFault(rule, [jobs({ redrivePolicy: "none" })])?.what).to.equal(
			"has a redrivePolicy that is no JSON object",
		);
	});

	it("goes by use, not by name", () => {
		expectFails(rule, [queue("jobs-dlq", { name: "jobs-dlq" })], ["jobs-dlq"]);
		const users: ResourceSpec[] = [
			fn({ deadLetterConfig: { targetArn: ref(failures(), "arn") } }),
			resource("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "any", {
				functionName: "score",
				destinationConfig: { onFailure: { destination: ref(failures(), "arn") } },
			}),
			resource("aws:lambda/eventSourceMapping:EventSourceMapping", "any", {
				functionName: "score",
				destinationConfig: { onFailure: { destinationArn: ref(failures(), "arn") } },
			}),
			resource("aws:cloudwatch/eventTarget:EventTarget", "any", { deadLetterConfig: { arn: ref(failures(), "arn") } }),
			resource("aws:scheduler/schedule:Schedule", "any", {
				target: { arn: "arn:aws:sqs:a:b:c", deadLetterConfig: { arn: ref(failures(), "arn") } },
			}),
			resource("aws:sns/topicSubscription:TopicSubscription", "any", {
				redrivePolicy: json({ deadLetterTargetArn: ref(failures(), "arn") }),
			}),
		];
		for (const user of users) expectAccepts(rule, [failures(), user]);
		const named = resource("aws:cloudwatch/eventTarget:EventTarget", "any", {
			deadLetterConfig: { arn: "arn:aws:sqs:us-east-1:123456789012:failures" },
		});
		expectAccepts(rule, [queue("anything", { name: "failures" }), named]);
		expectFails(rule, [queue("anything", { name: "failures-2" }), named], ["anything"]);
	});

	it("tells a failure destination from one for successes, and a DLQ from the target itself", () => {
		const config = (destinationConfig: unknown) =>
			resource("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "any", {
				functionName: "score",
				destinationConfig,
			});
		const done = queue("done");
		const onSuccess = { destination: ref(done, "arn") };
		const onFailure = { destination: ref(failures(), "arn") };
		expectFails(rule, [done, config({ onSuccess })], ["done"]);
		expectFails(rule, [done, failures(), config({ onSuccess, onFailure })], ["done"]);
		const schedule = (target: unknown) => resource("aws:scheduler/schedule:Schedule", "any", { target });
		const arn = ref(done, "arn");
		expectFails(rule, [done, schedule({ arn })], ["done"]);
		expectFails(
			rule,
			[done, failures(), schedule({ arn, deadLetterConfig: { arn: ref(failures(), "arn") } })],
			["done"],
		);
		const toFunction = schedule({ arn: ref(fn(), "arn"), deadLetterConfig: { arn: ref(failures(), "arn") } });
		expect(open(rule, [failures(), fn(), toFunction], { run: "preview" })).to.deep.equal([]);
	});

	it("does not take a queue that redrives to itself for a dead-letter queue", () => {
		const self = { redrivePolicy: json({ deadLetterTargetArn: ref(jobs(), "arn"), maxReceiveCount: 3 }) };
		expectFails(rule, [jobs(self)], ["jobs (retention)"]);
	});

	describe("retention", () => {
		it("wants longer than the source, and never more than 14 days", () => {
			const specs = (kept: unknown, source: unknown) => [
				failures(kept === undefined ? {} : { messageRetentionSeconds: kept }),
				jobs({ ...redrive(), ...(source === undefined ? {} : { messageRetentionSeconds: source }) }),
			];
			expectAccepts(rule, specs(345_601, undefined));
			expectAccepts(rule, specs(DAYS_14, DAYS_14));
			expectAccepts(rule, specs(undefined, 60));
			expectFails(rule, specs(undefined, undefined), ["failures (retention)"]);
			expectFails(rule, specs(3600, undefined), ["failures (retention)"]);
			expectFails(rule, specs("7200", "7200"), ["failures (retention)"]);
			expect(firstFault(rule, specs(3600, 7200))).to.deep.equal({
				what: 'keeps failed messages of Queue "jobs" for 3600 s, counted from when they were sent, and that queue keeps them for 7200 s already',
				fix: "Set messageRetentionSeconds to 1209600 (14 days).",
			});
		});

		it("cannot tell while a number is not known", () => {
			const atPreview = (...specs: ResourceSpec[]) => open(rule, specs, { run: "preview" });
			expect(atPreview(failures({ messageRetentionSeconds: UNKNOWN }), jobs())).to.deep.equal([
				"cannot tell failures (retention)",
			]);
			expect(
				atPreview(failures({ messageRetentionSeconds: 60 }), jobs({ ...redrive(), messageRetentionSeconds: UNKNOWN })),
			).to.deep.equal(["cannot tell jobs (retention)"]);
			expect(atPreview(failures(), jobs({ ...redrive(), messageRetentionSeconds: UNKNOWN }))).to.deep.equal([]);
		});
	});

	describe("receive-count", () => {
		const role = resource("aws:iam/role:Role", "worker", { assumeRolePolicy: "{}" });
		const grant = (Action: unknown, Resource: unknown = ref(jobs(), "arn")) =>
			resource("aws:iam/rolePolicy:RolePolicy", "worker", {
				role: ref(role, "id"),
				policy: json({ Statement: [{ Effect: "Allow", Action, Resource }] }),
			});
		const task = (props: Record<string, unknown> = { taskRoleArn: ref(role, "arn") }) =>
			resource("aws:ecs/taskDefinition:TaskDefinition", "worker", {
				containerDefinitions: json([{ name: "w", environment: [{ name: "QUEUE_URL", value: ref(jobs(), "url") }] }]),
				...props,
			});
		const service = (props: Record<string, unknown>) =>
			resource("aws:ecs/service:Service", "worker", { taskDefinition: ref(task(), "arn"), ...props });
		const on = (...providers: unknown[]) =>
			service({ capacityProviderStrategies: providers.map((capacityProvider) => ({ capacityProvider, weight: 1 })) });
		const worker = (count: unknown, worksOn: ResourceSpec, by: ResourceSpec = grant("sqs:ReceiveMessage")) => [
			failures(),
			jobs(redrive(count)),
			role,
			by,
			task(),
			worksOn,
		];
		const spot = on("FARGATE_SPOT");
		const group = (props: Record<string, unknown>) => resource("aws:autoscaling/group:Group", "gpu", props);
		const provider = resource("aws:ecs/capacityProvider:CapacityProvider", "gpu", {
			autoScalingGroupProvider: { autoScalingGroupArn: ref(group({}), "arn") },
		});
		const mixed = (onDemandPercentageAboveBaseCapacity: number) =>
			group({ mixedInstancesPolicy: { instancesDistribution: { onDemandPercentageAboveBaseCapacity } } });

		it("wants three tries for a worker on spot, with the worker's name", () => {
			expectAccepts(rule, worker(3, spot));
			expectFails(rule, worker(2, spot), ["jobs (receive-count)"]);
			expectFails(rule, worker("1", on("FARGATE", "FARGATE_SPOT")), ["jobs (receive-count)"]);
			expect(firstFault(rule, worker(2, spot))).to.deep.equal({
				what: 'sets a message aside after 2 receive(s), and Service "worker" that consumes it runs on spot capacity: an interruption counts as one',
				fix: "Set maxReceiveCount to 3 or more.",
			});
		});

		it("cannot tell while the tries or the worker's permissions are not known", () => {
			const arn = "arn:aws:sqs:us-east-1:123456789012:shared";
			const said = (maxReceiveCount: unknown, policy: unknown) => {
				const asks = jobs({ redrivePolicy: { deadLetterTargetArn: arn, maxReceiveCount } });
				const permissions = resource("aws:iam/rolePolicy:RolePolicy", "worker", { role: ref(role, "id"), policy });
				const verdicts = judge(rule, [asks, role, permissions, task(), spot]);
				return verdicts.flatMap(({ answer, ...rest }) =>
					answer === "cannot tell" && "property" in rest ? [`${rest.finding}: ${rest.property}`] : [],
				);
			};
			const receives = { Statement: [{ Effect: "Allow", Action: "sqs:ReceiveMessage", Resource: "*" }] };
			expect(said(UNKNOWN, receives)).to.deep.equal(["receive-count: redrivePolicy.maxReceiveCount"]);
			expect(said(1, UNKNOWN)).to.deep.equal(["receive-count: policy of worker"]);
			expect(said(3, UNKNOWN)).to.deep.equal([]);
		});

		it("asks nothing of a redrive policy that states no count, which AWS refuses itself", () => {
			expectAccepts(rule, worker(undefined, spot));
		});

		it("leaves workers on demand alone", () => {
			expectAccepts(rule, worker(1, on("FARGATE")));
			expectAccepts(rule, worker(1, service({ launchType: "FARGATE" })));
			expectAccepts(rule, [...worker(1, on(ref(provider, "name"))), provider, mixed(100)]);
			const unused = [
				{ capacityProvider: "FARGATE", weight: 1 },
				{ capacityProvider: "FARGATE_SPOT", weight: 0 },
			];
			expectAccepts(rule, worker(1, service({ capacityProviderStrategies: unused })));
		});

		it("follows a capacity provider to a group with spot instances", () => {
			expectFails(rule, [...worker(1, on(ref(provider, "name"))), provider, mixed(0)], ["jobs (receive-count)"]);
			const template = resource("aws:ec2/launchTemplate:LaunchTemplate", "gpu", {
				instanceMarketOptions: { marketType: "spot" },
			});
			const byTemplate = group({ launchTemplate: { id: ref(template, "id") } });
			expectFails(
				rule,
				[...worker(1, on(ref(provider, "name"))), provider, byTemplate, template],
				["jobs (receive-count)"],
			);
		});

		it("follows a cluster's default strategy where the service states none", () => {
			const cluster = resource("aws:ecs/cluster:Cluster", "models");
			const providers = resource("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders", "models", {
				clusterName: ref(cluster, "name"),
				defaultCapacityProviderStrategies: [{ capacityProvider: "FARGATE_SPOT", weight: 1 }],
			});
			const inCluster = (props: Record<string, unknown> = {}) => service({ cluster: ref(cluster, "arn"), ...props });
			expectFails(rule, [...worker(1, inCluster()), cluster, providers], ["jobs (receive-count)"]);
			expectAccepts(rule, [...worker(1, inCluster({ launchType: "FARGATE" })), cluster, providers]);
		});

		it("knows instances of their own, by their profile's role", () => {
			const profile = resource("aws:iam/instanceProfile:InstanceProfile", "worker", { role: ref(role, "name") });
			const template = resource("aws:ec2/launchTemplate:LaunchTemplate", "gpu", {
				iamInstanceProfile: { arn: ref(profile, "arn") },
				instanceMarketOptions: { marketType: "spot" },
			});
			const specs = [
				failures(),
				jobs(redrive(1)),
				role,
				grant("sqs:*"),
				profile,
				template,
				group({ launchTemplate: { id: ref(template, "id") } }),
			];
			expectFails(rule, specs, ["jobs (receive-count)"]);
		});

		it("tells who takes messages from who sends them", () => {
			expectAccepts(rule, worker(1, spot, grant("sqs:SendMessage")));
			expectAccepts(rule, [
				...worker(1, spot, grant("sqs:ReceiveMessage", ref(queue("others"), "arn"))),
				queue("others", redrive()),
			]);
			expectFails(rule, worker(1, spot, grant(["sqs:Receive*"], "*")), ["jobs (receive-count)"]);
			const attached = resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "worker", {
				role: ref(role, "name"),
				policyArn: "arn:aws:iam::aws:policy/AmazonSQSFullAccess",
			});
			expectFails(rule, worker(1, spot, attached), ["jobs (receive-count)"]);
			expectFails(rule, [failures(), jobs(redrive(1)), task({}), spot], ["jobs (receive-count)"]);
			const patterned = grant("sqs:ReceiveMessage", "arn:aws:sqs:us-east-1:123456789012:jo*");
			const named = jobs({ name: "jobs", ...redrive(1) });
			expectFails(rule, [failures(), named, role, patterned, task(), spot], ["jobs (receive-count)"]);
			const others = grant("sqs:ReceiveMessage", "arn:aws:sqs:us-east-1:123456789012:other-*");
			expectAccepts(rule, [failures(), named, role, others, task(), spot]);
		});
	});

	it("honours an exception to one finding alone", () => {
		const exceptions = [exceptionTo("queue-redrive/retention", "failures")];
		expect(open(rule, [jobs(), failures({}), queue("others")], { config: { exceptions } })).to.deep.equal([
			"fail others",
		]);
	});
});
