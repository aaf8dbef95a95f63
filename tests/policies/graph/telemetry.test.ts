import { expect } from "chai";
import { openTelemetryOf } from "../../../policies/graph/telemetry.ts";
import { type ResourceSpec, type Run, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";
import { fn } from "../../support/policies-timeouts.ts";

describe("policies/graph/telemetry", () => {
	const layer = (layerName?: unknown, name = "layer") =>
		resource("aws:lambda/layerVersion:LayerVersion", name, layerName === undefined ? {} : { layerName });
	const saidOf = (props: Record<string, unknown>, more: ResourceSpec[] = [], run: Run = "raw") => {
		const stack = graphOf([fn("score", props), ...more], run);
		const fact = openTelemetryOf(stack, nodeOf(stack, "score"));
		return fact.state === "known" ? fact.value : fact.state === "unknown" ? `unknown ${fact.property}` : "nothing";
	};
	const variables = (all: unknown) => ({ environment: { variables: all } });

	it("knows OpenTelemetry by a layer's name, in the stack or elsewhere, and says which", () => {
		const arn = "arn:aws:lambda:us-east-1:901920570463:layer:aws-otel-nodejs-amd64:1";
		expect(saidOf({ layers: [arn] })).to.equal(`the layer ${arn}`);
		for (const name of [
			"otel",
			"my-ADOT-layer",
			"openTelemetryNode",
			"open_telemetry",
			"MyOtelLayer",
			"node20Otel",
			"otelcol",
		])
			for (const run of ["raw", "preview"] as const) {
				const own = layer(name);
				expect(saidOf({ layers: [ref(own, "arn")] }, [own], run), name).to.equal(`the layer ${name}`);
			}
		const unnamed = layer(undefined, "otel");
		expect(saidOf({ layers: [ref(unnamed, "arn")] }, [unnamed], "preview")).to.equal("the layer otel");
	});

	it("takes a word that only holds its letters for another", () => {
		for (const name of ["hotel-data", "hotels", "madotto", "otelier", "numpy"]) {
			const own = layer(name);
			expect(saidOf({ layers: [ref(own, "arn")] }, [own], "preview"), name).to.equal("nothing");
		}
	});

	it("knows it by what is loaded before the code, and by its own variables", () => {
		expect(saidOf(variables({ AWS_LAMBDA_EXEC_WRAPPER: "/opt/otel-handler" }))).to.equal(
			"the variable AWS_LAMBDA_EXEC_WRAPPER",
		);
		expect(saidOf(variables({ NODE_OPTIONS: "--require @opentelemetry/auto" }))).to.equal("the variable NODE_OPTIONS");
		expect(saidOf(variables({ JAVA_TOOL_OPTIONS: "-javaagent:opentelemetry.jar" }))).to.equal(
			"the variable JAVA_TOOL_OPTIONS",
		);
		expect(saidOf(variables({ A: "otel", OTEL_SERVICE_NAME: "score" }))).to.equal("the variable OTEL_SERVICE_NAME");
		expect(saidOf(variables({ OTEL_SERVICE_NAME: UNKNOWN }))).to.equal("the variable OTEL_SERVICE_NAME");
		for (const other of [
			{ WRAPPER: "otel" },
			{ MY_OTEL_NAME: "score" },
			{ OTEL_SERVICE_NAME: "" },
			{ NODE_OPTIONS: "-x" },
		])
			expect(saidOf(variables(other)), JSON.stringify(other)).to.equal("nothing");
	});

	it("takes variables about metrics and logs, or about itself, for no traces", () => {
		for (const key of [
			"OTEL_METRICS_EXPORTER",
			"OTEL_METRIC_EXPORT_INTERVAL",
			"OTEL_LOGS_EXPORTER",
			"OTEL_LOG_LEVEL",
			"OTEL_BLRP_MAX_QUEUE_SIZE",
			"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
			"OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
		])
			expect(saidOf(variables({ [key]: "1" })), key).to.equal("nothing");
		expect(saidOf(variables({ OTEL_SDK_DISABLED: "false" }))).to.equal("nothing");
		for (const key of ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"])
			expect(saidOf(variables({ [key]: "1" })), key).to.equal(`the variable ${key}`);
	});

	it("knows that it is off where a setting says so, whatever else is there", () => {
		const own = layer("otel");
		for (const off of [
			{ OTEL_SDK_DISABLED: "TRUE" },
			{ OTEL_TRACES_EXPORTER: "none" },
			{ OTEL_TRACES_SAMPLER: "always_off" },
		])
			expect(saidOf({ layers: [ref(own, "arn")], ...variables({ ...off, OTEL_A: "b" }) }, [own])).to.equal("nothing");
		for (const on of [{ OTEL_SDK_DISABLED: "false" }, { OTEL_TRACES_EXPORTER: UNKNOWN }, { toString: "none" }])
			expect(saidOf({ layers: [ref(own, "arn")], ...variables(on) }, [own])).to.equal("the layer otel");
	});

	it("says what is not known yet where nothing known tells", () => {
		expect(saidOf({ environment: UNKNOWN })).to.equal("unknown environment");
		expect(saidOf(variables({ NODE_OPTIONS: UNKNOWN }))).to.equal("unknown environment.variables.NODE_OPTIONS");
		expect(saidOf(variables({ ANY: UNKNOWN }))).to.equal("nothing");
		expect(saidOf({ layers: UNKNOWN })).to.equal("unknown layers");
		expect(saidOf({ layers: [UNKNOWN] })).to.equal("unknown layers[0]");
		const numpy = layer("numpy");
		expect(saidOf({ layers: [ref(numpy, "arn")] }, [numpy], "preview")).to.equal("nothing");
		expect(saidOf({ layers: [ref(numpy, "arn"), UNKNOWN] }, [numpy], "preview")).to.equal("unknown layers[1]");
	});
});
