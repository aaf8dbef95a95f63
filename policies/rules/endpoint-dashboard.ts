/**
 * Every critical endpoint has a dashboard that shows both where requests come in and what answers them. Critical is what
 * belongs to a model with an SLO, unless it is tagged otherwise. What a dashboard draws of them is not judged.
 */
import type { ModelDeclaration, PackConfig } from "../config.ts";
import { ifKnown } from "../facts/fact.ts";
import { tagOf } from "../facts/tags.ts";
import { callsFrom } from "../graph/calls.ts";
import { dashboardsOf, showsDoor } from "../graph/dashboards.ts";
import { type Endpoint, endpointsOf, speakersFor } from "../graph/endpoints.ts";
import type { ResourceNode } from "../graph/node.ts";
import { ownerOf } from "../graph/owners.ts";
import type { StackGraph } from "../graph/stack-graph.ts";
import { FUNCTION_URL, SAGEMAKER_ENDPOINT } from "../graph/types.ts";
import { cannotTell, fail, notApplicable, pass, type Rule, type Verdict } from "../rule.ts";

const CRITICAL_TAG = "critical";
const UNMEASURED = [FUNCTION_URL, SAGEMAKER_ENDPOINT];

export const endpointDashboard: Rule = {
	name: "endpoint-dashboard",
	findings: [],
	*check({ stack, config }) {
		if (!config.models.some(hasObjective)) return;
		for (const endpoint of endpointsOf(stack))
			for (const backend of endpoint.backends) yield* ofBackend(stack, config, endpoint, backend);
	},
};

function* ofBackend(
	stack: StackGraph,
	{ models }: PackConfig,
	endpoint: Endpoint,
	backend: ResourceNode,
): Iterable<Verdict> {
	const { door } = endpoint;
	const speakers = speakersFor(stack, endpoint, backend);
	const owner = ownerOf(speakers, models);
	if (owner.kind === "unknown") yield cannotTell(owner.of, owner.fact, `which model ${backend.label} answers for`);
	if (owner.kind !== "model" || !hasObjective(owner.model)) return;
	const marks = speakers.map((of) => ({ of, mark: tagOf(of, CRITICAL_TAG) }));
	if (marks.some(({ mark }) => ifKnown(mark)?.toLowerCase() === "false")) {
		yield notApplicable(backend, "it is tagged as not critical");
		return;
	}
	// What hands over and waits may be left out for what it waits for.
	const waitedFor = callsFrom(stack, backend).flatMap(({ mode, to }) => (mode === "synchronous" ? [to] : []));
	const answering = [backend, ...waitedFor];
	const dashboards = dashboardsOf(stack);
	const isShown = dashboards.some(
		(dashboard) =>
			answering.some((node) => dashboard.shows.has(node)) &&
			// A door without metrics of its own is seen in what answers behind it.
			(showsDoor(dashboard, endpoint) || (UNMEASURED.includes(door.type) && dashboard.shows.has(backend))),
	);
	const openMark = marks.find(({ mark }) => mark.state === "unknown");
	const open = dashboards.find(({ unknown }) => unknown);
	if (isShown) yield pass(backend);
	else if (openMark?.mark.state === "unknown") yield cannotTell(openMark.of, openMark.mark, "whether it is critical");
	else if (open?.unknown)
		yield cannotTell(open.node, open.unknown, `whether it shows ${door.label} and ${backend.label}`);
	else
		yield fail(backend, {
			what: `answers for model "${owner.model.name}", which has an SLO, and no dashboard shows it together with its entry, ${door.label}`,
			fix: `Add an aws.cloudwatch.Dashboard with metrics of both, or tag it ${CRITICAL_TAG}: "false".`,
		});
}

/** A promise to callers; a cap on the cost is one to whoever pays. */
const hasObjective = ({ slo }: ModelDeclaration): boolean =>
	slo?.p95Ms !== undefined || slo?.errorRate !== undefined || slo?.jobP95Seconds !== undefined;
