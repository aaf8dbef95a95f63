/** The door around every answer: request id, trace, one log record, one error shape, whatever happens inside. */
import { expect } from "chai";
import { ApiError } from "../../../../charter/errors.ts";
import { jsonAnswer, MethodNotAllowedError } from "../../../../functions/shared/http/answer.ts";
import { type Outcome, type ServeOptions, serve } from "../../../../functions/shared/http/serve.ts";
import { type ApiEventOptions, apiEvent, errorOf, lambdaContext } from "../../../support/functions-api.ts";
import { memoryTelemetry } from "../../../support/functions-telemetry.ts";

const TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

function setUp(answer: ServeOptions["answer"], environment: Record<string, string> = {}) {
	const { telemetry, lines, spans } = memoryTelemetry({ now: () => 0, environment });
	const outcomes: Outcome[] = [];
	const handler = serve({
		telemetry,
		name: "test",
		answer,
		costUsd: () => 0.5,
		onAnswered: (outcome) => outcomes.push(outcome),
	});
	const ask = (options: ApiEventOptions = {}) => handler(apiEvent(options), lambdaContext());
	return { ask, lines, spans, outcomes };
}
const fine = async () => jsonAnswer({ fine: true });

describe("functions/shared/http/serve", () => {
	it("answers JSON with request id and trace", async () => {
		const { ask } = setUp(fine);
		const answer = await ask({ headers: { TraceParent: TRACEPARENT, "X-Request-ID": "mine-1" } });
		expect(answer).to.deep.include({ statusCode: 200, body: '{"fine":true}' });
		expect(answer.headers).to.include({ "content-type": "application/json", "x-request-id": "mine-1" });
		expect(answer.headers?.traceparent).to.match(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
	});

	for (const id of ["", "a b", "x".repeat(65), "-x", 'x"'])
		it(`does not take the request id ${JSON.stringify(id).slice(0, 20)} from a caller`, async () => {
			const { headers } = await setUp(fine).ask({ headers: { "x-request-id": id } });
			expect(headers).to.include({ "x-request-id": "gateway-request" });
		});

	it("writes one record with what was learned", async () => {
		const { ask, lines, spans } = setUp(async ({ facts }) => {
			Object.assign(facts, { version: 3, variant: "champion", rows: 2 });
			return fine();
		});
		await ask({ headers: { traceparent: TRACEPARENT } });
		const [span] = spans.getFinishedSpans();
		const [{ latencyMs, ...record } = {}] = lines.records;
		expect(record).to.deep.equal({
			timestamp: "1970-01-01T00:00:00.000Z",
			level: "INFO",
			message: "test",
			service: "test",
			environment: "dev",
			requestId: "gateway-request",
			traceId: "0af7651916cd43dd8448eb211c80319c",
			spanId: span?.spanContext().spanId,
			tenant: "acme",
			status: 200,
			coldStart: true,
			version: 3,
			variant: "champion",
			costUsd: 0.5,
		});
		expect(latencyMs).to.be.a("number");
		expect(span?.attributes).to.deep.equal({
			"triplane.request.id": "gateway-request",
			"http.response.status_code": 200,
			"faas.coldstart": true,
			"tenant.id": "acme",
			"ml.model.version": 3,
			"ml.model.variant": "champion",
			"ml.request.rows": 2,
		});
	});

	it("says cold start of the first request alone", async () => {
		const { ask, lines } = setUp(fine);
		await ask();
		await ask();
		expect(lines.records.map(({ coldStart }) => coldStart)).to.deep.equal([true, false]);
	});

	it("answers a foreseen error in its words, and logs its code as no fault of ours", async () => {
		const { ask, lines, spans, outcomes } = setUp(async () => {
			throw new ApiError("THROTTLED", "Too fast. Retry in 3 s.", { retryAfterSeconds: 3 });
		});
		expect(errorOf(await ask())).to.deep.include({
			status: 429,
			code: "THROTTLED",
			error: "Too fast. Retry in 3 s.",
			requestId: "gateway-request",
			retryAfter: "3",
		});
		expect(lines.records[0]).to.include({ level: "INFO", code: "THROTTLED", status: 429 });
		expect(spans.getFinishedSpans()[0]?.status.code).to.equal(0);
		expect(outcomes.map(({ status }) => status)).to.deep.equal([429]);
	});

	it("answers an unforeseen error without its words, and logs them with the place", async () => {
		const { ask, lines, spans } = setUp(async () => {
			throw new RangeError("secret");
		});
		const answer = errorOf(await ask());
		expect(answer).to.include({ status: 500, code: "INTERNAL" });
		expect(answer.error).not.to.include("secret");
		const [{ level, error } = {}] = lines.records;
		expect(level).to.equal("ERROR");
		expect(JSON.stringify(error)).to.match(/RangeError: secret.*serve\.test\.ts/);
		expect(spans.getFinishedSpans()[0]?.status.code).to.equal(2);
	});

	it("says what is allowed where the method is not", async () => {
		const { ask } = setUp(async () => {
			throw new MethodNotAllowedError("PUT", "GET");
		});
		expect(errorOf(await ask())).to.include({ status: 405, allow: "GET", error: "PUT is not possible here. Use GET." });
	});

	it("joins X-Ray's trace where the caller sent none", async () => {
		const { ask } = setUp(fine, {
			_X_AMZN_TRACE_ID: "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
		});
		expect((await ask({ headers: {} })).headers?.traceparent).to.match(
			/^00-5759e988bd862e3fe1be46a994272793-[0-9a-f]{16}-01$/,
		);
	});

	it("asks for the deadline's header inside the door, so that a bad one is a 400", async () => {
		expect(errorOf(await setUp(fine).ask({ headers: { "x-request-timeout-ms": "-1" } }))).to.include({ status: 400 });
	});
});
