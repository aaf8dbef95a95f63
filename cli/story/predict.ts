/** The part of the story in which tenants get real predictions, and each must equal the trainer's own. */
import { TriplaneError } from "../../charter/errors.ts";
import { type Answer, PlatformClient } from "../platform/client.ts";
import {
	assertEqualsTrainer,
	type HeldoutRow,
	inChunks,
	requestByEntity,
	requestByValues,
} from "../platform/heldout.ts";
import type { Prediction } from "../report.ts";

const ROWS_PER_REQUEST = 8;

/** An answer as the report keeps it. */
const toPrediction = (model: string, tenant: string, answer: Answer): Prediction => ({
	model,
	tenant,
	status: answer.status,
	latencyMs: Math.round(answer.latencyMs * 10) / 10,
	requestId: answer.requestId,
	traceId: answer.traceId,
	output: outputsOf(answer.body),
});

/**
 * Sends the held-out rows to a model, in turn as each tenant, the last request by entity.
 * @param paceMs pause between a tenant's requests, so that none exceeds its rate
 * @throws {TriplaneError} on the first prediction that is not the trainer's own
 */
export async function predictHeldout(
	url: string,
	model: string,
	tenants: readonly { name: string; token: string }[],
	rows: readonly HeldoutRow[],
	entityInput: string,
	paceMs: number,
): Promise<Prediction[]> {
	const predictions: Prediction[] = [];
	const chunks = inChunks(rows, ROWS_PER_REQUEST);
	for (const [i, chunk] of chunks.entries()) {
		const tenant = tenants[i % tenants.length];
		if (!tenant) throw new TriplaneError("No tenant is declared that may call the model: add one to the settings.");
		const isLast = i === chunks.length - 1;
		const request = isLast ? requestByEntity(entityInput, chunk) : requestByValues(chunk);
		const answer = await new PlatformClient(url, tenant.token).infer(model, request);
		assertEqualsTrainer(answer, chunk);
		predictions.push(toPrediction(model, tenant.name, answer));
		await new Promise((resolve) => setTimeout(resolve, paceMs / tenants.length));
	}
	return predictions;
}

function outputsOf(body: unknown): Record<string, unknown> {
	const outputs = body !== null && typeof body === "object" && "outputs" in body ? body.outputs : [];
	if (!Array.isArray(outputs)) return {};
	return Object.fromEntries(outputs.map((output: { name: string; data: unknown }) => [output.name, output.data]));
}
