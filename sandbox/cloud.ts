/**
 * The embedded AWS of one run, whole: the emulator as a child process, and beside it in this process the Pulumi provider, the
 * collector of spans, the agent that runs tasks and the one that makes metrics of log lines. No stack is in it yet.
 */
import { type Collector, startCollector } from "./collector/collector.ts";
import { type EcsAgent, startEcsAgent } from "./ecs-agent/ecs-agent.ts";
import { startEmulator } from "./emulator/emulator.ts";
import { startMetricsAgent } from "./metrics-agent/metrics-agent.ts";
import type { Run } from "./processes/runs.ts";
import type { Warden } from "./processes/warden.ts";
import { startProvider } from "./provider/server.ts";

export interface Cloud {
	/** The emulator's URL: give it to any AWS SDK as its endpoint. */
	endpoint: string;
	region: string;
	providerPort: number;
	collector: Collector;
	/** Runs the tasks of ECS; also where a spot notice is given. */
	ecsAgent: EcsAgent;
}

/** The groups of the platform's functions and workers: `/triplane/<stack>/<name>`. */
const LOG_GROUP_PREFIX = "/triplane/";

/**
 * Starts the cloud; it ends with `scope`, and its processes with this one, however that ends.
 * @param options.python an interpreter that has the emulator
 * @param options.bundles folders of the programs that stand for tasks' images, by the container's name; other tasks do not start
 */
export async function startCloud(
	scope: AsyncDisposableStack,
	options: { run: Run; warden: Warden; python: string; bundles?: Readonly<Record<string, string>> },
): Promise<Cloud> {
	const { run, warden, python, bundles = {} } = options;
	const emulator = await startEmulator({ python, runDir: run.directory, spawn: warden.spawn });
	scope.defer(() => emulator.stop());
	const { url: endpoint, region } = emulator;
	const provider = await startProvider({ endpoint, region });
	scope.defer(() => provider.stop());
	const collector = await startCollector({ runDir: run.directory });
	scope.defer(() => collector.stop());
	const agent = startMetricsAgent({ endpoint, region, logGroupPrefix: LOG_GROUP_PREFIX });
	scope.defer(() => agent.stop());
	const ecsAgent = await startEcsAgent({ endpoint, region, runDir: run.directory, spawn: warden.spawn, bundles });
	scope.defer(() => ecsAgent.stop());
	return { endpoint, region, providerPort: provider.port, collector, ecsAgent };
}
