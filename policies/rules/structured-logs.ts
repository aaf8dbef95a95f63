/**
 * Functions log JSON, and every public stage has an access log in JSON that tells request, tenant and latency. What a
 * function writes into its lines is not seen, nor a logger that prints JSON by itself.
 */
import { ifKnown } from "../facts/fact.ts";
import { isJsonFormat, owedFields } from "../graph/access-log.ts";
import { apiOf, HTTP_STAGE, REST_STAGE } from "../graph/apis.ts";
import { privacyOf } from "../graph/endpoints.ts";
import type { ResourceNode } from "../graph/node.ts";
import type { StackGraph } from "../graph/stack-graph.ts";
import { FUNCTION } from "../graph/types.ts";
import { cannotTell, fail, notApplicable, pass, type Rule, type Verdict } from "../rule.ts";

const FUNCTION_FORMAT = "function-format";
const ACCESS_LOG = "access-log";
const FORMAT = "access-log/format";
const FIELDS = "access-log/fields";
const LOG_FORMAT = "loggingConfig.logFormat";
const JSON_FORMAT = "JSON";

export const structuredLogs: Rule = {
	name: "structured-logs",
	findings: [FUNCTION_FORMAT, ACCESS_LOG, FORMAT, FIELDS],
	*check({ stack }) {
		for (const fn of stack.ofType(FUNCTION)) yield functionFormat(fn);
		for (const stage of stack.ofType(REST_STAGE, HTTP_STAGE)) yield* ofStage(stack, stage);
	},
};

function functionFormat(fn: ResourceNode): Verdict {
	const format = fn.effectiveText(LOG_FORMAT);
	if (format.state === "unknown") return cannotTell(fn, format, "whether it logs JSON", FUNCTION_FORMAT);
	if (ifKnown(format) === JSON_FORMAT) return pass(fn, FUNCTION_FORMAT);
	return fail(fn, { what: "logs plain text", fix: `Set ${LOG_FORMAT} to "${JSON_FORMAT}".` }, FUNCTION_FORMAT);
}

function* ofStage(stack: StackGraph, stage: ResourceNode): Iterable<Verdict> {
	const isPrivate = privacyOf(apiOf(stack, stage));
	if (ifKnown(isPrivate) === true) {
		yield notApplicable(stage, "its API is private", ACCESS_LOG);
		return;
	}
	// What a private API may do without is no fault before it is known to be public.
	for (const verdict of accessLog(stack, stage))
		yield isPrivate.state === "unknown" && verdict.answer === "fail"
			? cannotTell(stage, isPrivate, "whether its API is public", verdict.finding)
			: verdict;
}

function* accessLog(stack: StackGraph, stage: ResourceNode): Iterable<Verdict> {
	const [destination, format] = ["destinationArn", "format"].map((key) => stage.props.text(`accessLogSettings.${key}`));
	if (destination?.state === "absent" || format?.state === "absent" || !format) {
		const missing = destination?.state === "absent" ? "no access log" : "an access log without a format";
		yield fail(
			stage,
			{
				what: `has ${missing}`,
				fix: "Set accessLogSettings: destinationArn of a log group, and a format in JSON.",
			},
			ACCESS_LOG,
		);
		return;
	}
	yield pass(stage, ACCESS_LOG);
	if (format.state === "unknown") {
		yield cannotTell(stage, format, "whether its access log is in JSON", FORMAT);
		return;
	}
	if (!isJsonFormat(format.value)) {
		yield fail(
			stage,
			{
				what: "has an access log that is not in JSON",
				fix: "Make accessLogSettings.format one JSON object, with each $context variable in quotes.",
			},
			FORMAT,
		);
		return;
	}
	yield pass(stage, FORMAT);
	const missing = owedFields(stack, stage).filter(({ isTold }) => !isTold(format.value));
	if (missing.length === 0) yield pass(stage, FIELDS);
	else
		yield fail(
			stage,
			{
				what: `has an access log without ${missing.map(({ what }) => what).join(", ")}`,
				fix: `Add ${missing.map(({ example }) => example).join(", ")} to accessLogSettings.format.`,
			},
			FIELDS,
		);
}
