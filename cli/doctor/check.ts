/** What a check of the doctor is, and how its findings are told. Knows nothing of AWS. */

export interface Finding {
	name: string;
	/** `attention`: an `up` works, but something that people expect does not. */
	verdict: "ok" | "attention" | "problem";
	found: string;
	/** What to do about it; absent where all is well. */
	todo?: string;
}

/** A check gives its finding, or throws: then it could not be made, which is told as a problem of its own. */
export interface Check {
	name: string;
	run(): Promise<Omit<Finding, "name">>;
}

export const ok = (found: string) => ({ verdict: "ok", found }) as const;
export const attention = (found: string, todo: string) => ({ verdict: "attention", found, todo }) as const;
export const problem = (found: string, todo: string) => ({ verdict: "problem", found, todo }) as const;

/** Makes all checks, side by side; one that throws does not keep the others from being made. */
export async function examine(checks: readonly Check[]): Promise<Finding[]> {
	return Promise.all(
		checks.map(async ({ name, run }): Promise<Finding> => {
			try {
				return { name, ...(await run()) };
			} catch (error) {
				const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
				return {
					name,
					...problem(`could not be checked: ${reason}`, "allow the call that failed, or check it by hand"),
				};
			}
		}),
	);
}

/** 0: an `up` can start; 1: something must be done first. */
export const exitCodeOf = (findings: readonly Finding[]): 0 | 1 =>
	findings.some(({ verdict }) => verdict === "problem") ? 1 : 0;
