import { readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { SettingsError } from "../charter/errors.ts";
import { COST_TAG_KEYS } from "../charter/tags.ts";
import program from "../index.ts";
import { readStackConfig } from "../sandbox/engine/config.ts";
import { asConfig } from "./support/components.ts";
import { titles, underMocks } from "./support/pulumi-mocks.ts";

const QUEUES = "https://sqs.us-east-1.amazonaws.com/123456789012";
const dev = await readStackConfig(new URL("../Pulumi.dev.yaml", import.meta.url).pathname);
/** The list that a change of the program has to change too: what a resource must be like is in the tests of its component. */
const DEV_RESOURCES = readFileSync(new URL("fixtures/dev-resources.txt", import.meta.url), "utf8")
	.trim()
	.split("\n");
const deployed = (change: Record<string, unknown> = {}) => underMocks(program, asConfig({ ...dev, ...change }));

/** The program's own: a group of hosts has them as a list, with one of ECS's among them. */
function tagsIn(tags: unknown): Record<string, unknown> {
	const all = Array.isArray(tags)
		? Object.fromEntries(tags.map(({ key, value }) => [key, value]))
		: { ...Object(tags) };
	const { AmazonECSManaged: _, ...own } = all;
	return own;
}

describe("index", function () {
	// Each run bundles the functions.
	this.timeout(60_000);
	let run: Awaited<ReturnType<typeof deployed>>;
	before(async () => {
		run = await deployed();
	});

	it("registers exactly these resources for the dev stack", () => {
		expect(titles(run.resources)).to.deep.equal(DEV_RESOURCES);
	});

	it("tells where the API is, what its stores and functions are named, and what it serves to whom", () => {
		expect(run.result).to.deep.equal({
			url: "https://front-door-api-id.execute-api.us-east-1.amazonaws.com/dev",
			registryTable: "registry-table",
			artifactBucket: "artifacts-bucket",
			featureTable: "features-table",
			tenantTable: "tenants-table",
			throttleTable: "throttle-table",
			registerFunction: "register",
			rolloutFunction: "rollout",
			pipelines: [
				{ name: "tumour-risk", stateMachine: "arn:tumour-risk-pipeline", trains: true },
				{ name: "digit-reader", stateMachine: "arn:digit-reader-pipeline", trains: false },
				{ name: "disease-progress", stateMachine: "arn:disease-progress-pipeline", trains: false },
			],
			eventBus: "triplane-dev-events",
			shadowQueueUrl: `${QUEUES}/shadow-queue`,
			models: [
				{ name: "tumour-risk", serve: "realtime", function: "tumour-risk-predict" },
				{ name: "digit-reader", serve: "queued", function: "submit" },
				{ name: "disease-progress", serve: "batch" },
			],
			jobsTable: "jobs-table",
			jobsBucket: "jobs-bucket",
			queuedModels: ["a", "b"].map((slot) => ({
				name: "digit-reader",
				slot,
				queueUrl: `${QUEUES}/digit-reader-${slot}-queue`,
				deadLetterQueueUrl: `${QUEUES}/digit-reader-${slot}-dead-letters`,
				cluster: "pool-digit-reader-cluster",
				service: `digit-reader-${slot}`,
			})),
			batchModels: [
				{
					name: "disease-progress",
					stateMachine: "arn:disease-progress-batch",
					dataBucket: "batch-data-bucket",
					offsetsTable: "batch-offsets-table",
				},
			],
			tenants: ["acme", "globex", "initech"],
		});
	});

	it("registers the same for AWS and for the sandbox, but for the network, which the sandbox adopts", async () => {
		const sandbox = await deployed({
			"aws:region": "eu-west-1",
			"aws:accessKey": "test",
			"aws:endpoints": [{ lambda: "http://127.0.0.1:4566" }],
			"triplane:architecture": process.arch === "arm64" ? "x86_64" : "arm64",
			"triplane:observability": { otlpEndpoint: "http://127.0.0.1:4318", traceSampleRatio: 0.5 },
			"triplane:network": { kind: "adopt", vpcId: "vpc-sandbox", subnetIds: ["subnet-sandbox"] },
		});
		const ofNetwork = /::network$|VpcEndpoint::|::network-endpoints$/;
		const [inSandbox, onAws] = [sandbox, run].map(({ resources }) =>
			titles(resources).filter((title) => !ofNetwork.test(title)),
		);
		expect(inSandbox).to.deep.equal(onAws);
		expect(titles(sandbox.resources).filter((title) => ofNetwork.test(title))).to.deep.equal([
			"triplane:data:Network::network",
		]);
	});

	it("warns of nothing, and says what the network costs", () => {
		expect(run.warnings).to.deep.equal([]);
		expect(run.infos.join("\n")).to.match(/^info: \[runtime\] The network costs about \$146 a month[^\n]*$/);
	});

	it("runs again in the same process and registers the same", async () => {
		expect((await deployed()).resources).to.have.deep.members(run.resources);
	});

	it("puts every cost-allocation tag, none empty, on whatever takes tags", () => {
		const tagged = run.resources.filter(({ inputs }) => "tags" in inputs);
		expect(new Set(tagged.map(({ type }) => type))).to.deep.equal(
			new Set([
				"aws:apigateway/apiKey:ApiKey",
				"aws:apigateway/restApi:RestApi",
				"aws:apigateway/stage:Stage",
				"aws:apigateway/usagePlan:UsagePlan",
				"aws:appautoscaling/target:Target",
				"aws:autoscaling/group:Group",
				"aws:budgets/budget:Budget",
				"aws:cloudwatch/compositeAlarm:CompositeAlarm",
				"aws:cloudwatch/eventBus:EventBus",
				"aws:cloudwatch/eventRule:EventRule",
				"aws:cloudwatch/logGroup:LogGroup",
				"aws:cloudwatch/metricAlarm:MetricAlarm",
				"aws:dynamodb/table:Table",
				"aws:ec2/launchTemplate:LaunchTemplate",
				"aws:ec2/securityGroup:SecurityGroup",
				"aws:ec2/vpcEndpoint:VpcEndpoint",
				"aws:ecs/capacityProvider:CapacityProvider",
				"aws:ecs/cluster:Cluster",
				"aws:ecs/service:Service",
				"aws:ecs/taskDefinition:TaskDefinition",
				"aws:iam/instanceProfile:InstanceProfile",
				"aws:iam/role:Role",
				"aws:kms/key:Key",
				"aws:lambda/eventSourceMapping:EventSourceMapping",
				"aws:lambda/function:Function",
				"aws:s3/bucket:Bucket",
				"aws:sfn/stateMachine:StateMachine",
				"aws:sns/topic:Topic",
				"aws:sqs/queue:Queue",
				"awsx:ec2:Vpc",
			]),
		);
		for (const { inputs, type, name } of tagged) {
			const tags = tagsIn(inputs.tags);
			expect(tags, `${type} ${name}`).to.have.all.keys(...COST_TAG_KEYS);
			expect(Object.values(tags)).not.to.include("");
		}
	});

	it("names nothing longer than AWS takes, for the longest names that the settings take", async () => {
		const models = (dev["triplane:models"] as object[]).map((model, i) => ({
			...model,
			name: `${"m".repeat(39)}${"abc"[i]}`,
			team: "t".repeat(40),
		}));
		const { resources } = await deployed({
			"triplane:models": models,
			"triplane:tenants": [{ name: "a".repeat(32), tier: "trial" }],
		});
		const pulumiAddsCharacters = 8;
		const limits: Record<string, number> = {
			"aws:ec2/launchTemplate:LaunchTemplate": 128,
			"aws:iam/instanceProfile:InstanceProfile": 128,
			"aws:lambda/function:Function": 64,
			"aws:scheduler/schedule:Schedule": 64,
			"aws:iam/role:Role": 64,
			"aws:sqs/queue:Queue": 80,
			"aws:budgets/budget:Budget": 100,
			"aws:iam/rolePolicy:RolePolicy": 128,
			"aws:cloudwatch/metricAlarm:MetricAlarm": 255,
		};
		for (const { type, name } of resources)
			expect(name.length, `${type} ${name}`).to.be.at.most((limits[type] ?? 255) - pulumiAddsCharacters);
	});

	it("refuses a mistyped key, naming it, before anything is registered", async () => {
		const { result, resources } = await underMocks(
			() => program().then(String, String),
			asConfig({ ...dev, "triplane:tennants": [] }),
		);
		expect(result).to.equal(
			'SettingsError: Pulumi.dev.yaml has a fault in its settings. Correct:\n  triplane:(the settings as a whole): Unrecognized key: "tennants"',
		);
		expect(resources).to.deep.equal([]);
	});

	it("answers any value of a structured setting with a plan or with a SettingsError, never half a plan", async () => {
		const keys = ["models", "tenants", "tiers", "observability", "network", "workerImage"].map(
			(key) => `triplane:${key}`,
		);
		await fc.assert(
			fc.asyncProperty(fc.constantFrom(...keys), fc.jsonValue(), async (key, value) => {
				const { result, resources } = await underMocks(
					async () => {
						try {
							await program();
							return undefined;
						} catch (error) {
							return error instanceof SettingsError ? "SettingsError" : String(error);
						}
					},
					asConfig({ ...dev, [key]: value }),
				);
				expect(result).to.be.oneOf([undefined, "SettingsError"]);
				if (result) expect(resources).to.deep.equal([]);
			}),
			{ numRuns: 50 },
		);
	});
});
