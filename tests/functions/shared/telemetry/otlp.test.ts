/** Spans on their way out: real OTLP over HTTP to a collector on the loopback. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { ENVIRONMENT } from "../../../../charter/environment.ts";
import { otlpProcessors } from "../../../../functions/shared/telemetry/otlp.ts";
import { createTracing } from "../../../../functions/shared/telemetry/tracing.ts";

interface Received {
	path: string | undefined;
	body: string;
}

/** A collector that keeps what it gets. */
async function collector() {
	const received: Received[] = [];
	const server = createServer((request, response) => {
		let body = "";
		request.on("data", (chunk) => {
			body += chunk;
		});
		request.on("end", () => {
			received.push({ path: request.url, body });
			response.setHeader("connection", "close").end("{}");
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return { server, received, endpoint: `http://127.0.0.1:${port}/` };
}

const tracingTo = (endpoint: string) =>
	createTracing({
		serviceName: "predict-tumour-risk",
		sampleRatio: 1,
		processors: otlpProcessors({ [ENVIRONMENT.otlpEndpoint]: endpoint }),
		xrayHeader: () => undefined,
		isFault: () => true,
	});

describe("functions/shared/telemetry/otlp", () => {
	it("sends nothing where no endpoint is configured", () => {
		expect(otlpProcessors({})).to.deep.equal([]);
	});

	it("has sent a request's spans, with the service's name, when the flush ends", async () => {
		const { server, received, endpoint } = await collector();
		try {
			const tracing = tracingTo(endpoint);
			const root = tracing.start("request", new Map());
			await root.child("model", async () => undefined);
			root.end();
			await tracing.flush();
			expect(received.map(({ path }) => path)).to.deep.equal(["/v1/traces"]);
			const { resourceSpans } = JSON.parse(received[0]?.body ?? "");
			const [{ resource, scopeSpans }] = resourceSpans;
			expect(resource.attributes).to.deep.include({
				key: "service.name",
				value: { stringValue: "predict-tumour-risk" },
			});
			const spans: { name: string; traceId: string }[] = scopeSpans[0].spans;
			expect(spans.map(({ name, traceId }) => ({ name, traceId }))).to.deep.equal([
				{ name: "model", traceId: root.traceId },
				{ name: "request", traceId: root.traceId },
			]);
		} finally {
			server.close();
		}
	});

	it("ends its flush in time where nobody listens", async () => {
		const { server, endpoint } = await collector();
		await new Promise((resolve) => server.close(resolve));
		const tracing = tracingTo(endpoint);
		tracing.start("request", new Map()).end();
		const startedAtMs = performance.now();
		await tracing.flush();
		expect(performance.now() - startedAtMs).to.be.below(1_000);
	});
});
