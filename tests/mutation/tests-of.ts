/** Which tests are about a file: the one that mirrors it, else all of its folder's; cases of rules judge the graph's files. */
import { existsSync, globSync } from "node:fs";
import { join } from "node:path";

/** @param files of policies/ or charter/, from the root */
export function testsOf(root: string, files: readonly string[]): string[] {
	const tests = files.flatMap((file) => {
		const mirror = `tests/${file.replace(/\.ts$/, ".test.ts")}`;
		const own = existsSync(join(root, mirror)) ? [mirror, mirror.replace(/\.test\.ts$/, "{-*,/*}.test.ts")] : [];
		const wider = /^policies\/(graph|facts)\//.test(file)
			? ["tests/policies/graph/**/*.test.ts", "tests/policies/facts/*.test.ts", "tests/policies/rules/*.test.ts"]
			: own.length === 0
				? [`tests/${file.split("/")[0]}/**/*.test.ts`]
				: [];
		return [...own, ...wider].flatMap((pattern) => globSync(pattern, { cwd: root }));
	});
	// Tests of processes cannot see a mutant, which lives in the test's own.
	return [...new Set(tests)].filter((test) => !/policies\/(main|authoring\/.*)\.test\.ts$/.test(test)).sort();
}
