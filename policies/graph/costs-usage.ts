/** What a model's declared traffic uses: functions, APIs, queues, workflows and tables by request. A batch model's uses none. */
import { HOURS_PER_MONTH, PRICES_USD, SECONDS_PER_MONTH } from "../../charter/prices.ts";
import type { ModelDeclaration } from "../config.ts";
import { absent, type Fact, ifKnown, itemsOf, known, orElse } from "../facts/fact.ts";
import { HTTP_API, REST_API } from "./apis.ts";
import { scaledMinimum } from "./autoscaling.ts";
import type { Call } from "./call.ts";
import { callersOf } from "./calls.ts";
import type { Cost, Estimate } from "./cost.ts";
import { EVENT_RULE } from "./event-buses.ts";
import type { ResourceNode } from "./node.ts";
import type { StackGraph } from "./stack-graph.ts";
import { FUNCTION, FUNCTION_ALIAS, QUEUE, STATE_MACHINE, TABLE } from "./types.ts";
import { definitionOf, statesOf } from "./workflows.ts";

const PROVISIONED_CONCURRENCY = "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig";
const MS_PER_SECOND = 1000;
const MIB_PER_GIB = 1024;
/** A message is sent, received and deleted. */
const REQUESTS_PER_MESSAGE = 3;

/** Requests a second that a model declares; a batch model's windows are started by a clock. */
export const requestsPerSecond = ({ serve, traffic }: ModelDeclaration): number =>
	serve === "batch" ? 0 : (traffic?.rps ?? traffic?.peakRps ?? 0);

const requestsPerMonth = (model: ModelDeclaration): number => requestsPerSecond(model) * SECONDS_PER_MONTH;

/**
 * Whether a function or workflow is started by clocks alone, or by what AWS tells of by itself, so that traffic does not start
 * it: also by way of others that are. What nobody in the stack calls may be called by anybody.
 */
export function isScheduled(stack: StackGraph, node: ResourceNode): boolean {
	const ancestors = new Set([node]);
	for (const each of ancestors) {
		const calls = callersOf(stack, each);
		if (calls.length === 0) return false;
		for (const call of calls) {
			if (isClock(call) || isOfAws(call)) continue;
			if (call.isFromOutside || call.from === undefined || !PASSING_ON.includes(call.from.type)) return false;
			ancestors.add(call.from);
		}
	}
	return true;
}

/** What does something only because it was started itself. */
const PASSING_ON = [FUNCTION, STATE_MACHINE];

const isClock = ({ from, via }: Call): boolean =>
	(from !== undefined && from.props.read("scheduleExpression").state !== "absent") ||
	// The permission that goes with a rule says nothing of its own.
	(via.type === "aws:lambda/permission:Permission" && ifKnown(via.props.text("principal")) === "events.amazonaws.com");

/** A rule that takes no events but AWS's own. */
function isOfAws({ from }: Call): boolean {
	const pattern = from?.type === EVENT_RULE ? ifKnown(from.props.document("eventPattern")) : undefined;
	const sources = pattern ? itemsOf(pattern.texts("source")) : [];
	return sources.length > 0 && sources.every((source) => ifKnown(source)?.startsWith("aws."));
}

/** A fact or facts that stand in the way of a price, or else what it comes to. */
function priced(facts: readonly Fact<unknown>[], cost: () => { usd: number; words: string }): Cost {
	const open = facts.find(({ state }) => state === "unknown");
	return open?.state === "unknown" ? open : known(cost());
}

