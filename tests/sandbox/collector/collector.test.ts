import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { expect } from "chai";
import fc from "fast-check";
import { type Collector, startCollector } from "../../../sandbox/collector/collector.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const span = (more: object = {}) => ({
	traceId: TRACE,
	spanId: "b7ad6b7169203331",
	name: "predict",
	kind: 2,
	startTimeUnixNano: "1700000000000000000",
	endTimeUnixNano: "1700000000012500000",
	attributes: [
		{ key: "tenant.id", value: { stringValue: "acme" } },
		{ key: "ml.request.rows", value: { intValue: "3" } },
		{ key: "hit", value: { boolValue: true } },
		{ key: "list", value: { arrayValue: { values: [] } } },
	],
	status: {},
	...more,
});
const exported = (...spans: object[]) => ({
	resourceSpans: [
		{
			resource: { attributes: [{ key: "service.name", value: { stringValue: "predict" } }] },
			scopeSpans: [{ scope: { name: "triplane" }, spans }],
		},
	],
});

describe("The collector of spans", () => {
	let runDir: string;
	let collector: Collector;
	beforeEach(async () => {
		runDir = await mkdtemp(join(tmpdir(), "triplane-collector-"));
		collector = await startCollector({ runDir });
	});
	afterEach(async () => {
		await collector.stop();
		await rm(runDir, { recursive: true });
	});

	const send = async (
		body: string | Uint8Array<ArrayBuffer>,
		headers: Record<string, string> = {},
		path = "/v1/traces",
	) => {
		const init = { method: "POST", headers: { "content-type": "application/json", ...headers }, body };
		const response = await fetch(collector.url + path, init);
		return { status: response.status, body: await response.json() };
	};

	it("keeps what it is sent, by trace, and writes it to the run's file.", async () => {
		const child = span({ spanId: "00f067aa0ba902b7", parentSpanId: "b7ad6b7169203331", name: "model" });
		const other = span({ traceId: "f".repeat(32), status: { code: 2, message: "no route" } });
		expect(await send(JSON.stringify(exported(span(), child)))).to.deep.equal({
			status: 200,
			body: { partialSuccess: {} },
		});
		await send(JSON.stringify(exported(other)));
		expect(collector.spans(TRACE).map(({ name, parentSpanId }) => [name, parentSpanId])).to.deep.equal([
			["predict", undefined],
			["model", "b7ad6b7169203331"],
		]);
		expect(collector.spans()[0]).to.deep.equal({
			traceId: TRACE,
			spanId: "b7ad6b7169203331",
			name: "predict",
			service: "predict",
			startMs: 1_700_000_000_000,
			durationMs: 12.5,
			attributes: { "tenant.id": "acme", "ml.request.rows": 3, hit: true, list: '{"arrayValue":{"values":[]}}' },
			links: [],
		});
		expect(collector.spans("f".repeat(32))[0]).to.have.property("error", "no route");
		await collector.stop();
		const lines = (await readFile(join(runDir, "traces.jsonl"), "utf8")).trimEnd().split("\n");
		expect(lines.map((line) => JSON.parse(line).name)).to.deep.equal(["predict", "model", "predict"]);
		collector = await startCollector({ runDir });
	});

	it("takes what OpenTelemetry's own exporter sends.", async () => {
		const exporter = new OTLPTraceExporter({ url: `${collector.url}/v1/traces` });
		const provider = new BasicTracerProvider({
			resource: resourceFromAttributes({ "service.name": "tests" }),
			spanProcessors: [new BatchSpanProcessor(exporter)],
		});
		const tracer = provider.getTracer("tests");
		const parent = tracer.startSpan("parent", { attributes: { n: 1.5 } });
		tracer.startSpan("child", {}, trace.setSpan(ROOT_CONTEXT, parent)).end();
		parent.end();
		await provider.shutdown();
		const [child, root] = collector.spans(parent.spanContext().traceId);
		expect(child).to.include({ name: "child", parentSpanId: parent.spanContext().spanId, service: "tests" });
		expect(root).to.deep.include({ name: "parent", attributes: { n: 1.5 } });
	});

	it("takes gzip, and refuses other encodings, gzip that is none, and bombs.", async () => {
		const body = new Uint8Array(gzipSync(JSON.stringify(exported(span()))));
		expect((await send(body, { "content-encoding": "gzip" })).status).to.equal(200);
		expect(collector.spans()).to.have.length(1);
		expect((await send(body, { "content-encoding": "br" })).status).to.equal(415);
		expect((await send("{}", { "content-encoding": "gzip" })).status).to.equal(400);
		const bomb = new Uint8Array(gzipSync(Buffer.alloc(9 * 1024 * 1024)));
		expect((await send(bomb, { "content-encoding": "gzip" })).status).to.equal(413);
	});

	it("says what it does not take: other formats, paths, methods, and too much.", async () => {
		const protobuf = await send("", { "content-type": "application/x-protobuf" });
		expect(protobuf.status).to.equal(415);
		expect(protobuf.body).to.have.property(
			"message",
			"Spans are taken as application/json, not as application/x-protobuf.",
		);
		expect((await send("{}", {}, "/v1/metrics")).status).to.equal(404);
		expect((await fetch(`${collector.url}/v1/traces`)).status).to.equal(405);
		expect((await send("x".repeat(8 * 1024 * 1024 + 1))).status).to.equal(413);
		expect((await send("{")).status).to.equal(400);
		const wrong = await send(JSON.stringify(exported(span({ traceId: "short" }))));
		expect(wrong.status).to.equal(400);
		expect(wrong.body)
			.to.have.property("message")
			.that.matches(/^Not an OTLP trace export: resourceSpans\.0\.scopeSpans\.0\.spans\.0\.traceId: /);
	});

	it("keeps the newest spans where there are more than it has room for.", async () => {
		for (let batch = 0; batch < 21; batch++) {
			const spans = Array.from({ length: 1000 }, () => span({ name: `batch ${batch}` }));
			await send(JSON.stringify(exported(...spans)));
		}
		const spans = collector.spans();
		expect([spans.length, spans[0]?.name, spans.at(-1)?.name]).to.deep.equal([20_000, "batch 1", "batch 20"]);
	});

	it("answers 200 or 4xx, whatever the body, and goes on.", async () => {
		const odd = fc.oneof(
			fc.string(),
			fc.json(),
			fc.jsonValue().map((value) => JSON.stringify(exported(span({ attributes: value })))),
			fc.jsonValue().map((value) => JSON.stringify({ resourceSpans: value })),
			fc
				.record({ startTimeUnixNano: fc.jsonValue(), status: fc.jsonValue(), links: fc.jsonValue() })
				.map((more) => JSON.stringify(exported(span(more)))),
		);
		await fc.assert(
			fc.asyncProperty(odd, async (body) => {
				const { status } = await send(body);
				return status === 200 || (status >= 400 && status < 500);
			}),
		);
		expect((await send(JSON.stringify(exported(span())))).status).to.equal(200);
	});
});
