/** The mandatory rules' programs through the real engine with CrossGuard: what is rejected at preview, by which words, and what is not. */
import { join } from "node:path";
import { expect } from "chai";
import { clauseOf } from "../../policies/message.ts";
import { RULES } from "../../policies/pack.ts";
import type { Rule } from "../../policies/rule.ts";
import { partsOf } from "../../sandbox/engine/results.ts";
import { openPreviews, type Previews } from "../support/policies-engine.ts";
import type { Program } from "../support/policies-programs.ts";
import { withoutValues } from "../support/policies-unknowns.ts";

const folder = join(import.meta.dirname, "../programs");
/** A program, and the pack's config that it is judged with, where it needs one. */
const load = async (
	{ name }: Rule,
	label: "pass" | "fail",
): Promise<{ default: Program; config?: Record<string, unknown> }> => import(join(folder, `${name}.${label}.ts`));

describe("the mandatory rules' programs in the real engine", () => {
	let previews: Previews;
	let strict: Previews;

	before(async () => {
		previews = await openPreviews();
		strict = await openPreviews({ charter: { unknowns: "reject" } });
	});

	after(async () => {
		await previews[Symbol.asyncDispose]();
		await strict[Symbol.asyncDispose]();
	});

	const violationsOf = async (rule: Rule, label: "pass" | "fail") => {
		const { default: program, config } = await load(rule, label);
		await using own = config ? await openPreviews({ charter: config }) : undefined;
		const { violations } = await (own ?? previews).of(program);
		return violations.filter(({ policy }) => policy === rule.name);
	};

	for (const rule of RULES.filter((each) => clauseOf(each).level === "mandatory")) {
		const { because, becauseOf = {} } = clauseOf(rule);

		it(`${rule.name} rejects its failing program at preview, and names resource, clause and fix`, async () => {
			const found = (await violationsOf(rule, "fail")).filter(({ level }) => level === "mandatory");
			expect(found).to.not.deep.equal([]);
			for (const { message, urn } of found) {
				const { type, name } = partsOf(urn);
				expect(message).to.contain(type === "pulumi:pulumi:Stack" ? "The stack" : `"${name}"`);
				const reason = Object.values(becauseOf).find((own) => message.includes(own)) ?? because;
				const [, fix = ""] = message.split(reason);
				expect(fix.trim(), message).to.match(/^[A-Z].+\.$/s);
			}
		});

		it(`${rule.name} does not fail its passing program`, async () => {
			const found = await violationsOf(rule, "pass");
			const failed = found.filter(({ message }) => !message.includes("Cannot tell yet"));
			expect(failed).to.deep.equal([]);
		});

		it(`${rule.name} rejects its failing program where no value is known yet and unknowns are rejected`, async () => {
			const { ok, violations } = await strict.of(withoutValues((await load(rule, "fail")).default));
			const levels = violations.filter(({ policy }) => policy === rule.name).map(({ level }) => level);
			expect(levels).to.include("mandatory");
			expect(ok).to.equal(false);
		});
	}
});
