import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { Analysis } from "../../policies/analysis.ts";
import { RULES } from "../../policies/pack.ts";
import { type Program, resourcesOf } from "../support/policies-programs.ts";

const folder = join(import.meta.dirname, "../programs");
/** A program, and the pack's config that it is judged with, where it needs one. */
const load = async (file: string): Promise<{ default: Program; config?: Record<string, unknown> }> =>
	import(join(folder, file));

/** Rules with an open verdict on a program, by their answer. */
async function openOn(file: string, run: "preview" | "applied") {
	const { default: program, config } = await load(file);
	const analysis = new Analysis({
		resources: await resourcesOf(program, run),
		config,
		rules: RULES,
		today: "2026-11-24",
	});
	const rulesThat = (answer: string) =>
		RULES.filter((rule) => analysis.judge(rule).verdicts.some((verdict) => verdict.answer === answer)).map(
			({ name }) => name,
		);
	return { fails: rulesThat("fail"), cannotTell: rulesThat("cannot tell") };
}

describe("tests/programs", function () {
	// The AWS SDK of Pulumi takes seconds to load the first time.
	this.timeout(60_000);

	for (const file of readdirSync(folder).filter((name) => /\.(pass|fail)\.ts$/.test(name))) {
		const [rule = "", label] = file.split(".");
		it(`${file} ${label === "fail" ? "breaks" : "keeps"} its rule, before and after it is applied`, async () => {
			const before = await openOn(file, "preview");
			const after = await openOn(file, "applied");
			expect(after.fails.includes(rule), "applied").to.equal(label === "fail");
			expect(before.fails.includes(rule), "at preview").to.equal(label === "fail");
		});
	}

	it("careless.ts breaks each of the core rules at preview", async () => {
		expect((await openOn("careless.ts", "preview")).fails).to.include.members([
			"function-reserved-concurrency",
			"api-tenant-throttling",
			"queue-before-non-elastic-backend",
			"function-timeout-explicit",
			"timeout-chain",
			"cost-allocation-tags",
		]);
	});
});
