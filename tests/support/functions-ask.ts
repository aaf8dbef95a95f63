/** Asking predict through its public door, in the words of the tests. */
import { type ApiEventOptions, apiEvent, errorOf, lambdaContext } from "./functions-api.ts";
import { heldOut, inferBody, MODEL, type predictFixture } from "./functions-predict.ts";

type Fixture = ReturnType<typeof predictFixture>;
const ask = (fixture: Fixture, options: ApiEventOptions, remainingMs?: number) =>
	fixture.handler(apiEvent(options), lambdaContext(remainingMs));
/** An inference on one held-out row, but for the change. */
export const infer = (fixture: Fixture, options: ApiEventOptions = {}, remainingMs?: number) =>
	ask(fixture, { body: inferBody(heldOut.slice(0, 1)), ...options }, remainingMs);
export const refusal = async (fixture: Fixture, options: ApiEventOptions, remainingMs?: number) =>
	errorOf(await infer(fixture, options, remainingMs));
export const get = (fixture: Fixture, resource: string, version?: string) =>
	ask(fixture, { method: "GET", resource, ...(version !== undefined && { version }) });

/** A body that names rows by their ids. */
export const ids = (rows: readonly { id: string }[]) =>
	JSON.stringify({
		inputs: [{ name: "patient_id", datatype: "BYTES", shape: [rows.length], data: rows.map(({ id }) => id) }],
	});

export const ROOT = `/v2/models/${MODEL}`;
