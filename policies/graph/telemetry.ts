/** Whether a function is told to trace by OpenTelemetry: by its layers or its environment. Code of its own is not seen. */
import { entriesOf } from "../facts/entries.ts";
import { absent, type Fact, ifKnown, itemsOf, known, knownAmong } from "../facts/fact.ts";
import type { ResourceNode } from "./node.ts";
import type { StackGraph } from "./stack-graph.ts";

const LAYER_VERSION = "aws:lambda/layerVersion:LayerVersion";
const VARIABLES = "environment.variables";
/** As words of their own: a hotel's data is no telemetry. */
const OPEN_TELEMETRY = /(?<![a-z])(?:otel(?:col)?|adot)(?![a-z])|open[-_]?telemetry/i;
/** Variables of the OpenTelemetry SDK that are about other signals than traces, or about itself. */
const NO_TRACES = /^OTEL_(EXPORTER_OTLP_)?(METRICS?|LOGS?)_|^OTEL_(METRIC|LOG|BLRP|SDK_DISABLED)/;
/** Variables that name what is loaded before a function's code. */
const LOADERS = ["AWS_LAMBDA_EXEC_WRAPPER", "NODE_OPTIONS", "JAVA_TOOL_OPTIONS"];
/** Settings that switch OpenTelemetry's traces off. */
const OFF: Readonly<Record<string, string>> = {
	OTEL_SDK_DISABLED: "true",
	OTEL_TRACES_EXPORTER: "none",
	OTEL_TRACES_SAMPLER: "always_off",
};

/** What makes a function trace by OpenTelemetry, in words; absent where nothing in the stack does. */
export function openTelemetryOf(stack: StackGraph, fn: ResourceNode): Fact<string> {
	const variables = fn.props.entries(VARIABLES);
	const entries = entriesOf(variables);
	const isOff = entries.some(([key, value]) => Object.hasOwn(OFF, key) && ifKnown(value)?.toLowerCase() === OFF[key]);
	if (isOff) return absent;
	const byLayer = layerOf(stack, fn);
	if (byLayer.state === "known") return byLayer;
	const loaders = entries.filter(([key]) => LOADERS.includes(key));
	const loading = loaders.find(([, value]) => isOpenTelemetry(ifKnown(value) ?? ""));
	if (loading) return known(`the variable ${loading[0]}`);
	const named = entries.find(
		([key, value]) => key.startsWith("OTEL_") && !NO_TRACES.test(key) && value.state !== "absent",
	);
	if (named) return known(`the variable ${named[0]}`);
	for (const fact of [variables, ...loaders.map(([, value]) => value), byLayer])
		if (fact.state === "unknown") return fact;
	return absent;
}

/** Whether a name speaks of OpenTelemetry, also in camel case. */
const isOpenTelemetry = (name: string): boolean => OPEN_TELEMETRY.test(name.replace(/([a-z\d])([A-Z])/g, "$1-$2"));

function layerOf(stack: StackGraph, fn: ResourceNode): Fact<string> {
	const layers = fn.props.texts("layers");
	const named = knownAmong(itemsOf(layers));
	const own = stack
		.dependencies(fn, "layers", [LAYER_VERSION])
		.map((layer) => ifKnown(layer.props.text("layerName")) ?? layer.name);
	const found = [...named, ...own].find(isOpenTelemetry);
	if (found !== undefined) return known(`the layer ${found}`);
	if (layers.state === "unknown") return layers;
	// Layers of the stack are known by name, whatever their ARN will be.
	const open = itemsOf(layers).filter(({ state }) => state === "unknown");
	return open[own.length] ?? absent;
}
