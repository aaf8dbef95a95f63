#!/usr/bin/env node
/** `npm run policy:index`: writes docs/policies/README.md, the list of all policies, from the clauses. A test holds it to them. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clause } from "../../charter/clauses/clause.ts";
import { CLAUSES } from "../../charter/clauses.ts";
import { CHARTER } from "../violations.ts";

const HEAD = `# The policies

What each rejects, why, how to comply and what it cannot see: one page a policy. *Mandatory* blocks, *advisory* tells; a team
sets the level of each in the pack's config, whose own page is [charter](charter.md).

| policy | by default | what must hold |
|---|---|---|
`;
const FOOT = `
[Where peers disagree](contested.md) · [what ordinary programs are told](noise.md) · [writing a policy](../authoring.md) · [judging without a cloud](../check.md)
`;

/** The page's whole text. */
export function indexPage(clauses: Readonly<Record<string, Clause>>): string {
	const rows = Object.entries(clauses)
		.filter(([name]) => name !== CHARTER)
		.map(([name, { level, title }]) => `| [${name}](${name}.md) | ${level} | ${title} |\n`);
	return HEAD + rows.join("") + FOOT;
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, "../../docs/policies/README.md"), indexPage(CLAUSES));
