/** What a new policy starts from: a small rule that works, with its page, programs and test. Texts only. */

/** `queue-redrive` as `queueRedrive`. */
export const camel = (name: string): string => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** The files of a new policy by path. */
export const filesOf = (name: string): [path: string, text: string][] => [
	[`policies/rules/${name}.ts`, rule(name)],
	[`docs/policies/${name}.md`, page(name)],
	[`tests/programs/${name}.fail.ts`, program("MUTABLE", "a tag can be moved")],
	[`tests/programs/${name}.pass.ts`, program("IMMUTABLE", "a tag stays where it is")],
	[`tests/policies/rules/${name}.test.ts`, test(name)],
];

const rule = (name: string) => `/** A repository's tags are immutable. What tags point to already is not seen. */
import type { ResourceNode } from "../graph/node.ts";
import { cannotTell, fail, pass, type Rule, type Verdict } from "../rule.ts";

const REPOSITORY = "aws:ecr/repository:Repository";
const MUTABILITY = "imageTagMutability";

export const ${camel(name)}: Rule = {
	name: "${name}",
	findings: [],
	*check({ stack }) {
		for (const repository of stack.ofType(REPOSITORY)) yield verdict(repository);
	},
};

function verdict(repository: ResourceNode): Verdict {
	const mutability = repository.props.text(MUTABILITY);
	if (mutability.state === "unknown") return cannotTell(repository, mutability, "whether its tags can be moved");
	if (mutability.state === "known" && mutability.value.startsWith("IMMUTABLE")) return pass(repository);
	return fail(repository, { what: "lets its tags be moved", fix: \`Set \${MUTABILITY} to "IMMUTABLE".\` });
}
`;

const page = (name: string) => `# ${name}

An image repository keeps its tags from being moved. Advisory.

## What it rejects

A repository whose \`imageTagMutability\` is left out or \`MUTABLE\`, with or without exclusions.

## Why

A tag that moves runs other code than the one that was tested, and nobody can tell since when.

## How to comply

\`\`\`ts
new aws.ecr.Repository("scorer", { imageTagMutability: "IMMUTABLE" });
\`\`\`

## Config

None.

## What it cannot see

What its tags point to already.
`;

const program = (mutability: string, what: string) => `/** A repository of images where ${what}. */
import * as aws from "@pulumi/aws";

export default async function program() {
	new aws.ecr.Repository("scorer", { imageTagMutability: "${mutability}" });
}
`;

const test = (name: string) => `import { ${camel(name)} as rule } from "../../../policies/rules/${name}.ts";
import { answers, expectAccepts, expectFails, firstFault, open, resource, UNKNOWN } from "../../support/policies.ts";
import { exceptionTo } from "../../support/policies-exceptions.ts";
import { expect } from "chai";

const repository = (props: Record<string, unknown> = {}) => resource("aws:ecr/repository:Repository", "scorer", props);

describe("policies/rules/${name}", () => {
	it("has nothing to say of a stack without repositories", () => {
		expect(answers(rule, [resource("aws:sqs/queue:Queue", "jobs")])).to.deep.equal([]);
	});

	it("accepts one with immutable tags", () => {
		expectAccepts(rule, [repository({ imageTagMutability: "IMMUTABLE" })]);
	});

	it("rejects one whose tags can be moved: left out, or stated", () => {
		for (const imageTagMutability of [undefined, "MUTABLE", "MUTABLE_WITH_EXCLUSION"])
			expectFails(rule, [repository({ imageTagMutability })], ["scorer"]);
		expect(firstFault(rule, [repository()])).to.deep.equal({
			what: "lets its tags be moved",
			fix: 'Set imageTagMutability to "IMMUTABLE".',
		});
	});

	it("cannot tell of a value that is not known before the update", () => {
		const unknown = [repository({ imageTagMutability: UNKNOWN })];
		expect(open(rule, unknown, { run: "preview" })).to.deep.equal(["cannot tell scorer"]);
	});

	it("honours an exception", () => {
		const exceptions = [exceptionTo("${name}", "scorer")];
		expect(open(rule, [repository()], { config: { exceptions } })).to.deep.equal([]);
	});
});
`;
