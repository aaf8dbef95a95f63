import type { ChaosOptions } from "./options.ts";
export async function runFairness(_o: ChaosOptions, _s: (t: string) => void): Promise<boolean> {
	return false;
}
