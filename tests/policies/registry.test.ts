import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { Clause } from "../../charter/clauses/clause.ts";
import { CLAUSES } from "../../charter/clauses.ts";
import { indexPage } from "../../policies/authoring/index-page.ts";
import { RULES } from "../../policies/pack.ts";
import { CHARTER } from "../../policies/violations.ts";

const root = join(import.meta.dirname, "../..");
const namesIn = (folder: string, ending: string): string[] =>
	readdirSync(join(root, folder))
		.filter((file) => file.endsWith(ending))
		.map((file) => file.slice(0, -ending.length))
		.sort();
const rules = RULES.map(({ name }) => name).sort();

const reasonedFindings = (rule: string): string[] =>
	Object.keys(Object.entries<Clause>(CLAUSES).find(([name]) => name === rule)?.[1].becauseOf ?? {});

describe("the pack's registry", () => {
	it("lists every rule once", () => {
		expect(rules).to.deep.equal([...new Set(rules)]);
	});

	it("lists exactly the rules that have a file of their name", () => {
		expect(rules).to.deep.equal(namesIn("policies/rules", ".ts"));
	});

	it("has exactly one clause a rule, and one for the charter's own config", () => {
		expect(Object.keys(CLAUSES).sort()).to.deep.equal([...rules, CHARTER].sort());
	});

	it("has exactly one page a policy", () => {
		const others = ["contested", "noise", "README"];
		const pages = namesIn("docs/policies", ".md").filter((name) => !others.includes(name));
		expect(pages).to.deep.equal([...rules, CHARTER].sort());
	});

	it("has an index of its pages (npm run policy:index)", () => {
		expect(readFileSync(join(root, "docs/policies/README.md"), "utf8")).to.equal(indexPage(CLAUSES));
	});

	it("has a test, a passing and a failing program for every rule", () => {
		expect(namesIn("tests/policies/rules", ".test.ts")).to.deep.equal(rules);
		expect(namesIn("tests/programs", ".pass.ts")).to.deep.equal(rules);
		expect(namesIn("tests/programs", ".fail.ts")).to.deep.equal(rules);
	});

	it("gives reasons of their own to findings that there are", () => {
		for (const { name, findings } of RULES) expect(findings).to.include.members(reasonedFindings(name));
	});

	it("gives every finding of a rule an id of its own", () => {
		for (const { name, findings } of RULES) expect(findings, name).to.deep.equal([...new Set(findings)]);
	});
});
