/** What a release reads and moves: the alias, what is counted of a version, alarms, executions. No client is known here. */
import type { ReleaseInput } from "../../charter/release.ts";
import type { Events } from "../shared/events.ts";

/** Where the alias of a function points to. */
export interface Standing {
	/** Gets what the other one does not. */
	live: string;
	/** A version that gets a share, in percent; absent where `live` gets all. */
	canary?: { version: string; weight: number };
}

export interface Aliases {
	/** With the revision by which it can be changed. */
	read(name: string): Promise<{ standing: Standing; revision: string }>;
	/** @returns false where somebody else has changed it since that revision */
	move(name: string, revision: string, to: Standing): Promise<boolean>;
}

/** Calls of one version by the alias, and those of them that failed. */
export interface Calls {
	invocations: number;
	errors: number;
}

export interface Watch {
	/** @throws {ReleaseCountsError} where they cannot be told */
	calls(name: string, version: string, standing: Standing, sinceMs: number, untilMs: number): Promise<Calls>;
	/** Those of the alarms that went on since then; one that was on before says nothing about the new version. */
	burning(alarms: readonly string[], sinceMs: number): Promise<string[]>;
}

export interface Executions {
	/** Asked again with the same name it starts nothing. */
	start(stateMachine: string, name: string, input: ReleaseInput): Promise<void>;
}

export interface ReleasePorts {
	aliases: Aliases;
	watch: Watch;
	executions: Executions;
	events: Events;
	/** Milliseconds since the epoch. */
	now: () => number;
}
