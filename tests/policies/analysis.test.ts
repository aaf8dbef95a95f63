import { unknownCheckingProxy } from "@pulumi/policy";
import { expect } from "chai";
import fc from "fast-check";
import { Analysis } from "../../policies/analysis.ts";
import { DEFAULTS } from "../../policies/facts/defaults.ts";
import type { ResourceInput } from "../../policies/graph/node.ts";
import { RULES } from "../../policies/pack.ts";
import { pass, type Rule, UNFORESEEN } from "../../policies/rule.ts";
import { functionReservedConcurrency } from "../../policies/rules/function-reserved-concurrency.ts";
import { violationsOf } from "../../policies/violations.ts";
import { resource, stackOf, UNKNOWN } from "../support/policies.ts";

const TYPES = [
	...Object.keys(DEFAULTS),
	"aws:apigateway/usagePlan:UsagePlan",
	"aws:apigateway/usagePlanKey:UsagePlanKey",
	"aws:cloudfront/distribution:Distribution",
	"aws:cloudwatch/eventTarget:EventTarget",
	"aws:ecs/taskDefinition:TaskDefinition",
	"aws:iam/role:Role",
	"aws:iam/rolePolicy:RolePolicy",
	"aws:iam/rolePolicyAttachment:RolePolicyAttachment",
	"aws:lambda/alias:Alias",
	"aws:lambda/functionUrl:FunctionUrl",
	"aws:lambda/permission:Permission",
	"aws:lb/listener:Listener",
	"aws:lb/targetGroupAttachment:TargetGroupAttachment",
	"aws:sagemaker/endpoint:Endpoint",
	"aws:s3/bucketNotification:BucketNotification",
	"custom:no:Such",
	"",
];
const KEYS = [
	"name arn id url role policy environment definition functionName eventSourceArn restApi stageName apiStages tags",
	"settings uri productionVariants loadBalancers defaultActions origins containerDefinitions sourceArn principal",
	"inlinePolicies variables Statement Action Resource States StartAt Type Next Branches __proto__ constructor",
].flatMap((line) => line.split(" "));

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
		fc.record({
			type: fc.constantFrom(...TYPES),
			props: fc.dictionary(fc.constantFrom(...KEYS), anyValue, { maxKeys: 8 }),
			references: fc.dictionary(fc.constantFrom(...KEYS), fc.array(fc.nat(11), { maxLength: 3 }), { maxKeys: 4 }),
		}),
		{ maxLength: 12 },
	)
	.map((specs): ResourceInput[] => {
		const inputs = specs.map(({ type, props }, i) => ({
			type,
			name: `r${i}`,
			urn: `urn:pulumi:test::any::${type}::r${i}`,
			props: unknownCheckingProxy(props),
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
	it("judges any stack without one unforeseen thing", () => {
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
