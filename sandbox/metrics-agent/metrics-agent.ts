/**
 * What CloudWatch does with embedded metrics and the embedded AWS does not: it reads them from the functions' log groups
 * and puts them as metrics. Runs in this process, on a timer, one round at a time.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchClient, type MetricDatum, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { EMULATOR_CREDENTIALS } from "../emulator/emulator.ts";
import { metricsOf } from "./emf.ts";
import { LogTail } from "./log-tail.ts";

const POLL_MS = 1_000;
/** What CloudWatch takes in one call. */
const BATCH = 1_000;

export interface MetricsAgentOptions {
	endpoint: string;
	region: string;
	/** Beginning of the names of the log groups to read. */
	logGroupPrefix: string;
	/** Time between two rounds. @default 1000 */
	pollMs?: number;
}

interface MetricsAgentCounts {
	/** Metrics put so far, lines that claimed to hold metrics and did not, and rounds that failed. */
	metrics: number;
	malformed: number;
	failures: number;
}

export interface MetricsAgent {
	/** Reads and puts whatever is logged by now. */
	flush(): Promise<void>;
	counts(): MetricsAgentCounts;
	stop(): Promise<void>;
}

/** Starts it; the first round begins at once. */
export function startMetricsAgent(options: MetricsAgentOptions): MetricsAgent {
	const { endpoint, region, logGroupPrefix, pollMs = POLL_MS } = options;
	const tail = new LogTail({ endpoint, region, logGroupPrefix, filterPattern: '"_aws"' });
	const cloudwatch = new CloudWatchClient({ endpoint, region, credentials: EMULATOR_CREDENTIALS });
	const counts: MetricsAgentCounts = { metrics: 0, malformed: 0, failures: 0 };
	const stopping = new AbortController();

	const put = async (namespace: string, data: MetricDatum[]) => {
		for (let at = 0; at < data.length; at += BATCH) {
			const MetricData = data.slice(at, at + BATCH);
			await cloudwatch.send(new PutMetricDataCommand({ Namespace: namespace, MetricData }));
			counts.metrics += MetricData.length;
		}
	};
	const round = async () => {
		const found = new Map<string, MetricDatum[]>();
		for await (const { message, timestamp } of tail.read()) {
			const metrics = metricsOf(message, timestamp);
			if (metrics === undefined) counts.malformed += 1;
			for (const { namespace, datum } of metrics ?? []) found.set(namespace, [...(found.get(namespace) ?? []), datum]);
		}
		for (const [namespace, data] of found) await put(namespace, data);
	};

	let last: Promise<void> = Promise.resolve();
	const queued = (): Promise<void> => {
		last = last.then(round, round);
		return last;
	};
	const loop = (async () => {
		while (!stopping.signal.aborted) {
			// The embedded AWS may be busy or gone; the next round reads what this one did not.
			await queued().catch(() => {
				counts.failures += 1;
			});
			await sleep(pollMs, undefined, { signal: stopping.signal }).catch(() => {});
		}
	})();

	return {
		flush: queued,
		counts: () => ({ ...counts }),
		async stop() {
			stopping.abort();
			await loop;
			tail.close();
			cloudwatch.destroy();
		},
	};
}
