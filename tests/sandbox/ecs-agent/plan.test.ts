/** How a task's definition and overrides become what runs here, or a reason why it cannot. */
import type { ContainerDefinition, TaskOverride, Volume } from "@aws-sdk/client-ecs";
import { expect } from "chai";
import fc from "fast-check";
import { planOf, type TaskPlan } from "../../../sandbox/ecs-agent/plan.ts";

const bundles = { worker: "/dist/worker", "model-server": "/dist/model-server" };
const worker = { name: "worker" } satisfies ContainerDefinition;
const modelServer = { name: "model-server" } satisfies ContainerDefinition;

const plan = (containerDefinitions: ContainerDefinition[], overrides?: TaskOverride) =>
	planOf({ taskId: "t1", definition: { containerDefinitions, taskRoleArn: "arn:role" }, overrides, bundles });
const planned = (containerDefinitions: ContainerDefinition[], overrides?: TaskOverride): TaskPlan => {
	const found = plan(containerDefinitions, overrides);
	if ("reason" in found) throw new Error(found.reason);
	return found;
};
const reasonOf = (containerDefinitions: ContainerDefinition[]): string => {
	const found = plan(containerDefinitions);
	return "reason" in found ? found.reason : "It was planned.";
};

describe("The plan of a task", () => {
	it("takes ECS's defaults where the definition says nothing.", () => {
		expect(planned([worker])).to.deep.equal({
			containers: [
				{
					name: "worker",
					bundle: "/dist/worker",
					command: [],
					environment: {},
					essential: true,
					stopTimeoutSeconds: 30,
					dependsOn: [],
					awaits: [],
					mounts: [],
				},
			],
			roleArn: "arn:role",
		});
	});

	it("lets a run's own variables and arguments win over the definition's.", () => {
		const environment = [
			{ name: "A", value: "1" },
			{ name: "B", value: "2" },
		];
		const override = { name: "worker", environment: [{ name: "B", value: "3" }], command: ["--once"] };
		const { containers } = planned([{ ...worker, environment, command: ["--for-ever"] }, modelServer], {
			containerOverrides: [override],
		});
		expect(containers[0]).to.deep.include({ environment: { A: "1", B: "3" }, command: ["--once"] });
		expect(containers[1]).to.deep.include({ environment: {}, command: [] });
	});

	it("starts a container after those that it depends on, in whatever order they are written.", () => {
		const dependent = { ...worker, dependsOn: [{ containerName: "model-server", condition: "START" as const }] };
		for (const containers of [
			[dependent, modelServer],
			[modelServer, dependent],
		])
			expect(planned(containers).containers.map(({ name }) => name)).to.deep.equal(["model-server", "worker"]);
	});

	it("tells what must have ended from what must only have started.", () => {
		const dependsOn = (["SUCCESS", "COMPLETE", "START", "HEALTHY"] as const).map((condition) => ({
			containerName: "model-server",
			condition,
		}));
		const { containers } = planned([{ ...worker, dependsOn }, modelServer]);
		expect(containers.at(-1)?.awaits).to.deep.equal([
			{ container: "model-server", condition: "SUCCESS" },
			{ container: "model-server", condition: "COMPLETE" },
		]);
	});

	it("has the task's own volumes where containers mount them, and is refused for any other.", () => {
		const mounting = { ...worker, mountPoints: [{ sourceVolume: "run", containerPath: "/triplane/run/" }] };
		const of = (volumes: Volume[]) =>
			planOf({ taskId: "t1", definition: { containerDefinitions: [mounting], volumes }, bundles });
		const found = of([{ name: "run", host: {} }]);
		expect("containers" in found && found.containers[0]?.mounts).to.deep.equal([
			{ volume: "run", containerPath: "/triplane/run" },
		]);
		const strange: Volume[][] = [
			[],
			[{ name: "run", host: { sourcePath: "/etc" } }],
			[{ name: "run", efsVolumeConfiguration: { fileSystemId: "fs-1" } }],
		];
		for (const volumes of strange) {
			const refused = of(volumes);
			expect("reason" in refused && refused.reason).to.contain('mounts "run", which is no volume of the task\'s own');
		}
	});

	it("sends output where the awslogs driver would, and that of any other driver nowhere.", () => {
		const options = { "awslogs-group": "/triplane/dev/worker", "awslogs-stream-prefix": "task" };
		const logging = (logDriver: "awslogs" | "fluentd", more = {}) =>
			planned([{ ...worker, logConfiguration: { logDriver, options: { ...options, ...more } } }]).containers[0]?.log;
		expect(logging("awslogs")).to.deep.equal({
			group: "/triplane/dev/worker",
			stream: "task/worker/t1",
			createGroup: false,
		});
		expect(logging("awslogs", { "awslogs-create-group": "true" })).to.include({ createGroup: true });
		expect(logging("fluentd")).to.equal(undefined);
	});

	it("is refused for a container that no program stands for, a name that every object has among them.", () => {
		expect(reasonOf([worker, { name: "trainer" }])).to.equal(
			'No program of the sandbox stands for a container named "trainer". It has those of worker, model-server: give the container one of these names, or the sandbox a program for it.',
		);
		expect(reasonOf([{ name: "constructor" }])).to.contain('"constructor"');
	});

	it("is refused for secrets, and for containers that wait for each other or for one that is not there.", () => {
		expect(reasonOf([{ ...worker, secrets: [{ name: "A", valueFrom: "arn:secret" }] }])).to.contain("takes secrets");
		const waitsFor = (containerName: string) => [{ containerName, condition: "START" as const }];
		const circle = [
			{ ...worker, dependsOn: waitsFor("model-server") },
			{ ...modelServer, dependsOn: waitsFor("worker") },
		];
		for (const containers of [circle, [{ ...worker, dependsOn: waitsFor("absent") }]])
			expect(reasonOf(containers)).to.contain("depend on each other in a circle, or on one that is not there");
	});

	it("has every container after what it depends on, or a reason, for any dependencies.", () => {
		const name = fc.constantFrom("a", "b", "c", "d");
		const container = fc.record({ name, dependsOn: fc.array(fc.record({ containerName: name }), { maxLength: 2 }) });
		fc.assert(
			fc.property(fc.uniqueArray(container, { selector: (each) => each.name, minLength: 1 }), (containers) => {
				const definition = {
					containerDefinitions: containers.map(({ name, dependsOn }) => ({
						name,
						dependsOn: dependsOn.map((each) => ({ ...each, condition: "START" as const })),
					})),
				};
				const found = planOf({ taskId: "t", definition, bundles: { a: "/a", b: "/b", c: "/c", d: "/d" } });
				if ("reason" in found) return found.reason.length > 0;
				const names = found.containers.map((each) => each.name);
				expect([...names].sort()).to.deep.equal(containers.map((each) => each.name).sort());
				return found.containers.every((each, at) => each.dependsOn.every((other) => names.indexOf(other) < at));
			}),
		);
	});
});
