/**
 * Answers the requests to one realtime model: admit → features → model → respond, and what the protocol asks about a model.
 * The decisions only; stores, runtime and telemetry are handed in.
 */
import { modelPath, VARIANT_HEADER } from "../../charter/api.ts";
import { ApiError } from "../../charter/errors.ts";
import { REALTIME_PAYLOAD_MAX_BYTES } from "../../charter/limits.ts";
import type { RouteRecord } from "../../charter/registry.ts";
import { SPANS } from "../../charter/telemetry.ts";
import type { TenantContext } from "../../charter/tenancy.ts";
import { type Answer, jsonAnswer } from "../shared/http/answer.ts";
import type { Call } from "../shared/http/serve.ts";
import { ArtifactError } from "../shared/inference/artifact-error.ts";
import { bodyText, checkBody, parseText } from "../shared/inference/body.ts";
import { type FeedbackPorts, takeFeedback } from "../shared/inference/feedback.ts";
import { type InferRequest, readInferRequest } from "../shared/inference/infer-request.ts";
import { writeInferResponse } from "../shared/inference/infer-response.ts";
import { type Choice, chooseVersion, describeModel, type Serving, type Shadow } from "../shared/inference/serving.ts";
import type { Mirror } from "../shared/shadow/mirror.ts";
import { admitInTime, requireTenant } from "../shared/throttle/admission.ts";
import { type InferPorts, runModel } from "./infer.ts";
import { readOperation } from "./routes.ts";

export interface PredictPorts extends Serving, InferPorts, FeedbackPorts {
	/** Where requests go that a shadow is to answer too. @default nowhere */
	mirror?: Mirror | undefined;
	/** Of a model whose settings have it: what becomes of requests that cannot be answered at once. @default refused */
	overflow?: Overflow;
}

/** Makes jobs of requests; how, is not known here. */
export interface Overflow {
	bodyMaxBytes: number;
	rowsMax: number;
	/** The answer to a request that becomes a job; undefined where it can be answered at once. */
	take(call: Call, admitted: Admitted): Promise<Answer | undefined>;
}

/** A request that was let in and is right. */
interface Admitted {
	tenant: TenantContext;
	choice: Choice;
	text: string;
	request: InferRequest;
}

/** Until someone has repaired what serves, no probe finds it ready. */
const UNLOADABLE_RETRY_SECONDS = 30;

/** @throws {ApiError} for every answer that is no success */
export async function predict(ports: PredictPorts, call: Call): Promise<Answer> {
	const operation = readOperation(ports.model, call.request);
	call.facts.isInference = operation.kind === "infer";
	const tenant = requireTenant(call.request);
	switch (operation.kind) {
		case "metadata":
			return describeModel(ports, call, operation.version);
		case "ready":
			return ready(ports, call, operation.version);
		case "infer": {
			const { overflow } = ports;
			const admitted = await call.span.child(SPANS.admit, async () => {
				checkBody(call.request, overflow?.bodyMaxBytes ?? REALTIME_PAYLOAD_MAX_BYTES);
				await admitInTime(ports.throttle, tenant, call.deadline);
				const text = bodyText(call.request);
				const body = parseText(text);
				const choice = await chooseVersion(ports, call, operation.version);
				return { choice, text, request: readInferRequest(body, choice.record, overflow?.rowsMax) };
			});
			const { choice, request, text } = admitted;
			call.facts.rows = request.rows;
			const job = await overflow?.take(call, { tenant, ...admitted });
			if (job) return job;
			if (ports.mirror && choice.shadow) ports.mirror.reflect(reflection(choice, choice.shadow, text, call), call.log);
			const outputs = await runModel(ports, call, choice.record, request);
			const id = request.id ?? call.request.requestId;
			const answer = writeInferResponse({ model: ports.model, version: choice.record.version, id, outputs });
			return { ...answer, headers: { ...answer.headers, [VARIANT_HEADER]: choice.variant } };
		}
		case "feedback":
			return takeFeedback(ports, ports, call);
	}
}

const reflection = (
	{ record: { model, version: champion } }: Choice,
	{ version: shadow, rollout }: Shadow,
	request: string,
	{ request: { requestId }, span: { traceparent } }: Call,
) => ({ kind: "request", model, rollout, requestId, traceparent, champion, shadow, request }) as const;

/**
 * Ready is what can answer at once: the model is in memory after this. Of a route that is the version with most of the traffic:
 * a canary that cannot be loaded must not take its champion away from those who look here first.
 */
async function ready(ports: PredictPorts, call: Call, pinned?: number): Promise<Answer> {
	const { models, routing, versions, model } = ports;
	const version = pinned ?? mainVersion(await routing.route(call.log));
	call.facts.version = version;
	const load = versions.get(version).then((record) => models.use(record, async () => undefined));
	const loaded = load.catch((thrown: unknown) => {
		throw thrown instanceof ArtifactError ? unloadable(model, version, thrown) : thrown;
	});
	await call.deadline.wait(loaded, `version ${version} of ${modelPath(model)} was loaded`);
	return jsonAnswer({ name: model, ready: true });
}

const mainVersion = ({ variants }: RouteRecord): number =>
	variants.reduce((main, variant) => (variant.weight > main.weight ? variant : main)).version;

const unloadable = (model: string, version: number, cause: ArtifactError): ApiError =>
	new ApiError(
		"UNAVAILABLE",
		`Version ${version} of "${model}" is not ready: its artifact cannot be loaded. Register the model anew, or route to another version.`,
		{ cause, retryAfterSeconds: UNLOADABLE_RETRY_SECONDS },
	);
