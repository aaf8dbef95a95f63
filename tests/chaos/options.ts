/** The command line of `npm run chaos`: what it takes, and what it says about itself. */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { SEED_MAX } from "./random.ts";

export const HELP = `Usage: npm run chaos
       npm run --silent chaos -- --json [--seed S] [--jobs N] [--workers N]
       npm run --silent chaos -- --fairness [--json] [--seed S]

Runs jobs of five tenants through the queued path on an embedded AWS, while workers and model servers are killed and hang,
messages come twice, calls of DynamoDB and SQS fail or never answer, and one payload in a hundred is poison. Then settles the
accounts: every job ended exactly once, with the results of a quiet run, and the poison is set aside with its reason.

  --jobs N      how many jobs (1 to 100000; default 1000)
  --workers N   how many tasks, each a worker with its model server (1 to 16; default 4)
  --seed S      repeats the choices of an earlier run (0 to ${SEED_MAX}; default: a new one, which is printed)
  --fairness    instead: what a tenant at ten times its rate does to the others' job times
  --json        last line of stdout: the outcome as one JSON object
  --help        this help

Exit status: 0 nothing lost, doubled or mismatched, and all poison set aside (or the others unharmed); 1 not so, or the run
broke down; 2 wrong usage. What it does in detail, and how to read it: docs/chaos.md
`;

export interface ChaosOptions {
	jobs: number;
	workers: number;
	seed: number;
	isFairness: boolean;
	isJson: boolean;
	isHelp: boolean;
}

export class UsageError extends Error {
	override readonly name = "UsageError";
}

const JOBS = { least: 1, most: 100_000, otherwise: 1000 };
const WORKERS = { least: 1, most: 16, otherwise: 4 };

/** @throws {UsageError} that says which option is wrong and what it takes */
export function readOptions(args: readonly string[]): ChaosOptions {
	const { values } = parsed(args);
	const numberOf = (name: "jobs" | "workers" | "seed", { least, most }: { least: number; most: number }) => {
		const text = values[name] ?? "";
		const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
		if (number >= least && number <= most) return number;
		throw new UsageError(`--${name} "${text}" is not a whole number from ${least} to ${most}.`);
	};
	return {
		jobs: values.jobs === undefined ? JOBS.otherwise : numberOf("jobs", JOBS),
		workers: values.workers === undefined ? WORKERS.otherwise : numberOf("workers", WORKERS),
		seed: values.seed === undefined ? randomInt(SEED_MAX) : numberOf("seed", { least: 0, most: SEED_MAX }),
		isFairness: values.fairness ?? false,
		isJson: values.json ?? false,
		isHelp: values.help ?? false,
	};
}

function parsed(args: readonly string[]) {
	try {
		return parseArgs({
			args: [...args],
			options: {
				jobs: { type: "string" },
				workers: { type: "string" },
				seed: { type: "string" },
				fairness: { type: "boolean" },
				json: { type: "boolean" },
				help: { type: "boolean" },
			},
		});
	} catch (cause) {
		const words = cause instanceof Error ? cause.message : String(cause);
		throw new UsageError(`${words.replace(/\.?$/, ".")} See --help.`, { cause });
	}
}
