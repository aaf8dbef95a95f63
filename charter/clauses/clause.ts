/** What a clause of the charter says; which there are is clauses.ts. */

export interface Clause {
	/** What must hold, as a sentence without its end. */
	title: string;
	/** The failure that it prevents, in one sentence. */
	because: string;
	/** The failure behind a finding that is another one, by the finding's name. */
	becauseOf?: Readonly<Record<string, string>>;
	/** What to write in the program, in one sentence. */
	howToComply: string;
	severity: "low" | "medium" | "high" | "critical";
	/** Mandatory: what the charter rests on, and what can be judged with next to no false alarms. */
	level: "mandatory" | "advisory";
}
