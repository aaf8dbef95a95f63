import { expect } from "chai";
import { z } from "zod";
import { step } from "../../../../functions/shared/batch/step.ts";
import { rejection, TRACEPARENT } from "../../../support/functions-batch.ts";
import { memoryTelemetry } from "../../../support/functions-telemetry.ts";

const Request = z.object({ model: z.string(), traceparent: z.string().optional() });

function fixture(run: () => Promise<string> = async () => "done") {
	const { telemetry, lines, spans } = memoryTelemetry();
	const ended: [string, boolean][] = [];
	const handler = step({
		telemetry,
		name: "score",
		request: Request,
		traceparent: ({ traceparent }) => traceparent,
		facts: ({ model }) => ({ log: { model }, span: { "ml.model.name": model } }),
		run,
		onEnded: ({ model }, _, hasFailed) => {
			ended.push([model, hasFailed]);
			return { costUsd: 1 };
		},
	});
	return { handler, lines, spans, ended };
}

describe("functions/shared/batch/step", () => {
	it("runs in the workflow's trace, and tells of it in one record and one span", async () => {
		const { handler, lines, spans, ended } = fixture();
		expect(await handler({ model: "m", traceparent: TRACEPARENT })).to.equal("done");
		const [record, ...others] = lines.records;
		expect(others).to.deep.equal([]);
		expect(record).to.include({
			level: "INFO",
			message: "score",
			model: "m",
			traceId: TRACEPARENT.slice(3, 35),
			costUsd: 1,
		});
		expect(record?.latencyMs).to.be.a("number");
		const [span] = spans.getFinishedSpans();
		expect([span?.name, span?.parentSpanContext?.spanId, span?.attributes]).to.deep.equal([
			"score",
			TRACEPARENT.slice(36, 52),
			{ "ml.model.name": "m" },
		]);
		expect(ended).to.deep.equal([["m", false]]);
	});

	it("tells of a failure, and hands it on", async () => {
		const { handler, lines, spans, ended } = fixture(async () => Promise.reject(new Error("the disk is full")));
		expect((await rejection(handler({ model: "m" }))).message).to.equal("the disk is full");
		expect(lines.records[0]).to.include({ level: "ERROR", message: "score" });
		expect(spans.getFinishedSpans()[0]?.status.message).to.equal("the disk is full");
		expect(ended).to.deep.equal([["m", true]]);
	});

	it("says what it cannot read of a request, by its place", async () => {
		const { handler } = fixture();
		expect(await rejection(handler({ model: 5 }))).to.deep.equal({
			name: "BatchRequestError",
			message:
				'The step "score" was asked for what it cannot read: model: Invalid input: expected string, received number. Start the execution with {} for the window that is due, or with {"start": "2026-11-23", "end": "2026-11-24"}.',
		});
	});
});
