import { runtime } from "@pulumi/pulumi";
import { expect } from "chai";
import program from "../../index.ts";
import { Analysis } from "../../policies/analysis.ts";
import type { ResourceInput } from "../../policies/graph/node.ts";
import { RULES } from "../../policies/pack.ts";
import { readStackConfig } from "../../sandbox/engine/config.ts";
import { asConfig } from "../support/components.ts";
import { resourcesOf } from "../support/policies-programs.ts";

const dev = await readStackConfig(new URL("../../Pulumi.dev.yaml", import.meta.url).pathname);
const fromStack = { models: dev["triplane:models"], tenants: dev["triplane:tenants"] };
const devResources = (run: "preview" | "applied") =>
	resourcesOf(() => {
		runtime.setAllConfig(asConfig(dev));
		return program();
	}, run);

/** Findings that are not passed, as "rule: answer". */
function openOn(resources: readonly ResourceInput[]): string[] {
	const analysis = new Analysis({ resources, rules: RULES, fromStack, today: "2026-11-24" });
	const open = RULES.flatMap((rule) =>
		analysis
			.judge(rule)
			.verdicts.filter(({ answer }) => answer === "fail" || answer === "cannot tell")
			.map(({ answer }) => `${rule.name}: ${answer}`),
	);
	return [...new Set(open)];
}

describe("components under the charter's policies", function () {
	// Each run bundles the functions.
	this.timeout(60_000);
	let applied: ResourceInput[];
	before(async () => {
		applied = await devResources("applied");
	});

	it("are rejected by no rule at preview, and only documents cannot be told of before anything exists", async () => {
		const open = openOn(await devResources("preview"));
		// A document that holds one value not known yet, of a policy or a dashboard, is unknown as a whole.
		const readDocuments = [
			"endpoint-dashboard",
			"no-synchronous-function-chain",
			"least-privilege",
			"private-by-default",
		];
		expect(readDocuments.map((rule) => `${rule}: cannot tell`)).to.include.members(open);
	});

	it("are accepted by every rule once applied, with nothing left open", () => {
		expect(openOn(applied)).to.deep.equal([]);
	});

	it("are rejected by the rule concerned when any one bound is taken out of the program", () => {
		const without = (type: string, name: string, property: string, value?: unknown) =>
			applied.map((resource) =>
				resource.type === type && resource.name === name
					? { ...resource, props: { ...resource.props, [property]: value } }
					: resource,
			);
		const fn = ["aws:lambda/function:Function", "tumour-risk-predict"] as const;
		const broken: Record<string, ResourceInput[]> = {
			"no reservation": without(...fn, "reservedConcurrentExecutions"),
			"no timeout": without(...fn, "timeout"),
			"a timeout over the budget": without(...fn, "timeout", 2),
			"one tag fewer": without(...fn, "tags", { team: "oncology", model: "tumour-risk", feature: "triage" }),
			"no usage plan": applied.filter(({ type }) => type !== "aws:apigateway/usagePlan:UsagePlan"),
			"no limits on the stage": applied.filter(({ type }) => type !== "aws:apigateway/methodSettings:MethodSettings"),
			"an API that waits shorter than the function runs": without(
				"aws:apigateway/integration:Integration",
				"front-door/v2/models/tumour-risk/infer:POST",
				"timeoutMilliseconds",
				500,
			),
		};
		const found = Object.entries(broken).map(([what, resources]) => [what, openOn(resources)]);
		expect(Object.fromEntries(found)).to.deep.equal({
			"no reservation": ["function-reserved-concurrency: fail"],
			"no timeout": ["function-timeout-explicit: fail"],
			"a timeout over the budget": ["function-timeout-explicit: fail"],
			"one tag fewer": ["cost-allocation-tags: fail"],
			"no usage plan": ["api-tenant-throttling: fail"],
			"no limits on the stage": ["api-tenant-throttling: fail"],
			"an API that waits shorter than the function runs": ["timeout-chain: fail"],
		});
	});
});
