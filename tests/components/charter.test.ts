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
const devResources = (run: "preview" | "applied", change: object = {}) =>
	resourcesOf(() => {
		runtime.setAllConfig(asConfig({ ...dev, ...change }));
		return program();
	}, run);
/** The dev stack's models, the realtime one with jobs for what it cannot answer at once, of which the estimate takes all for such. */
const overflowing = (dev["triplane:models"] as { serve: string; slo: object }[]).map((model) =>
	model.serve === "realtime"
		? { ...model, overflow: "job", slo: { ...model.slo, jobP95Seconds: 60, monthlyCostUsd: 500 } }
		: model,
);
/** The dev stack's queued model on SageMaker instead of its own hosts. */
const onSageMaker = (dev["triplane:models"] as { serve: string; slo: object; runtime: { image?: string } }[]).map(
	(model) =>
		model.serve === "queued"
			? {
					...model,
					runtime: { kind: "sagemaker", image: model.runtime.image, instanceType: "ml.g5.xlarge", maxInstances: 3 },
				}
			: model,
);

/** Findings that are not passed, as "rule: answer". */
function openOn(resources: readonly ResourceInput[], settings: object = fromStack): string[] {
	const analysis = new Analysis({ resources, rules: RULES, fromStack: settings, today: "2026-11-24" });
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
	this.timeout(180_000);
	let applied: ResourceInput[];
	before(async () => {
		applied = await devResources("applied");
	});

	it("are rejected by no rule at preview, and only documents cannot be told of before anything exists", async () => {
		const open = openOn(await devResources("preview"));
		// A document that holds one value not known yet is unknown as a whole: of a policy, a dashboard, a workflow, a
		// task's containers or a host's user data. So is a list in which one name is not known yet.
		const readDocuments = [
			"dead-letter-by-invocation",
			"endpoint-dashboard",
			"least-privilege",
			"monthly-cost-cap",
			"no-always-on-poller",
			"no-synchronous-function-chain",
			"one-orchestrator",
			"private-by-default",
			"queue-redrive",
			"spot-with-on-demand-base",
			"timeout-chain",
			"workflow-guards",
			"workflow-type",
		];
		expect(readDocuments.map((rule) => `${rule}: cannot tell`)).to.include.members(open);
	});

	it("have a queue before their GPUs, and GPUs on spot over a base on demand", () => {
		const answers = (name: string) => {
			const rule = RULES.find((each) => each.name === name);
			if (!rule) throw new Error(`There is no rule ${name}.`);
			const analysis = new Analysis({ resources: applied, rules: RULES, fromStack, today: "2026-11-24" });
			return analysis.judge(rule).verdicts.map(({ answer, where }) => `${answer} ${where?.label}`);
		};
		expect(answers("queue-before-non-elastic-backend")).to.include('pass Service "digit-reader-a"');
		expect(answers("spot-with-on-demand-base")).to.include('pass Service "digit-reader-a"');
		expect(answers("queue-redrive")).to.include('pass Queue "digit-reader-a-queue"');
	});

	it("are accepted by every rule once applied, with nothing left open", () => {
		expect(openOn(applied)).to.deep.equal([]);
	});

	it("are accepted with a realtime model that overflows into jobs, alone and beside queued ones", async () => {
		for (const models of [overflowing, overflowing.slice(0, 1)]) {
			const tenants = [{ name: "acme", tier: "standard" }];
			const resources = await devResources("applied", { "triplane:models": models, "triplane:tenants": tenants });
			expect(openOn(resources, { models, tenants })).to.deep.equal([]);
		}
	});

	it("are accepted with a model on SageMaker, whose asynchronous endpoint needs no capacity of its own before it", async () => {
		const models = onSageMaker;
		const resources = await devResources("applied", { "triplane:models": models });
		expect(openOn(resources, { ...fromStack, models })).to.deep.equal([]);
		const endpoints = resources.filter(({ type }) => type === "aws:sagemaker/endpoint:Endpoint");
		expect(endpoints.map(({ name }) => name)).to.deep.equal(["digit-reader-a", "digit-reader-b"]);
		const without = (type: string) => resources.filter((resource) => resource.type !== type);
		const settings = { ...fromStack, models };
		expect(openOn(without("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"), settings)).to.include(
			"dead-letter-by-invocation: fail",
		);
		expect(openOn(without("aws:appautoscaling/target:Target"), settings)).to.deep.equal(["monthly-cost-cap: fail"]);
	});

	it("are rejected by the rule concerned when any one bound is taken out of the program", () => {
		const without = (type: string, name: string, property: string, value?: unknown) =>
			applied.map((resource) =>
				resource.type === type && resource.name === name
					? { ...resource, props: { ...resource.props, [property]: value } }
					: resource,
			);
		const fn = ["aws:lambda/function:Function", "tumour-risk-predict"] as const;
		const service = ["aws:ecs/service:Service", "digit-reader-a"] as const;
		const workers = applied.find(({ type, name }) => type === service[0] && name === service[1]);
		const strategies: unknown = Reflect.get(workers?.props ?? {}, "capacityProviderStrategies");
		const onSpotAlone = Array.isArray(strategies) ? strategies.slice(1) : [];
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
			"a slot's queue that sets nothing aside": without("aws:sqs/queue:Queue", "digit-reader-a-queue", "redrivePolicy"),
			"workers on spot alone": without(...service, "capacityProviderStrategies", onSpotAlone),
			"workers without tags": without(...service, "tags"),
			"jobs that nobody sees waiting": applied.filter(({ name }) => name !== "digit-reader-a-queue-age"),
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
			"a slot's queue that sets nothing aside": ["queue-redrive: fail"],
			"workers on spot alone": ["spot-with-on-demand-base: fail"],
			"workers without tags": ["cost-allocation-tags: fail"],
			"jobs that nobody sees waiting": ["endpoint-alarms: fail"],
		});
	});
});
