/**
 * Express for what is short and frequent, Standard for what waits; and no loop that asks again and again if a job is done
 * where a task can wait for it. Prices are for what the stack and its models declare, at list price.
 */
import { EXPRESS_WORKFLOW_MAX_SECONDS } from "../../charter/limits.ts";
import { HOURS_PER_MONTH, PRICES_USD, SECONDS_PER_MONTH } from "../../charter/prices.ts";
import type { ModelDeclaration } from "../config.ts";
import { ifKnown } from "../facts/fact.ts";
import type { Props } from "../facts/props.ts";
import { isScheduled, requestsPerSecond } from "../graph/costs-usage.ts";
import { modelOf } from "../graph/models.ts";
import type { ResourceNode } from "../graph/node.ts";
import type { StackGraph } from "../graph/stack-graph.ts";
import { STATE_MACHINE } from "../graph/types.ts";
import { type Loop, loopsThrough, roundWaitSeconds } from "../graph/workflow-loops.ts";
import { callsFunction, checksJob, startsWithoutWaiting, taskSecondsIn, waitsFor } from "../graph/workflow-tasks.ts";
import { definitionOf, longestPathSeconds, statesOf } from "../graph/workflows.ts";
import { cannotTell, fail, pass, type Rule, type RuleContext, type Verdict } from "../rule.ts";

const STANDARD = "standard";
const POLLING = "polling";
const EXPRESS = "express";
/** From here on the price of a Standard workflow's transitions outweighs what it is worth. */
const HIGH_RATE_PER_SECOND = 10;
const POLLING_SECONDS_MIN = 60;
const EXPRESS_MEMORY_GB = 64 / 1024;
const SECONDS_PER_HOUR = 3600;
const MS_PER_SECOND = 1000;

export const workflowType: Rule = {
	name: "workflow-type",
	findings: [STANDARD, POLLING, EXPRESS],
	*check(context) {
		for (const machine of context.stack.ofType(STATE_MACHINE)) {
			const type = machine.effectiveText("type");
			const definition = definitionOf(machine);
			const open = type.state === "unknown" ? type : definition;
			if (open.state === "unknown")
				for (const finding of findingsFor(ifKnown(type), context))
					yield cannotTell(machine, open, "whether its type fits what it does", finding);
			else if (definition.state === "known" && ifKnown(type) === "EXPRESS")
				yield expressVerdict(context.stack, machine, definition.value);
			else if (definition.state === "known") {
				yield* standardVerdict(context, machine, definition.value);
				yield pollingVerdict(context.stack, machine, definition.value);
			}
		}
	},
};

/** What may be found of a machine of a type; without a model of a high rate, no workflow is started at one. */
function findingsFor(type: string | undefined, { config }: RuleContext): string[] {
	if (type === "EXPRESS") return [EXPRESS];
	const isFrequent = config.models.some((model) => requestsPerSecond(model) >= HIGH_RATE_PER_SECOND);
	return [POLLING, ...(isFrequent ? [STANDARD] : []), ...(type === undefined ? [EXPRESS] : [])];
}

/** Standard, short, and started as often as its model's requests come. */
function* standardVerdict({ stack, config }: RuleContext, machine: ResourceNode, definition: Props): Iterable<Verdict> {
	const seconds = boundSeconds(stack, machine, definition);
	if (config.models.length === 0 || seconds > EXPRESS_WORKFLOW_MAX_SECONDS) return;
	if (statesOf(definition).some((state) => waitsFor(state) !== undefined)) return;
	if (isScheduled(stack, machine)) return;
	const model = modelOf(machine, config.models);
	if (model.state === "unknown") yield cannotTell(machine, model, "how often it is started", STANDARD);
	if (model.state !== "known") return;
	const startsPerSecond = requestsPerSecond(model.value);
	if (startsPerSecond < HIGH_RATE_PER_SECOND) yield pass(machine, STANDARD);
	else
		yield fail(
			machine,
			{
				what: `is a Standard workflow of at most ${seconds} s that is started ${startsPerSecond} times a second: ${bothPrices(definition, startsPerSecond, durationOf(model.value, seconds))}`,
				fix: standardFix(definition, durationOf(model.value, seconds).seconds),
			},
			STANDARD,
		);
}

/** How long an execution is priced at: what its model declares, or else the longest that it may take. */
interface Duration {
	seconds: number;
	isDeclared: boolean;
}

const durationOf = ({ slo }: ModelDeclaration, seconds: number): Duration =>
	slo?.p95Ms === undefined
		? { seconds, isDeclared: false }
		: { seconds: Math.min(seconds, slo.p95Ms / MS_PER_SECOND), isDeclared: true };

