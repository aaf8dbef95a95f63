/** The children of awsx's components are ordinary resources to the pack, wherever they stand below their parents. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { Analysis } from "../../policies/analysis.ts";
import { RULES } from "../../policies/pack.ts";
import { type ResourceSpec, RUNS, stackOf } from "../support/policies-stack.ts";

const file = join(import.meta.dirname, "../fixtures/awsx/fargate-service.json");
const { resources }: { resources: ResourceSpec[] } = JSON.parse(readFileSync(file, "utf8"));

/** Their place in the URN: `awsx:ecs:FargateService$aws:ecs/service:Service`. */
const below = (urn: string, type: string) => urn.replace(`::${type}::`, `::awsx:ecs:FargateService$${type}::`);

describe("the pack on awsx components", () => {
	for (const run of RUNS)
		it(`judges a Fargate service behind a load balancer, tags apart (${run})`, () => {
			const stack = stackOf(resources, run);
			for (const each of stack) each.urn = below(each.urn, each.type);
			const analysis = new Analysis({ resources: stack, rules: RULES, today: "2026-11-24" });
			const fails = RULES.filter(({ name }) => name !== "cost-allocation-tags").flatMap((rule) =>
				analysis
					.judge(rule)
					.verdicts.filter(({ answer }) => answer === "fail" || answer === "cannot tell")
					.map(({ answer, finding, where }) => `${answer} ${rule.name}/${finding} ${where?.label}`),
			);
			expect(fails).to.include.members([
				'fail log-retention/expiry LogGroup "web-log"',
				'fail private-by-default/open-ingress SecurityGroup "web-sg"',
				'fail endpoint-alarms/latency LoadBalancer "web-door"',
			]);
			// Fargate follows its load, so nothing is asked of what stands before it.
			expect(fails.join("\n")).to.not.contain("queue-before-non-elastic-backend");
			expect(fails.join("\n")).to.not.contain("cannot tell");
		});
});
