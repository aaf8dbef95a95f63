/**
 * What follows from the instance types of a model on ECS: how many tasks fit on an instance, what each container gets, and
 * how many instances there may be. Pure; the instances' own numbers are in instances.ts.
 */
import { SettingsError } from "./errors.ts";
import { INSTANCE_FAMILIES, type InstanceType, instanceType } from "./instances.ts";
import { type EcsModel, planScaling } from "./queued.ts";

/** Of one container: the memory that is set aside for it, and CPU units of which 1,024 are a vCPU. */
export interface ContainerSize {
	cpuUnits: number;
	memoryMib: number;
}

export interface PoolPlan {
	architecture: InstanceType["architecture"];
	hasGpus: boolean;
	/** Instances that are always there on demand, and the most in each of the two groups. */
	minInstances: number;
	maxInstances: number;
	/** Its memory is its limit too: it holds a bounded number of jobs. */
	worker: ContainerSize;
	/** It may use more memory where the instance has more. */
	modelServer: ContainerSize;
}

const CPU_UNITS_PER_VCPU = 1024;
const WORKER: ContainerSize = { cpuUnits: 512, memoryMib: 2048 };
/** What system and agent leave of an instance's memory, at least. */
const USABLE_MEMORY_SHARE = 0.9;

/**
 * @throws {SettingsError} where an instance type is unknown, or the types do not go together: they must have the same number
 * of GPUs and one processor, because a group scales by one number and a task goes wherever there is room
 */
export function planPool(model: EcsModel): PoolPlan {
	const { gpuCount, instanceTypes, maxTasks } = model.runtime;
	const types = instanceTypes.map((name) => ({ name, ...known(model, name) }));
	const gpus = same(model, types, "numbers of GPUs", ({ gpus: count }) => count);
	const architecture = same(model, types, "processors", (type) => type.architecture);
	const tasksPerInstance = tasksOn(model, gpus);
	const memoryMib = Math.min(...types.map((type) => type.memoryMib)) / tasksPerInstance;
	const cpuUnits = (Math.min(...types.map(({ vcpus }) => vcpus)) / tasksPerInstance) * CPU_UNITS_PER_VCPU;
	const modelServer = {
		cpuUnits: Math.floor(cpuUnits) - WORKER.cpuUnits,
		memoryMib: Math.floor(memoryMib * USABLE_MEMORY_SHARE) - WORKER.memoryMib,
	};
	return {
		architecture,
		hasGpus: gpuCount > 0,
		minInstances: Math.ceil(planScaling(model).minTasks / tasksPerInstance),
		maxInstances: Math.ceil(maxTasks / tasksPerInstance),
		worker: WORKER,
		modelServer,
	};
}

/** A task without a GPU has the instance to itself: nothing else tells how much of it the model needs. */
function tasksOn({ name, runtime: { gpuCount } }: EcsModel, gpus: number): number {
	if (gpuCount === 0 && gpus === 0) return 1;
	if (gpuCount > 0 && gpus % gpuCount === 0 && gpus > 0) return gpus / gpuCount;
	throw new SettingsError(
		`Model "${name}" asks for ${gpuCount} GPU(s) a task on instances with ${gpus}, of which some would never be used or no task would ever start. Make runtime.gpuCount a divisor of their number, or name other types in runtime.instanceTypes.`,
	);
}

function known({ name }: EcsModel, type: string): InstanceType {
	const found = instanceType(type);
	if (found) return found;
	throw new SettingsError(
		`Model "${name}" names the instance type "${type}" in runtime.instanceTypes, of which charter/instances.ts does not know what it has. Use a type of ${INSTANCE_FAMILIES.join(", ")}, or add it there.`,
	);
}

function same<T>(
	{ name }: EcsModel,
	types: readonly (InstanceType & { name: string })[],
	what: string,
	of: (type: InstanceType) => T,
): T {
	const [first, ...others] = types;
	if (!first) throw new SettingsError(`Model "${name}" names no instance type in runtime.instanceTypes. Name two.`);
	const value = of(first);
	if (others.every((other) => of(other) === value)) return value;
	const each = types.map((type) => `${type.name} ${of(type)}`);
	throw new SettingsError(
		`Model "${name}" mixes instance types with different ${what} (${each.join(", ")}). Name types in runtime.instanceTypes that have the same.`,
	);
}
