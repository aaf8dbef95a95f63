/** Capacity that is paid for by the hour, at its minimum: tasks, groups of instances, endpoints, shards. */
import { ec2HourUsd, sagemakerHourUsd } from "../../charter/prices/instance-hours.ts";
import { HOURS_PER_MONTH, PRICES_USD, SECONDS_PER_MONTH } from "../../charter/prices.ts";
import { absent, type Fact, ifKnown, itemsOf, known, knownAmong, orElse } from "../facts/fact.ts";
import type { Props } from "../facts/props.ts";
import { scaledMinimum } from "./autoscaling.ts";
import { type Cost, type Estimate, unpriced } from "./cost.ts";
import { requestsPerSecond } from "./costs-usage.ts";
import { instanceTypesOf } from "./gpu-groups.ts";
import type { ResourceNode } from "./node.ts";
import type { StackGraph } from "./stack-graph.ts";
import { inTasks, minimumTasks, taskCpuUnits, taskMemoryMib, taskOf } from "./tasks.ts";
import {
	AUTOSCALING_GROUP,
	CAPACITY_PROVIDER,
	ECS_SERVICE,
	SAGEMAKER_ENDPOINT,
	SAGEMAKER_ENDPOINT_CONFIG,
	STREAM,
} from "./types.ts";

const STRATEGIES = "capacityProviderStrategies";
const UNITS_PER_VCPU = 1024;
const MIB_PER_GIB = 1024;
const MS_PER_SECOND = 1000;

/** A number of instances of a type, by the hour. */
export function instances(
	count: Fact<number>,
	type: Fact<string>,
	hourUsd: (type: string) => number | undefined,
): Cost {
	if (count.state === "unknown") return count;
	const number = ifKnown(count) ?? 0;
	if (number <= 0) return absent;
	if (type.state === "unknown") return type;
	if (type.state === "absent") return unpriced("instance type", "a type that is not stated");
	const price = hourUsd(type.value);
	if (price === undefined) return unpriced("instance type", type.value);
	return known({ usd: number * price * HOURS_PER_MONTH, words: `${number} × ${type.value} at $${price}/h` });
}

/** Tasks on Fargate; on instances of one's own, the instances are what costs. */
const serviceCost: Estimate = (stack, service) => {
	const strategies = service.props.parts(STRATEGIES);
	const providers = knownAmong(itemsOf(strategies).map((each) => each.text("capacityProvider")));
	const launch = service.effectiveText("launchType");
	const isFargate =
		providers.some((name) => name.startsWith("FARGATE")) || (providers.length === 0 && ifKnown(launch) === "FARGATE");
	if (!isFargate) return perhapsFargate(stack, service);
	const minimum = minimumTasks(stack, service);
	if (minimum.state === "unknown") return minimum;
	const tasks = ifKnown(minimum) ?? 0;
	if (tasks <= 0) return absent;
	const task = taskOf(stack, service);
	if (!task) return unpriced("taskDefinition", "a task of another stack");
	const [cpu, memory] = [taskCpuUnits(task), taskMemoryMib(task)];
	for (const fact of [cpu, memory]) if (fact.state === "unknown") return fact;
	const isArm = ifKnown(task.props.text("runtimePlatform.cpuArchitecture")) === "ARM64";
	const [vcpus, gb] = [(ifKnown(cpu) ?? 0) / UNITS_PER_VCPU, (ifKnown(memory) ?? 0) / MIB_PER_GIB];
	const hour = isArm
		? vcpus * PRICES_USD.fargateVcpuHourArm64 + gb * PRICES_USD.fargateGbHourArm64
		: vcpus * PRICES_USD.fargateVcpuHourX8664 + gb * PRICES_USD.fargateGbHourX8664;
	return known({ usd: tasks * hour * HOURS_PER_MONTH, words: `${inTasks(tasks)} of ${vcpus} vCPU and ${gb} GB` });
};

