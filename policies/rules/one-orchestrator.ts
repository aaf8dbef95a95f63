/**
 * Jobs are started by workflows alone: no clocks on machines, no rules or schedules that run jobs themselves, no Glue
 * triggers, no Airflow beside Step Functions. A schedule that starts a workflow or a function is fine.
 */
import { type Fact, ifKnown } from "../facts/fact.ts";
import { clocksOf, startersOf } from "../graph/jobs.ts";
import type { ResourceNode } from "../graph/node.ts";
import { STATE_MACHINE } from "../graph/types.ts";
import { cannotTell, fail, notApplicable, pass, type Rule, type Verdict } from "../rule.ts";

const CLOCK = "clock";
const SCHEDULED_JOB = "scheduled-job";
const GLUE_TRIGGER = "glue-trigger";
const AIRFLOW = "airflow";

export const oneOrchestrator: Rule = {
	name: "one-orchestrator",
	findings: [CLOCK, SCHEDULED_JOB, GLUE_TRIGGER, AIRFLOW],
	*check({ stack }) {
		for (const { holder, line } of clocksOf(stack))
			yield verdict(holder, line, CLOCK, "whether it sets a clock", (text) => ({
				what: `keeps a clock of its own: ${shortened(text)}`,
				fix: "Let an EventBridge schedule start a state machine that runs the job.",
			}));
		for (const { via, job } of startersOf(stack))
			yield verdict(via, job, SCHEDULED_JOB, "whether it runs a job directly", (kind) => ({
				what: `runs ${/^[AE]/.test(kind) ? "an" : "a"} ${kind} directly`,
				fix: "Let it start a state machine that runs the job with a timeout, retries and a catch.",
			}));
		for (const trigger of stack.ofType("aws:glue/trigger:Trigger"))
			yield fail(
				trigger,
				{
					what: "orchestrates jobs inside Glue",
					fix: "Let a state machine run the jobs with glue:startJobRun.sync.",
				},
				GLUE_TRIGGER,
			);
		const [machine] = stack.ofType(STATE_MACHINE);
		for (const environment of stack.ofType("aws:mwaa/environment:Environment"))
			yield machine
				? fail(
						environment,
						{
							what: `is a second orchestrator beside ${machine.label}`,
							fix: "Move its workflows into state machines, or the state machines into it.",
						},
						AIRFLOW,
					)
				: notApplicable(environment, "the stack has no state machine beside it", AIRFLOW);
	},
};

function verdict(
	where: ResourceNode,
	found: Fact<string>,
	finding: string,
	question: string,
	fault: (found: string) => { what: string; fix: string },
): Verdict {
	if (found.state === "unknown") return cannotTell(where, found, question, finding);
	const text = ifKnown(found);
	return text === undefined ? pass(where, finding) : fail(where, fault(text), finding);
}

const LONGEST_LINE = 80;
const shortened = (line: string): string => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line);
