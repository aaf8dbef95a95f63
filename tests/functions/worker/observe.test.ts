/** What a worker tells of a job: span with its link, log record and counts; and its health by HTTP. */
import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { expect } from "chai";
import fc from "fast-check";
import { serveHealth } from "../../../functions/worker/health.ts";
import { createObserver } from "../../../functions/worker/observe.ts";
import { startTracing, submitterOf } from "../../../functions/worker/tracing.ts";
import { memoryTelemetry } from "../../support/functions-telemetry.ts";
import { jobRecord } from "../../support/worker-memory.ts";

const SUBMITTER = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };

describe("functions/worker/observe", () => {
	const exporter = new InMemorySpanExporter();
	const tracing = startTracing("worker-digit-reader", [new SimpleSpanProcessor(exporter)]);
	after(() => tracing.shutdown());
	const setUp = () => {
		exporter.reset();
		const { telemetry, lines } = memoryTelemetry();
		const observer = createObserver({
			log: telemetry.log.with({ model: "digit-reader" }),
			write: telemetry.write,
			now: () => 5_000,
			tracer: tracing.tracer,
			team: "vision",
			feature: "digits",
			jobP95Seconds: 3,
		});
		return { observer, ...lines };
	};

	it("records a consumer span that links to the submitting request, a log record and the counts of the SLO", () => {
		const { observer, records, metrics } = setUp();
		const job = jobRecord({ job: "j", createdAtMs: 1_000, attempt: 2, version: 7 });
		observer.claimed(job);
		observer.settled(job, { kind: "succeeded" });
		const [span] = exporter.getFinishedSpans();
		expect(span).to.include({ name: "job", kind: 4 });
		expect(span?.parentSpanContext).to.equal(undefined);
		expect(span?.links.map(({ context: { traceId, spanId } }) => ({ traceId, spanId }))).to.deep.equal([SUBMITTER]);
		expect(span?.resource.attributes).to.include({ "service.name": "worker-digit-reader" });
		expect(span?.attributes).to.include({
			"messaging.system": "aws_sqs",
			"ml.model.name": "digit-reader",
			"ml.model.version": 7,
			"tenant.id": "acme",
			"cost.team": "vision",
			"triplane.job.id": "j",
			"triplane.job.attempt": 2,
			"triplane.job.outcome": "succeeded",
		});
		const { traceId, spanId } = span?.spanContext() ?? {};
		expect(records[0]).to.deep.include({
			level: "INFO",
			message: "job succeeded",
			job: "j",
			tenant: "acme",
			traceId,
			spanId,
		});
		expect(records[0]).to.include({
			status: 200,
			latencyMs: 4_000,
			version: 7,
			variant: "champion",
			requestId: "request-of-j",
		});
		expect(metrics[0]).to.include({
			model: "digit-reader",
			version: "7",
			Requests: 1,
			Errors: 0,
			Slow: 1,
			Latency: 4_000,
		});
		expect(metrics[0]).to.not.have.property("CostUsd");
	});
	it("counts as an error only what is not the caller's fault", () => {
		for (const [code, status, errors] of [
			["INVALID_REQUEST", 400, 0],
			["DEADLINE_EXCEEDED", 504, 1],
			["UNHEARD_OF", 500, 1],
		] as const) {
			const { observer, records, metrics } = setUp();
			const job = jobRecord({ createdAtMs: 4_000 });
			observer.claimed(job);
			observer.settled(job, { kind: "failed", failure: { code, message: "No." } });
			expect(records[0]).to.include({ level: "ERROR", message: "job failed: No.", status, code });
			expect(metrics[0]).to.include({ Requests: 1, Errors: errors, Slow: 0 });
			expect(exporter.getFinishedSpans()[0]?.status).to.deep.equal({ code: 2, message: "No." });
		}
	});
	it("counts nothing for an attempt that did not end its job", () => {
		const { observer, records, metrics } = setUp();
		for (const end of [
			{ kind: "requeued", failure: { code: "INTERNAL", message: "It fell." } },
			{ kind: "released", reason: "Later." },
			{ kind: "lost" },
			{ kind: "unknown", thrown: new Error("down") },
		] as const) {
			const job = jobRecord();
			observer.claimed(job);
			observer.settled(job, end);
		}
		expect(metrics).to.deep.equal([]);
		expect(records.map(({ level, message }) => `${level} ${message}`)).to.deep.equal([
			"WARN job failed once more and is tried again: It fell.",
			"INFO job given back: Later.",
			"INFO job was no longer this worker's",
			"ERROR what became of the job is not known here; its lease decides",
		]);
	});
	it("counts a job that has failed where only its message could not be set aside", () => {
		const { observer, records, metrics } = setUp();
		const job = jobRecord({ createdAtMs: 1_000 });
		const failure = { code: "INTERNAL", message: "It fell." };
		observer.claimed(job);
		observer.settled(job, { kind: "unknown", thrown: new Error("down"), failure });
		expect(records.map(({ level, message }) => `${level} ${message}`)).to.deep.equal(["ERROR job failed: It fell."]);
		expect(metrics).to.have.length.above(0);
		for (const line of metrics) expect(line).to.include({ Requests: 1, Errors: 1 });
	});
	it("records no span of a job whose submitter was not recorded, or is not known", () => {
		const { observer } = setUp();
		for (const traceparent of [`00-${SUBMITTER.traceId}-${SUBMITTER.spanId}-00`, "nonsense"]) {
			const job = jobRecord({ traceparent });
			observer.claimed(job);
			observer.settled(job, { kind: "succeeded" });
		}
		expect(exporter.getFinishedSpans()).to.deep.equal([]);
	});
	it("finds a submitter or none in any text", () =>
		fc.assert(
			fc.property(
				fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/)),
				(text) => {
					const submitter = submitterOf(text);
					if (submitter) expect(submitter.traceId).to.match(/^(?!0{32})[0-9a-f]{32}$/);
				},
			),
		));
});

describe("functions/worker/health", () => {
	const working = { state: "WORKING", inWork: 3, bytesInWork: 10, isQueueReachable: true } as const;

	it("is well while queue and model server can be reached, and while it drains", async () => {
		let status: Parameters<typeof serveHealth>[1]["status"] = () => working;
		let isReady = true;
		const health = await serveHealth(0, { status: () => status(), server: { isReady: async () => isReady } });
		const ask = async (path = "/health", method = "GET") => {
			const response = await fetch(`http://127.0.0.1:${health.port}${path}`, { method });
			return { status: response.status, body: await response.json() };
		};
		try {
			expect(await ask()).to.deep.equal({ status: 200, body: { ...working, isModelServerReady: true } });
			isReady = false;
			expect((await ask()).status).to.equal(503);
			status = () => ({ ...working, state: "DRAINING" });
			expect((await ask()).status).to.equal(200);
			isReady = true;
			status = () => ({ ...working, isQueueReachable: false });
			expect((await ask()).status).to.equal(503);
			expect((await ask("/")).status).to.equal(404);
			expect((await ask("/health", "POST")).status).to.equal(405);
		} finally {
			await health.stop();
		}
	});
});