/** What keeps a service's launch open; a provider of the stack settles it, for Fargate's are known by name alone. */
function perhapsFargate(stack: StackGraph, service: ResourceNode): Cost {
	const strategies = service.props.read(STRATEGIES);
	if (strategies.state === "known" || stack.dependencies(service, STRATEGIES, [CAPACITY_PROVIDER]).length > 0)
		return absent;
	if (strategies.state === "unknown") return strategies;
	const launch = service.effectiveText("launchType");
	return launch.state === "unknown" ? launch : absent;
}

/** The cheapest of its types, for that is its minimum; spot has no list price, and counts as on demand. */
const groupCost: Estimate = (stack, group) => {
	const minimum = orElse(group.props.number("minSize"), 0);
	const types = instanceTypesOf(stack, group);
	if (types.state === "unknown") return ifKnown(minimum) === 0 ? absent : types;
	const named = itemsOf(types).toSorted((a, b) => priceOrLast(a) - priceOrLast(b));
	return instances(minimum, named[0] === undefined ? absent : known(named[0]), ec2HourUsd);
};

const priceOrLast = (type: string): number => ec2HourUsd(type) ?? Number.MAX_VALUE;

const endpointCost: Estimate = (stack, endpoint, model) => {
	const config = stack.target(endpoint, "endpointConfigName", SAGEMAKER_ENDPOINT_CONFIG);
	if (!config) return unpriced("endpointConfigName", "a configuration of another stack");
	const variants = config.props.parts("productionVariants");
	if (variants.state !== "known") return variants;
	let usd = 0;
	const words: string[] = [];
	for (const variant of variants.value) {
		const cost =
			variant.read("serverlessConfig").state === "absent"
				? hosted(stack, endpoint, variant)
				: serverless(variant, model);
		if (cost.state === "absent") continue;
		if (cost.state !== "known") return cost;
		usd += cost.value.usd;
		words.push(cost.value.words);
	}
	return known({ usd, words: words.join(" + ") });
};

function hosted(stack: StackGraph, endpoint: ResourceNode, variant: Props): Cost {
	const scaled = scaledMinimum(stack, {
		subject: endpoint,
		dimension: "sagemaker:variant:DesiredInstanceCount",
		part: variant.text("variantName"),
	});
	const count = scaled.state === "absent" ? orElse(variant.number("initialInstanceCount"), 1) : scaled;
	return instances(count, variant.text("instanceType"), sagemakerHourUsd);
}

function serverless(variant: Props, model: Parameters<Estimate>[2]): Cost {
	const memory = variant.number("serverlessConfig.memorySizeInMb");
	if (memory.state === "unknown") return memory;
	const gb = (ifKnown(memory) ?? 0) / MIB_PER_GIB;
	const seconds = (model.slo?.p95Ms ?? 0) / MS_PER_SECOND;
	const usd = requestsPerSecond(model) * SECONDS_PER_MONTH * seconds * gb * PRICES_USD.sagemakerServerlessGbSecond;
	return known({ usd, words: `${requestsPerSecond(model)} requests/s of ${seconds} s at ${gb} GB` });
}

const streamCost: Estimate = (_stack, stream) => {
	if (ifKnown(stream.props.text("streamModeDetails.streamMode")) === "ON_DEMAND")
		return unpriced("streamMode", "ON_DEMAND");
	const shards = stream.effectiveNumber("shardCount");
	if (shards.state === "unknown") return shards;
	const count = ifKnown(shards) ?? 1;
	return known({ usd: count * PRICES_USD.kinesisShardHour * HOURS_PER_MONTH, words: `${count} shard(s)` });
};

export const CAPACITY_COSTS: Readonly<Record<string, Estimate>> = {
	[ECS_SERVICE]: serviceCost,
	[AUTOSCALING_GROUP]: groupCost,
	[SAGEMAKER_ENDPOINT]: endpointCost,
	[STREAM]: streamCost,
	"aws:ec2/instance:Instance": (_stack, instance) =>
		instances(known(1), instance.props.text("instanceType"), ec2HourUsd),
};