/** Express is advised as far as it is the cheaper one. */
function standardFix(definition: Props, seconds: number): string {
	const standardUsd = statesOf(definition).length * PRICES_USD.stepFunctionsTransition;
	if (expressUsd(seconds) <= standardUsd) return 'Set type to "EXPRESS", with tasks that may run twice.';
	const evenSeconds = (standardUsd - PRICES_USD.stepFunctionsExpressRequest) / (expressUsd(1) - expressUsd(0));
	return `Set type to "EXPRESS" if an execution takes under ${Math.floor(evenSeconds)} s on average, from where on it costs more than Standard; else state how long it takes in an exception.`;
}

/** The longest that an execution without a Wait may take, infinite where nothing bounds it. */
function boundSeconds(stack: StackGraph, machine: ResourceNode, definition: Props): number {
	const stated = ifKnown(definition.number("TimeoutSeconds"));
	const isOpenEnded = loopsThrough(definition, () => true).length > 0;
	const longest = isOpenEnded ? undefined : longestPathSeconds(definition, taskSecondsIn(stack, machine));
	return Math.min(...[stated, longest].filter((bound) => bound !== undefined));
}

function bothPrices(definition: Props, startsPerSecond: number, { seconds, isDeclared }: Duration): string {
	const starts = startsPerSecond * SECONDS_PER_MONTH;
	const states = statesOf(definition).length;
	const standard = starts * states * PRICES_USD.stepFunctionsTransition;
	const express = starts * expressUsd(seconds);
	return `about ${usd(standard)} a month for ${states} transition${states === 1 ? "" : "s"} each, and ${isDeclared ? "" : "at most "}${usd(express)} as Express for ${seconds} s each`;
}

const expressUsd = (seconds: number): number =>
	PRICES_USD.stepFunctionsExpressRequest + seconds * EXPRESS_MEMORY_GB * PRICES_USD.stepFunctionsExpressGbSecond;

const usd = (amount: number): string =>
	`$${amount.toLocaleString("en-US", { maximumFractionDigits: amount < 1 ? 4 : 0 })}`;

/** A task can wait for such a job by itself (`.sync`), which costs one transition however long the job runs. */
function pollingVerdict(stack: StackGraph, machine: ResourceNode, definition: Props): Verdict {
	const startsJob = statesOf(definition).some(startsWithoutWaiting);
	const loops = loopsThrough(
		definition,
		(task) => checksJob(stack, machine, task) || (startsJob && callsFunction(task)),
	);
	for (const loop of loops) {
		const waitSeconds = roundWaitSeconds(loop);
		const polls = checksJob(stack, machine, loop.through) || tasksIn(loop) === 1;
		if (!polls || waitSeconds === undefined || waitSeconds >= POLLING_SECONDS_MIN) continue;
		return fail(
			machine,
			{
				what: `asks every ${waitSeconds} s in "${loop.through.name}" whether a job is done: ${pollingPrices(loop, waitSeconds)}`,
				fix: "Let the task that starts the job wait for it: end its Resource in .sync, and take the loop out.",
			},
			POLLING,
		);
	}
	return pass(machine, POLLING);
}

const tasksIn = ({ states }: Loop): number => states.filter(({ type }) => type === "Task").length;

function pollingPrices({ states }: Loop, waitSeconds: number): string {
	const rounds = SECONDS_PER_HOUR / Math.max(1, waitSeconds);
	const anHour = rounds * states.length * PRICES_USD.stepFunctionsTransition;
	return `about ${usd(anHour)} for each hour that a job runs (${usd(anHour * HOURS_PER_MONTH)} a month if one always does), and ${usd(PRICES_USD.stepFunctionsTransition)} a job with .sync`;
}

/** Express is paid for by the second, ends after five minutes, and cannot wait for a job or a callback. */
function expressVerdict(stack: StackGraph, machine: ResourceNode, definition: Props): Verdict {
	const waits = statesOf(definition).flatMap((state) => waitsFor(state) ?? []);
	const ofTask = taskSecondsIn(stack, machine);
	const stated = ifKnown(definition.number("TimeoutSeconds"));
	const longest = longestPathSeconds(definition, (task) => ofTask(task) ?? 0) ?? 0;
	const seconds = stated ?? longest;
	if (waits.length === 0 && seconds <= EXPRESS_WORKFLOW_MAX_SECONDS) return pass(machine, EXPRESS);
	const execution = Math.min(EXPRESS_WORKFLOW_MAX_SECONDS, Math.max(1, seconds));
	const standard = statesOf(definition).length * PRICES_USD.stepFunctionsTransition;
	const thousand = 1000;
	return fail(
		machine,
		{
			what: `is an Express workflow that ${waits[0] === undefined ? `may run for ${seconds} s, over the ${EXPRESS_WORKFLOW_MAX_SECONDS} s that Express has` : `has ${waits[0]}`}: about ${usd(expressUsd(execution) * thousand)} for a thousand executions of ${execution} s, and ${usd(standard * thousand)} as Standard, where waiting is free`,
			fix:
				waits[0] === undefined
					? 'Shorten it, or set type to "STANDARD".'
					: 'Set type to "STANDARD", or move what waits to a Standard workflow that starts this one.',
		},
		EXPRESS,
	);
}
