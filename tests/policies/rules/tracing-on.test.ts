import { expect } from "chai";
import { tracingOn as rule } from "../../../policies/rules/tracing-on.ts";
import {
	answers,
	expectAccepts,
	expectFails,
	firstFault,
	open,
	ref,
	resource,
	UNKNOWN,
} from "../../support/policies.ts";
import { exceptionTo } from "../../support/policies-exceptions.ts";

const fn = (props: Record<string, unknown> = {}) =>
	resource("aws:lambda/function:Function", "score", { role: "any", ...props });
const withVariables = (variables: Record<string, unknown>) => fn({ environment: { variables } });
const layer = (name: string, layerName?: string) =>
	resource("aws:lambda/layerVersion:LayerVersion", name, layerName === undefined ? {} : { layerName });
const OTEL_LAYER = "arn:aws:lambda:us-east-1:901920570463:layer:aws-otel-nodejs-arm64-ver-1-30-2:1";
const FAILS = ["score (function)"];

describe("policies/rules/tracing-on", () => {
	it("has nothing to say of a stack that runs nothing", () => {
		expect(answers(rule, [resource("aws:sqs/queue:Queue", "jobs")])).to.deep.equal([]);
	});

	it("accepts a function with X-Ray active, and no other mode", () => {
		expectAccepts(rule, [fn({ tracingConfig: { mode: "Active" } })]);
		expectAccepts(rule, [fn({ tracingConfig: [{ mode: "Active" }] })]);
		for (const tracingConfig of [undefined, {}, { mode: "PassThrough" }])
			expectFails(rule, [fn({ tracingConfig })], FAILS);
	});

	it("says what it looked for", () => {
		expect(firstFault(rule, [fn()])).to.deep.equal({
			what: "records no traces: X-Ray is at PassThrough, and no layer or variable sets up OpenTelemetry",
			fix: 'Set tracingConfig.mode to "Active", or add an OpenTelemetry layer with its AWS_LAMBDA_EXEC_WRAPPER.',
		});
	});

	it("accepts OpenTelemetry by a layer: of others, or of the stack", () => {
		expectAccepts(rule, [fn({ layers: [OTEL_LAYER] })]);
		expectAccepts(rule, [fn({ layers: ["arn:aws:lambda:us-east-1:1:layer:opentelemetry-collector-amd64-0_12_0:1"] })]);
		const own = layer("telemetry", "adot-node");
		expectAccepts(rule, [fn({ layers: [ref(own, "arn")] }), own]);
		const unnamed = layer("otel-collector");
		expectAccepts(rule, [fn({ layers: [ref(unnamed, "arn")] }), unnamed]);
	});

	it("rejects other layers, whether they are named or of the stack", () => {
		expectFails(rule, [fn({ layers: ["arn:aws:lambda:us-east-1:094274105915:layer:AWSLambdaPowertools:41"] })], FAILS);
		const runtime = layer("onnx-runtime");
		expectFails(rule, [fn({ layers: [ref(runtime, "arn")] }), runtime], FAILS);
		expect(open(rule, [fn({ layers: [ref(runtime, "arn")] }), runtime], { run: "preview" })).to.deep.equal([
			"fail score (function)",
		]);
	});

	it("takes names for OpenTelemetry's by whole words, in any case", () => {
		const named = (name: string) => [fn({ layers: [`arn:aws:lambda:us-east-1:123456789012:layer:${name}:3`] })];
		for (const name of ["otelcol", "my_otel_2", "teamOtelNode", "OTelNode", "AWSOpenTelemetryDistroJs", "adot_node"])
			expectAccepts(rule, named(name));
		for (const name of ["hotel-data", "motel-utils", "HOTEL", "GrandHotelData", "otello", "madotsuki"])
			expectFails(rule, named(name), FAILS);
		const own = layer("lib", "hotel-lib");
		expectFails(rule, [fn({ layers: [ref(own, "arn")] }), own], FAILS);
		expectFails(rule, [withVariables({ AWS_LAMBDA_EXEC_WRAPPER: "/opt/hotel-init" })], FAILS);
	});

	it("accepts OpenTelemetry by environment", () => {
		for (const variables of [
			{ NODE_OPTIONS: "--require @opentelemetry/auto-instrumentations-node/register" },
			{ JAVA_TOOL_OPTIONS: "-javaagent:/opt/opentelemetry-javaagent.jar" },
			{ AWS_LAMBDA_EXEC_WRAPPER: "/opt/otel-handler" },
			{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" },
			{ OTEL_TRACES_EXPORTER: "otlp" },
			{ OTEL_SERVICE_NAME: "score" },
		])
			expectAccepts(rule, [withVariables(variables)]);
	});

	it("rejects variables that set up no traces, or switch them off", () => {
		for (const variables of [
			{ AWS_LAMBDA_EXEC_WRAPPER: "/opt/bootstrap" },
			{ NODE_OPTIONS: "--enable-source-maps --require ./hotel.js" },
			{ OTEL_METRICS_EXPORTER: "otlp" },
			{ OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "http://collector:4318" },
			{ OTEL_LOG_LEVEL: "debug" },
			{ OTEL_SDK_DISABLED: "false" },
			{ OTEL_SERVICE_NAME: "" },
			{ HOTEL_NAME: "otel" },
			{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318", OTEL_SDK_DISABLED: "TRUE" },
			{ AWS_LAMBDA_EXEC_WRAPPER: "/opt/otel-handler", OTEL_TRACES_EXPORTER: "none" },
			{ OTEL_SERVICE_NAME: "score", OTEL_TRACES_SAMPLER: "always_off" },
		])
			expectFails(rule, [withVariables(variables)], FAILS);
		expectFails(rule, [fn({ layers: [OTEL_LAYER], environment: { variables: { OTEL_SDK_DISABLED: "true" } } })], FAILS);
	});

	it("keeps X-Ray for what OpenTelemetry is switched off", () => {
		const environment = { variables: { OTEL_SDK_DISABLED: "true" } };
		expectAccepts(rule, [fn({ environment, tracingConfig: { mode: "Active" } })]);
	});

	for (const [kind, type, on] of [
		["api", "aws:apigateway/stage:Stage", { xrayTracingEnabled: true }],
		["graphql", "aws:appsync/graphQLApi:GraphQLApi", { xrayEnabled: true }],
		["workflow", "aws:sfn/stateMachine:StateMachine", { tracingConfiguration: { enabled: true } }],
	] as const) {
		it(`demands the switch for X-Ray that fits, by kind: ${kind}`, () => {
			expectAccepts(rule, [resource(type, "it", on)]);
			expectFails(rule, [resource(type, "it")], [`it (${kind})`]);
			const [key = ""] = Object.keys(on);
			const off = kind === "workflow" ? { enabled: false } : "false";
			expectFails(rule, [resource(type, "it", { [key]: off })], [`it (${kind})`]);
			expect(open(rule, [resource(type, "it", { [key]: UNKNOWN })], { run: "preview" })).to.deep.equal([
				`cannot tell it (${kind})`,
			]);
		});
	}

	it("asks nothing of an HTTP API, which can record no traces", () => {
		expectAccepts(rule, [resource("aws:apigatewayv2/stage:Stage", "prod")]);
	});

	it("cannot tell of a mode, layer or variable that is not known before the update", () => {
		for (const props of [
			{ tracingConfig: { mode: UNKNOWN } },
			{ layers: UNKNOWN },
			{ layers: [UNKNOWN] },
			{ environment: { variables: UNKNOWN } },
			{ environment: { variables: { AWS_LAMBDA_EXEC_WRAPPER: UNKNOWN } } },
		])
			expect(open(rule, [fn(props)], { run: "preview" })).to.deep.equal(["cannot tell score (function)"]);
	});

	it("is not put off by another variable that is not known yet", () => {
		expect(open(rule, [withVariables({ TABLE: UNKNOWN })], { run: "preview" })).to.deep.equal([
			"fail score (function)",
		]);
		expect(open(rule, [withVariables({ OTEL_EXPORTER_OTLP_ENDPOINT: UNKNOWN })], { run: "preview" })).to.deep.equal([]);
	});

	it("honours an exception", () => {
		expect(open(rule, [fn()], { config: { exceptions: [exceptionTo("tracing-on", "score")] } })).to.deep.equal([]);
	});
});
