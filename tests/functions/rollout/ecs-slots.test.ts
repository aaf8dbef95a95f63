/** ECS as the rollout function sees a slot's service, and the task definitions that it makes for a version. */
import { ECSClient } from "@aws-sdk/client-ecs";
import { expect } from "chai";
import { ecsSlots } from "../../../functions/rollout/ecs-slots.ts";
import { failureOf } from "../../support/failure.ts";
import { answeredBy } from "../../support/rollout/aws-json.ts";

const SLOT = { cluster: "readers", service: "reader-b" };
const DEFINITION = "arn:aws:ecs:eu-central-1:123456789012:task-definition/triplane-dev-reader-b:7";

function slotsOf(answers: Record<string, object>) {
	const { config, calls } = answeredBy(
		Object.fromEntries(Object.entries(answers).map(([name, answer]) => [name, () => answer])),
	);
	return { slots: ecsSlots(new ECSClient(config)), calls };
}

const services = (deployments: object[], change: object = {}) => ({
	DescribeServices: {
		services: [{ status: "ACTIVE", taskDefinition: DEFINITION, desiredCount: 2, deployments, ...change }],
	},
});
const primary = { status: "PRIMARY", taskDefinition: DEFINITION, desiredCount: 2, runningCount: 2 };

describe("functions/rollout/ecs-slots", () => {
	const looks: [what: string, deployments: object[], isStable: boolean][] = [
		["a rollout that ECS calls completed", [{ ...primary, rolloutState: "COMPLETED" }], true],
		[
			"one that it calls completed while older tasks drain",
			[
				{ ...primary, rolloutState: "COMPLETED" },
				{ status: "ACTIVE", runningCount: 1 },
			],
			true,
		],
		["one in progress", [{ ...primary, rolloutState: "IN_PROGRESS" }], false],
		["one with too few tasks", [{ ...primary, runningCount: 1, rolloutState: "COMPLETED" }], false],
		["one that ECS says nothing of, with all its tasks and no other", [primary], true],
		["one that ECS says nothing of, beside another", [primary, { status: "ACTIVE", runningCount: 1 }], false],
		["no deployment at all", [], false],
	];
	for (const [what, deployments, isStable] of looks)
		it(`takes ${what} for ${isStable ? "stable" : "not stable yet"}`, async () => {
			const { slots } = slotsOf(services(deployments));
			expect(await slots.look(SLOT)).to.deep.equal({
				taskDefinition: DEFINITION,
				desiredCount: 2,
				isStable,
				failed: [],
			});
		});

	it("tells task definitions whose tasks ECS has given up", async () => {
		const { slots } = slotsOf(
			services([
				{ ...primary, taskDefinition: "old" },
				{ status: "ACTIVE", taskDefinition: DEFINITION, rolloutState: "FAILED" },
			]),
		);
		expect((await slots.look(SLOT)).failed).to.deep.equal([DEFINITION]);
	});

	for (const answer of [{ services: [] }, services([], { status: "INACTIVE" }).DescribeServices])
		it(`says that a service is not there where ECS answers ${JSON.stringify(answer).slice(0, 40)}`, async () => {
			const { slots } = slotsOf({ DescribeServices: answer });
			expect(await failureOf(slots.look(SLOT))).to.include("no service reader-b in the cluster readers");
		});

	it("makes a version's task definition from the newest of its family, and changes the model server's version alone", async () => {
		const worker = {
			name: "worker",
			image: "worker@sha256:1",
			environment: [{ name: "TRIPLANE_MODEL", value: "reader" }],
		};
		const environment = [
			{ name: "TRIPLANE_MODEL_VERSION", value: "1" },
			{ name: "TRIPLANE_MODEL", value: "reader" },
		];
		const definition = {
			taskDefinitionArn: DEFINITION,
			family: "triplane-dev-reader-b",
			revision: 7,
			status: "ACTIVE",
			requiresAttributes: [{ name: "ecs.capability.task-eni" }],
			compatibilities: ["EC2"],
			registeredAt: 1,
			registeredBy: "arn:up",
			networkMode: "awsvpc",
			requiresCompatibilities: ["EC2"],
			taskRoleArn: "arn:task",
			executionRoleArn: "arn:launch",
			runtimePlatform: { cpuArchitecture: "X86_64" },
			containerDefinitions: [worker, { name: "model-server", image: "model@sha256:2", environment }],
		};
		const { slots, calls } = slotsOf({
			DescribeTaskDefinition: { taskDefinition: definition, tags: [{ key: "team", value: "vision" }] },
			RegisterTaskDefinition: { taskDefinition: { taskDefinitionArn: "arn:made" } },
		});
		expect(await slots.register(DEFINITION, 5)).to.equal("arn:made");
		expect(calls[0]?.input).to.deep.equal({ taskDefinition: "triplane-dev-reader-b", include: ["TAGS"] });
		expect(calls[1]?.input).to.deep.equal({
			family: "triplane-dev-reader-b",
			networkMode: "awsvpc",
			requiresCompatibilities: ["EC2"],
			taskRoleArn: "arn:task",
			executionRoleArn: "arn:launch",
			runtimePlatform: { cpuArchitecture: "X86_64" },
			tags: [{ key: "team", value: "vision" }],
			containerDefinitions: [
				worker,
				{
					name: "model-server",
					image: "model@sha256:2",
					environment: [
						{ name: "TRIPLANE_MODEL", value: "reader" },
						{ name: "TRIPLANE_MODEL_VERSION", value: "5" },
					],
				},
			],
		});
	});

	it("sets what is asked for and nothing else", async () => {
		const { slots, calls } = slotsOf({});
		await slots.set(SLOT, { desiredCount: 0 });
		await slots.set(SLOT, { taskDefinition: DEFINITION });
		expect(calls.map(({ input }) => input)).to.deep.equal([
			{ ...SLOT, desiredCount: 0 },
			{ ...SLOT, taskDefinition: DEFINITION },
		]);
	});
});
