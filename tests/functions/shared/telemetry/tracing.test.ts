/** Spans: whose parent they are, what is sampled, and that sending them never holds up or fails a request. */
import type { SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { expect } from "chai";
import fc from "fast-check";
import { createTracing, parseXrayHeader, type TracingOptions } from "../../../../functions/shared/telemetry/tracing.ts";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const PARENT_ID = "b7ad6b7169203331";

function setUp(change: Partial<TracingOptions> = {}) {
	const spans = new InMemorySpanExporter();
	const tracing = createTracing({
		serviceName: "s",
		sampleRatio: 1,
		processors: [new SimpleSpanProcessor(spans)],
		xrayHeader: () => undefined,
		isFault: (thrown) => thrown instanceof RangeError,
		...change,
	});
	return { tracing, spans };
}

describe("functions/shared/telemetry/tracing", () => {
	it("makes children of the request's span, which is a child of the caller's", async () => {
		const { tracing, spans } = setUp();
		const root = tracing.start("request", new Map([["traceparent", `00-${TRACE_ID}-${PARENT_ID}-01`]]));
		await root.child("outer", (outer) => outer.child("inner", async () => undefined));
		root.end();
		const [inner, outer, request] = spans.getFinishedSpans();
		expect([inner, outer, request].map((span) => span?.name)).to.deep.equal(["inner", "outer", "request"]);
		expect(inner?.parentSpanContext?.spanId).to.equal(outer?.spanContext().spanId);
		expect(outer?.parentSpanContext?.spanId).to.equal(root.spanId);
		expect(request?.parentSpanContext?.spanId).to.equal(PARENT_ID);
		expect(new Set([inner, outer, request].map((span) => span?.spanContext().traceId))).to.deep.equal(
			new Set([TRACE_ID]),
		);
		expect(request?.resource.attributes).to.include({ "service.name": "s" });
	});

	it("records nothing that the caller has decided not to sample, and says so on", async () => {
		const { tracing, spans } = setUp();
		const root = tracing.start("request", new Map([["traceparent", `00-${TRACE_ID}-${PARENT_ID}-00`]]));
		root.end();
		expect(root.traceparent).to.match(new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-00$`));
		expect(spans.getFinishedSpans()).to.deep.equal([]);
	});

	it("samples by the ratio where nobody has decided", () => {
		const { tracing, spans } = setUp({ sampleRatio: 0.5 });
		for (let i = 0; i < 400; i++) tracing.start("request", new Map()).end();
		expect(spans.getFinishedSpans().length).to.be.within(140, 260);
	});

	it("starts a trace of its own for a header that is none", () => {
		fc.assert(
			fc.property(fc.string(), fc.string(), (traceparent, xray) => {
				const { tracing } = setUp({ xrayHeader: () => xray });
				const root = tracing.start("request", new Map([["traceparent", traceparent]]));
				expect(root.traceparent).to.match(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
				root.end();
			}),
		);
	});

	it("marks a span whose work fails by our fault, and not one that fails by the caller's", async () => {
		const { tracing, spans } = setUp();
		const root = tracing.start("request", new Map());
		for (const thrown of [new RangeError("ours"), new TypeError("theirs")]) {
			const work = root.child("step", () => Promise.reject(thrown));
			expect(await work.catch((error: unknown) => error)).to.equal(thrown);
		}
		expect(spans.getFinishedSpans().map(({ status }) => status)).to.deep.equal([
			{ code: 2, message: "ours" },
			{ code: 0 },
		]);
	});

	it("reads X-Ray's header, sampled or not, and no other", () => {
		const header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0;Lineage=a:0";
		expect(parseXrayHeader(header)).to.deep.equal({
			traceId: "5759e988bd862e3fe1be46a994272793",
			spanId: "53995c3f42cd8ad8",
			traceFlags: 0,
			isRemote: true,
		});
		for (const other of [
			"",
			"Root=1-5759e988-bd862e3fe1be46a994272793",
			header.replace("Root", "Self"),
			header.replace("5399", "zzzz"),
		])
			expect(parseXrayHeader(other), other).to.equal(undefined);
	});

	const processor = (forceFlush: () => Promise<void>): SpanProcessor => ({
		forceFlush,
		onStart: () => undefined,
		onEnd: () => undefined,
		shutdown: async () => undefined,
	});

	it("waits a bounded time for spans to be sent", async () => {
		const { tracing } = setUp({ processors: [processor(() => new Promise(() => undefined))] });
		const startedAtMs = performance.now();
		await tracing.flush();
		expect(performance.now() - startedAtMs).to.be.within(150, 1_000);
	});

	it("does not fail where sending does", async () => {
		await setUp({ processors: [processor(() => Promise.reject(new Error("down")))] }).tracing.flush();
	});
});