const functionCost: Estimate = (stack, fn, model) => {
	const memory = fn.effectiveNumber("memorySize");
	const timeout = fn.effectiveNumber("timeout");
	const called = [fn, ...stack.referrers(fn, FUNCTION_ALIAS, "functionName")];
	const warmed = new Set(called.flatMap((each) => stack.referrers(each, PROVISIONED_CONCURRENCY, "functionName")));
	const concurrency = [...warmed].map((config) => config.props.number("provisionedConcurrentExecutions"));
	return priced([memory, timeout, ...concurrency], () => {
		const gb = (ifKnown(memory) ?? 0) / MIB_PER_GIB;
		const isArm = ifKnown(fn.props.texts("architectures"))?.some((fact) => ifKnown(fact) === "arm64") === true;
		const seconds = Math.min(ifKnown(timeout) ?? 0, (model.slo?.p95Ms ?? Number.POSITIVE_INFINITY) / MS_PER_SECOND);
		const requests = isScheduled(stack, fn) ? 0 : requestsPerMonth(model);
		const gbSecondUsd = isArm ? PRICES_USD.lambdaGbSecondArm64 : PRICES_USD.lambdaGbSecondX8664;
		const warmUsd = isArm ? PRICES_USD.lambdaProvisionedGbSecondArm64 : PRICES_USD.lambdaProvisionedGbSecondX8664;
		const warm = concurrency.reduce((sum, fact) => sum + (ifKnown(fact) ?? 0), 0);
		return {
			usd: requests * (PRICES_USD.lambdaRequest + seconds * gb * gbSecondUsd) + warm * gb * SECONDS_PER_MONTH * warmUsd,
			words: `${requestsPerSecond(model)} requests/s of ${seconds} s at ${gb} GB${warm > 0 ? `, ${warm} kept warm` : ""}`,
		};
	});
};

const byRequest =
	(usd: number): Estimate =>
	(_stack, _node, model) =>
		known({ usd: requestsPerMonth(model) * usd, words: `${requestsPerSecond(model)} requests/s` });

const queueCost: Estimate = (_stack, queue, model) => {
	const isFifo = ifKnown(queue.effectiveFlag("fifoQueue")) === true;
	const usd = REQUESTS_PER_MESSAGE * (isFifo ? PRICES_USD.sqsFifoRequest : PRICES_USD.sqsRequest);
	return known({ usd: requestsPerMonth(model) * usd, words: `${requestsPerSecond(model)} messages/s` });
};

const workflowCost: Estimate = (stack, machine, model) => {
	const starts = isScheduled(stack, machine) ? 0 : requestsPerMonth(model);
	if (starts === 0) return absent;
	const definition = definitionOf(machine);
	if (definition.state === "unknown") return definition;
	const isExpress = ifKnown(machine.effectiveText("type")) === "EXPRESS";
	const states = definition.state === "known" ? statesOf(definition.value).length : 1;
	const usd = isExpress ? PRICES_USD.stepFunctionsExpressRequest : states * PRICES_USD.stepFunctionsTransition;
	return known({ usd: starts * usd, words: `${requestsPerSecond(model)} starts/s of ${states} states` });
};

/** By request, one read of one unit each; provisioned, what it is scaled in to, indexes apart. */
const tableCost: Estimate = (stack, table, model) => {
	const mode = table.effectiveText("billingMode");
	if (mode.state === "unknown") return mode;
	if (ifKnown(mode) === "PAY_PER_REQUEST") return byRequest(PRICES_USD.dynamodbReadUnit)(stack, table, model);
	const [reads, writes] = ["Read", "Write"].map((kind) => {
		const scaled = scaledMinimum(stack, { subject: table, dimension: `dynamodb:table:${kind}CapacityUnits` });
		return scaled.state === "absent" ? orElse(table.props.number(`${kind.toLowerCase()}Capacity`), 0) : scaled;
	});
	return priced([reads ?? absent, writes ?? absent], () => {
		const units = { reads: (reads && ifKnown(reads)) ?? 0, writes: (writes && ifKnown(writes)) ?? 0 };
		const hour =
			units.reads * PRICES_USD.dynamodbProvisionedReadHour + units.writes * PRICES_USD.dynamodbProvisionedWriteHour;
		return { usd: hour * HOURS_PER_MONTH, words: `${units.reads} read and ${units.writes} write units` };
	});
};

export const USAGE_COSTS: Readonly<Record<string, Estimate>> = {
	[FUNCTION]: functionCost,
	[REST_API]: byRequest(PRICES_USD.restApiRequest),
	[HTTP_API]: byRequest(PRICES_USD.httpApiRequest),
	[QUEUE]: queueCost,
	[STATE_MACHINE]: workflowCost,
	[TABLE]: tableCost,
};
