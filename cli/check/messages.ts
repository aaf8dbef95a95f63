/** What the check and the process that runs a program say to each other. */
import type { Recording } from "../../policies/offline/recording.ts";

export interface ProgramRequest {
	/** Absolute path of the program's entry. */
	program: string;
	project: string;
	stack: string;
	/** Settings by full key, structured ones as JSON. */
	config: Record<string, string>;
	timeoutSeconds: number;
}

export type ProgramAnswer =
	| { kind: "recorded"; recording: Recording }
	/** The program threw; `where` is the place in it, as far as it can be told. */
	| { kind: "threw"; message: string; where?: string; unanswered: string[] };
