/** Which tests are about a file: the one that mirrors it, else all of its folder's; every test of a policy judges the graph. */
import { existsSync, globSync } from "node:fs";
import { join } from "node:path";

/** @param files of policies/ or charter/, from the root */
export function testsOf(root: string, files: readonly string[]): string[] {
	const tests = files.flatMap((file) => {
		const mirror = `tests/${file.replace(/\.ts$/, ".test.ts")}`;
		const isShared = /^policies\/(graph|facts)\//.test(file);
		const own = existsSync(join(root, mirror)) && !isShared;
		const patterns = own
			? [mirror, mirror.replace(/\.test\.ts$/, "{-*,/*}.test.ts")]
			: [`tests/${file.split("/")[0]}/**/*.test.ts`];
		return patterns.flatMap((pattern) => globSync(pattern, { cwd: root }));
	});
	// Tests of processes cannot see a mutant, which lives in the test's own; the registry's is about files.
	return [...new Set(tests)].filter((test) => !/policies\/(main|registry|authoring\/.*)\.test\.ts$/.test(test)).sort();
}
