/**
 * Answers the requests to queued models: admit → read and check → job → 202, or the result where the caller waits for it.
 * The decisions only; stores, queues and clocks are handed in.
 */
import { JOB_LIMITS, type JobRecord } from "../../charter/jobs.ts";
import type { QueuedModelSettings } from "../../charter/queued.ts";
import { SPANS } from "../../charter/telemetry.ts";
import { type Answer, jsonAnswer } from "../shared/http/answer.ts";
import type { Call } from "../shared/http/serve.ts";
import { bodyText, checkBody, parseText } from "../shared/inference/body.ts";
import { type FeedbackPorts, takeFeedback } from "../shared/inference/feedback.ts";
import { readInferRequest } from "../shared/inference/infer-request.ts";
import { chooseVersion, describeModel, type Serving } from "../shared/inference/serving.ts";
import type { Payloads } from "../shared/jobs/payloads.ts";
import { earlierJob, type SubmitPorts, submitJob } from "../shared/jobs/submit-job.ts";
import { admitInTime, requireTenant } from "../shared/throttle/admission.ts";
import type { Throttle } from "../shared/throttle/throttle.ts";
import { jobAnswer } from "./job-answer.ts";
import { type Preferences, readPreferences } from "./preferences.ts";
import { readOperation } from "./routes.ts";
import { createUpload, readUpload, readUploadBytes } from "./uploads.ts";

const TOO_LARGE_TODO =
	"Split the rows over several requests, or put this one where POST …/uploads says and send its x-upload-id.";

/** One queued model, as the function knows it. */
export interface SubmitModel extends Serving {
	settings: Pick<QueuedModelSettings, "team" | "feature" | "jobP95Seconds">;
	throttle: Throttle;
}

export interface SubmitFunctionPorts extends SubmitPorts, Pick<FeedbackPorts, "onFeedback"> {
	models: ReadonlyMap<string, SubmitModel>;
	payloads: Payloads;
	/** Waits for so many milliseconds. */
	pause: (ms: number) => Promise<unknown>;
}

/** @throws {ApiError} for every answer that is no success */
export async function submit(ports: SubmitFunctionPorts, call: Call): Promise<Answer> {
	const { kind, model: name } = readOperation(ports.models.keys(), call.request);
	const model = ports.models.get(name);
	if (!model) throw new RangeError(`The route of "${name}" was found without its model.`);
	call.facts.isInference = kind === "infer";
	Object.assign(call.facts, { model: name, team: model.settings.team, feature: model.settings.feature });
	const tenant = requireTenant(call.request);
	switch (kind) {
		case "metadata":
			return describeModel(model, call);
		case "ready":
			await chooseVersion(model, call);
			return jsonAnswer({ name, ready: true });
		case "upload": {
			const bytes = readUploadBytes(call);
			await admitInTime(model.throttle, tenant, call.deadline);
			return createUpload(ports, call, { tenant: tenant.tenant, model: name, bytes });
		}
		case "feedback":
			return takeFeedback(model, { ...ports, throttle: model.throttle }, call);
		case "infer": {
			const preferences = readPreferences(call.request.headers);
			const job = await call.span.child(SPANS.admit, () => accept(ports, call, model, preferences));
			return jobAnswer(ports, call, job, { ...preferences, ...model.settings });
		}
	}
}

async function accept(
	ports: SubmitFunctionPorts,
	call: Call,
	model: SubmitModel,
	{ uploadId, idempotencyKey, callbackUrl }: Preferences,
): Promise<JobRecord> {
	const tenant = requireTenant(call.request);
	checkBody(call.request, JOB_LIMITS.bodyMaxBytes, TOO_LARGE_TODO);
	await admitInTime(model.throttle, tenant, call.deadline);
	const whose = { tenant: tenant.tenant, model: model.model };
	const upload = uploadId === undefined ? undefined : await readUpload(ports, call, { ...whose, uploadId });
	const text = upload?.text ?? bodyText(call.request);
	const keyed = { tenant, model: model.model, text, idempotencyKey };
	// Before it is checked: under its key it stands even if the model takes other inputs by now.
	const earlier = await earlierJob(ports, call, keyed);
	if (earlier) return earlier;
	const body = parseText(text);
	const choice = await chooseVersion(model, call);
	// Whoever works on a job has no feature table: its tenant sends the values themselves.
	const { features, ...signature } = choice.record.signature;
	const { rows } = readInferRequest(body, { model: model.model, signature }, JOB_LIMITS.rowsMax);
	call.facts.rows = rows;
	return submitJob(ports, call, {
		...keyed,
		choice,
		rows,
		upload,
		callbackUrl,
		jobP95Seconds: model.settings.jobP95Seconds,
		dispatching: { serve: "queued", sloClass: "deferred", budgetMs: 0, overflow: "refuse" },
	});
}
