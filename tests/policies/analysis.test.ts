import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { unknownCheckingProxy } from "@pulumi/policy";
import { expect } from "chai";
import fc from "fast-check";
import { Analysis } from "../../policies/analysis.ts";
import type { ResourceInput } from "../../policies/graph/node.ts";
import { RULES } from "../../policies/pack.ts";
import { pass, type Rule, UNFORESEEN } from "../../policies/rule.ts";
import { functionReservedConcurrency } from "../../policies/rules/function-reserved-concurrency.ts";
import { charterViolations, violationsOf } from "../../policies/violations.ts";
import { installedType } from "../../sandbox/provider/installed.ts";
import { resource, stackOf, UNKNOWN } from "../support/policies.ts";

const root = join(import.meta.dirname, "../..");
/** Every type and property that a rule or a question of the graph names: read from their sources, so that new ones join. */
const sources = globSync("policies/{rules,graph,facts}/*.ts", { cwd: root }).map((file) =>
	readFileSync(join(root, file), "utf8"),
);
const literals = new Set(
	sources.flatMap((text) => [...text.matchAll(/"([^"\n]+)"/g)].map(([, literal = ""]) => literal)),
);
const TYPES = [...literals].filter((literal) => /^aws:\w+\/\w+:\w+$/.test(literal)).concat("custom:no:Such", "");
const KEYS = [...literals]
	.filter((literal) => /^[A-Za-z]\w*(\.[A-Za-z]\w*)*$/.test(literal))
	.flatMap((path) => path.split("."))
	.concat("__proto__", "constructor", "__defaults", "charterExceptions");

const anyValue = fc.letrec((tie) => ({
	value: fc.oneof(
		{ depthSize: "medium" },
		fc.constantFrom(
			UNKNOWN,
			null,
			"",
			"x",
			"*",
			"arn:aws:lambda:us-east-1:123456789012:function:x",
			// Names of the stack's own resources, see below: values that lead somewhere.
			"r0",
			"r1",
			"arn:aws:lambda:us-east-1:123456789012:function:r2",
			"https://sqs.us-east-1.amazonaws.com/123456789012/r3",
			'{"StartAt":"A","States":{"A":{"Type":"Task","Next":"A"}}}',
			'{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
			"{",
			0,
			-1,
			1e308,
			true,
		),
		fc.string(),
		fc.array(tie("value"), { maxLength: 4 }),
		fc.dictionary(fc.constantFrom(...KEYS), tie("value"), { maxKeys: 5 }),
	),
})).value;

/** Any stack: any types, any JSON, unknowns anywhere, references in any direction, itself included. */
const anyStack = fc
	.array(
		fc.constantFrom(...TYPES).chain((type) => {
			// Mostly the type's own properties: any others are read by nobody.
			const own = [...(installedType(type)?.inputs ?? []), "tagsAll"];
			const key = fc.oneof(
				{ weight: 5, arbitrary: fc.constantFrom(...own) },
				{ weight: 1, arbitrary: fc.constantFrom(...KEYS) },
			);
			return fc.record({
				type: fc.constant(type),
				props: fc.dictionary(key, anyValue, { maxKeys: 10 }),
				references: fc.dictionary(key, fc.array(fc.nat(11), { maxLength: 3 }), { maxKeys: 4 }),
			});
		}),
		{ maxLength: 12 },
	)
	.map((specs): ResourceInput[] => {
		const inputs = specs.map(({ type, props }, i) => ({
			type,
			name: `r${i}`,
			urn: `urn:pulumi:test::any::${type}::r${i}`,
			props: unknownCheckingProxy({ name: `r${i}`, ...props }),
		}));
		return inputs.map((input, i) => ({
			...input,
			propertyDependencies: Object.fromEntries(
				Object.entries(specs[i]?.references ?? {}).map(([key, targets]) => [
					key,
					targets.flatMap((target) => inputs[target] ?? []),
				]),
			),
		}));
	});

describe("policies/analysis", () => {
	it("judges any stack without one unforeseen thing", function () {
		// `npm run fuzz` asks for many more.
		this.timeout(600_000);
		expect(TYPES).to.have.length.greaterThan(80);
		expect(KEYS).to.have.length.greaterThan(300);
		fc.assert(
			fc.property(anyStack, (resources) => {
				const analysis = new Analysis({
					resources,
					config: { models: [{ name: "x" }] },
					rules: RULES,
					today: "2026-11-24",
				});
				const unforeseen = RULES.flatMap((rule) => analysis.judge(rule).verdicts).filter(
					({ finding }) => finding === UNFORESEEN,
				);
				expect(unforeseen).to.deep.equal([]);
				for (const rule of RULES) violationsOf(rule, analysis.judge(rule).verdicts, "reject");
				charterViolations(analysis);
			}),
			{ numRuns: Number(process.env.FUZZ_RUNS ?? 300) },
		);
	});

	it("judges each rule once, however often it is asked", () => {
		let runs = 0;
		const rule: Rule = {
			...functionReservedConcurrency,
			*check() {
				runs += 1;
				yield pass(undefined);
			},
		};
		const analysis = new Analysis({ resources: [], rules: [rule], today: "2026-11-24" });
		analysis.judgeAll();
		analysis.judge(rule);
		expect(runs).to.equal(1);
	});

	it("makes a rule's own breakdown a finding, after what it had found", () => {
		const rule: Rule = {
			...functionReservedConcurrency,
			*check() {
				yield pass(undefined);
				throw new Error("no such thing");
			},
		};
		const { verdicts } = new Analysis({ resources: [], rules: [rule], today: "2026-11-24" }).judge(rule);
		expect(verdicts.map(({ answer, finding }) => `${answer} ${finding}`)).to.deep.equal(["pass ", "fail unforeseen"]);
	});

	it("says what it cannot tell as advice, and blocks on it where the config rejects unknowns", () => {
		const specs = [resource("aws:lambda/function:Function", "score", { reservedConcurrentExecutions: UNKNOWN })];
		for (const [unknowns, level] of [
			["warn", "advisory"],
			["reject", undefined],
		] as const) {
			const analysis = new Analysis({
				resources: stackOf(specs, "preview"),
				config: { unknowns },
				rules: RULES,
				today: "2026-11-24",
			});
			const { verdicts } = analysis.judge(functionReservedConcurrency);
			const [violation, ...more] = violationsOf(functionReservedConcurrency, verdicts, analysis.config.config.unknowns);
			expect(more).to.deep.equal([]);
			expect(violation?.enforcementLevel).to.equal(level);
			expect(violation?.message).to.contain(
				'Cannot tell yet whether it reserves concurrency: "reservedConcurrentExecutions" of Function "score" is not known before the update.',
			);
		}
	});
});
