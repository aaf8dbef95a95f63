/**
 * Functions, REST stages, GraphQL APIs and workflows record traces. For functions OpenTelemetry does as well as X-Ray;
 * HTTP and WebSocket APIs can do neither. What code or an image brings with it is not seen.
 */
import { ifKnown, type Known, type Unknown } from "../facts/fact.ts";
import { REST_STAGE } from "../graph/apis.ts";
import type { ResourceNode } from "../graph/node.ts";
import type { StackGraph } from "../graph/stack-graph.ts";
import { openTelemetryOf } from "../graph/telemetry.ts";
import { FUNCTION, STATE_MACHINE } from "../graph/types.ts";
import { cannotTell, fail, pass, type Rule, type Verdict } from "../rule.ts";

const FUNCTIONS = "function";
/** What has a switch for X-Ray, by type. */
const SWITCHES = [
	{ finding: "api", type: REST_STAGE, path: "xrayTracingEnabled" },
	{ finding: "graphql", type: "aws:appsync/graphQLApi:GraphQLApi", path: "xrayEnabled" },
	{ finding: "workflow", type: STATE_MACHINE, path: "tracingConfiguration.enabled" },
] as const;
const MODE = "tracingConfig.mode";
const ACTIVE = "Active";

export const tracingOn: Rule = {
	name: "tracing-on",
	findings: [FUNCTIONS, ...SWITCHES.map(({ finding }) => finding)],
	*check({ stack }) {
		for (const fn of stack.ofType(FUNCTION)) yield tracedFunction(stack, fn);
		for (const { finding, type, path } of SWITCHES)
			for (const node of stack.ofType(type)) yield switchedOn(node, node.effectiveFlag(path), { finding, path });
	},
};

function tracedFunction(stack: StackGraph, fn: ResourceNode): Verdict {
	const mode = fn.effectiveText(MODE);
	if (ifKnown(mode) === ACTIVE) return pass(fn, FUNCTIONS);
	const openTelemetry = openTelemetryOf(stack, fn);
	if (openTelemetry.state === "known") return pass(fn, FUNCTIONS);
	for (const fact of [mode, openTelemetry])
		if (fact.state === "unknown") return cannotTell(fn, fact, "whether it records traces", FUNCTIONS);
	return fail(
		fn,
		{
			what: `records no traces: X-Ray is at ${ifKnown(mode) ?? "PassThrough"}, and no layer or variable sets up OpenTelemetry`,
			fix: `Set ${MODE} to "${ACTIVE}", or add an OpenTelemetry layer with its AWS_LAMBDA_EXEC_WRAPPER.`,
		},
		FUNCTIONS,
	);
}

function switchedOn(
	node: ResourceNode,
	isOn: Known<boolean> | Unknown,
	{ finding, path }: { finding: string; path: string },
): Verdict {
	if (isOn.state === "unknown") return cannotTell(node, isOn, "whether it records traces", finding);
	if (isOn.value) return pass(node, finding);
	return fail(node, { what: "records no traces", fix: `Set ${path} to true.` }, finding);
}
