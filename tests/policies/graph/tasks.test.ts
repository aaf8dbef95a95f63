import { expect } from "chai";
import {
	asksForGpu,
	containersOf,
	isFound,
	minimumTasks,
	opensPort,
	taskCpuUnits,
	taskMemoryMib,
} from "../../../policies/graph/tasks.ts";
import { json, resource, UNKNOWN } from "../../support/policies.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";

type Props = Record<string, unknown>;

const taskOf = (props: Props) =>
	nodeOf(graphOf([resource("aws:ecs/taskDefinition:TaskDefinition", "task", props)]), "task");
const withContainers = (...containers: Props[]) => taskOf({ containerDefinitions: json(containers) });
const service = (props: Props) => resource("aws:ecs/service:Service", "worker", props);
const serviceOf = (props: Props) => nodeOf(graphOf([service(props)]), "worker");
const known = <T>(value: T) => ({ state: "known", value });
const absent = { state: "absent" };
const unknownAt = (property: string) => ({ state: "unknown", property });

describe("policies/graph/tasks", () => {
	it("reads containers as text or as a list, none out of what is no JSON, and says while they are not known", () => {
		const names = (containerDefinitions: unknown) => {
			const fact = containersOf(taskOf({ containerDefinitions }));
			return fact.state === "known" ? fact.value.map((container) => container.text("name")) : fact;
		};
		expect(names(json([{ name: "a" }, { name: "b" }]))).to.deep.equal([known("a"), known("b")]);
		expect(names([{ name: "a" }])).to.deep.equal([known("a")]);
		expect(names("[{")).to.deep.equal([]);
		expect(names(UNKNOWN)).to.deep.equal(unknownAt("containerDefinitions"));
		expect(names(undefined)).to.deep.equal(absent);
	});

	it("knows whether a container opens a port", () => {
		expect(opensPort(withContainers({ name: "a" }, { portMappings: [{ containerPort: 80 }] }))).to.deep.equal(
			known(true),
		);
		expect(opensPort(withContainers({ portMappings: [] }, { name: "a" }))).to.deep.equal(known(false));
		expect(opensPort(taskOf({ containerDefinitions: UNKNOWN }))).to.deep.equal(unknownAt("containerDefinitions"));
	});

	it("knows whether a container, or the task, asks for a GPU or another accelerator", () => {
		const asks = (type: string) =>
			asksForGpu(withContainers({ name: "a" }, { resourceRequirements: [{ type: "OTHER" }, { type, value: "1" }] }));
		expect(asks("GPU")).to.deep.equal(known(true));
		expect(asks("gpu")).to.deep.equal(known(true));
		expect(asks("InferenceAccelerator")).to.deep.equal(known(true));
		expect(asks("OTHER")).to.deep.equal(known(false));
		expect(asksForGpu(withContainers({ resourceRequirements: [{ value: "1" }] }))).to.deep.equal(known(false));
		const whole = { inferenceAccelerators: [{ deviceName: "d", deviceType: "eia2.medium" }] };
		expect(asksForGpu(taskOf(whole))).to.deep.equal(known(true));
	});

	it("reads memory in MiB: the task's own, in both units, or its containers' together", () => {
		expect(taskMemoryMib(taskOf({ memory: "2048" }))).to.deep.equal(known(2048));
		expect(taskMemoryMib(taskOf({ memory: "2 GB" }))).to.deep.equal(known(2048));
		expect(taskMemoryMib(taskOf({ memory: ".5gb" }))).to.deep.equal(known(512));
		expect(taskMemoryMib(taskOf({ memory: "plenty" }))).to.deep.equal(absent);
		expect(taskMemoryMib(taskOf({ memory: UNKNOWN }))).to.deep.equal(unknownAt("memory"));
		const containers = [{ memory: 512, memoryReservation: 128 }, { memoryReservation: 256 }, { name: "c" }];
		expect(taskMemoryMib(withContainers(...containers))).to.deep.equal(known(768));
		expect(taskMemoryMib(taskOf({}))).to.deep.equal(absent);
	});

	it("reads CPU in units, 1,024 to a vCPU", () => {
		expect(taskCpuUnits(taskOf({ cpu: "512" }))).to.deep.equal(known(512));
		expect(taskCpuUnits(taskOf({ cpu: "2 vCPU" }))).to.deep.equal(known(2048));
		expect(taskCpuUnits(taskOf({ cpu: "some" }))).to.deep.equal(absent);
	});

	it("knows the fewest tasks of a service: one of a daemon, else its scaling's, else what it asks for", () => {
		const minimum = (props: Props, minCapacity?: unknown) => {
			const scaling = resource("aws:appautoscaling/target:Target", "scaling", {
				resourceId: "service/work/worker",
				scalableDimension: "ecs:service:DesiredCount",
				minCapacity,
			});
			const stack = graphOf([service({ name: "worker", ...props }), ...(minCapacity === undefined ? [] : [scaling])]);
			return minimumTasks(stack, nodeOf(stack, "worker"));
		};
		expect(minimum({ desiredCount: 4 })).to.deep.equal(known(4));
		expect(minimum({})).to.deep.equal(known(0));
		expect(minimum({ desiredCount: 4 }, 2)).to.deep.equal(known(2));
		expect(minimum({ desiredCount: 4 }, UNKNOWN)).to.deep.equal(unknownAt("minCapacity"));
		expect(minimum({ desiredCount: 0, schedulingStrategy: "DAEMON" })).to.deep.equal(known(1));
	});

	it("knows a service that something else finds", () => {
		expect(isFound(serviceOf({ loadBalancers: [{ containerPort: 80 }] }))).to.deep.equal(known(true));
		expect(isFound(serviceOf({ serviceRegistries: { registryArn: "arn" } }))).to.deep.equal(known(true));
		expect(isFound(serviceOf({ loadBalancers: [] }))).to.deep.equal(absent);
		expect(isFound(serviceOf({}))).to.deep.equal(absent);
		expect(isFound(serviceOf({ serviceRegistries: UNKNOWN }))).to.deep.equal(unknownAt("serviceRegistries"));
	});
});
