/**
 * One request to a realtime model, answered by its champion and by the shadow, and compared: features resolved and models run as
 * predict does. What comes of it goes into metrics and nowhere else.
 */
import { API_ERRORS, ApiError } from "../../charter/errors.ts";
import type { VersionRecord } from "../../charter/registry.ts";
import { type ShadowMessage, type ShadowModelSettings, VARIANTS } from "../../charter/rollout.ts";
import { type InferContext, type InferPorts, runModel } from "../predict/infer.ts";
import { parseText } from "../shared/inference/body.ts";
import { readInferRequest } from "../shared/inference/infer-request.ts";
import type { Tensor } from "../shared/inference/ports.ts";
import type { Versions } from "../shared/inference/versions.ts";
import { functionCostUsd } from "../shared/telemetry/cost.ts";
import type { Log } from "../shared/telemetry/log.ts";
import { writeRequestCounts } from "../shared/telemetry/metrics.ts";
import type { Telemetry } from "../shared/telemetry/telemetry.ts";
import { compareAnswers, type KnownLabels, rowsOf } from "./compare.ts";
import { failedRows, recordCompared } from "./record.ts";

/** One model, as the function knows it. */
export interface ShadowModel extends InferPorts {
	settings: ShadowModelSettings;
	versions: Versions;
	known: KnownLabels;
}

export interface AnswerPorts {
	model: ShadowModel;
	context: InferContext;
	/** The function's: what its time costs. */
	memoryMb: number;
	telemetry: Pick<Telemetry, "write" | "now">;
	log: Log;
}

type Request = Extract<ShadowMessage, { kind: "request" }>;
type Run = { outputs: Tensor[] } | { thrown: unknown };

/** @throws {ApiError} UNAVAILABLE or DEADLINE_EXCEEDED where another try may succeed, and NOT_FOUND where a version is unknown */
export async function answerRequest(message: Request, ports: AnswerPorts): Promise<void> {
	const { model, telemetry, log } = ports;
	const { versions, settings, known } = model;
	const [champion, shadow] = await Promise.all([versions.get(message.champion), versions.get(message.shadow)]);
	// All of them, whatever the caller wanted to see: by its label a row is compared.
	const outputs = champion.signature.outputs.map(({ name }) => name);
	const wanted = await run(champion, message, outputs, ports);
	if ("thrown" in wanted) {
		log.warn("The champion failed a request that its shadow was to answer too; nothing is compared", {}, wanted.thrown);
		return;
	}
	await load(shadow, ports).catch(() => undefined);
	const startedAtMs = performance.now();
	const found = await run(shadow, message, outputs, ports);
	const latencyMs = performance.now() - startedAtMs;
	const { p95Ms, tolerance } = settings;
	const counted = { model: message.model, version: message.shadow };
	const status = "thrown" in found ? API_ERRORS.INTERNAL : 200;
	writeRequestCounts(telemetry.write, {
		...counted,
		timestampMs: telemetry.now(),
		variant: VARIANTS.shadow,
		status,
		latencyMs,
		p95Ms,
		costUsd: functionCostUsd(ports.memoryMb, latencyMs, process.arch),
	});
	if ("thrown" in found) log.error("The shadow failed a request that its champion answered", {}, found.thrown);
	const slices =
		"thrown" in found
			? failedRows(rowsOf(wanted.outputs))
			: compareAnswers(wanted.outputs, found.outputs, { known, tolerance });
	recordCompared(telemetry, { ...counted, slices });
}

/** Apart from the run: a version is loaded once, and that is no request's latency. */
const load = (record: VersionRecord, { model: { models } }: AnswerPorts): Promise<void> =>
	models.use(record, async () => undefined);

async function run(
	record: VersionRecord,
	message: Request,
	wanted: readonly string[],
	ports: AnswerPorts,
): Promise<Run> {
	try {
		const request = readInferRequest(parseText(message.request), record);
		const outputs = record.signature.outputs.map(({ name }) => name).filter((name) => wanted.includes(name));
		return { outputs: await runModel(ports.model, ports.context, record, { ...request, outputs }) };
	} catch (thrown) {
		if (isPassing(thrown)) throw thrown;
		return { thrown };
	}
}

/** It is the moment's fault and not the version's. */
const isPassing = (thrown: unknown): boolean =>
	thrown instanceof ApiError && (thrown.code === "UNAVAILABLE" || thrown.code === "DEADLINE_EXCEEDED");
