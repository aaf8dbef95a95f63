/**
 * A model's asynchronous endpoint: takes one attempt at a job, whose request lies in the jobs' bucket, or says why not.
 * The port and its adapter. What comes of it is told to sagemaker-result, much later.
 */
import {
	InvokeEndpointAsyncCommand,
	type SageMakerRuntimeClient,
	SageMakerRuntimeServiceException,
} from "@aws-sdk/client-sagemaker-runtime";
import type { JobRecord } from "../../charter/jobs.ts";
import { customAttributes, type InferenceTimes, inferenceId } from "../../charter/sagemaker.ts";

type Acceptance =
	| { kind: "accepted" }
	/** SageMaker says that the request is at fault. */
	| { kind: "refused"; message: string }
	/** Through no fault of the job: it is busy, broken, or not there. */
	| { kind: "unavailable"; message: string };

export interface Endpoint {
	/** Never rejects. */
	invoke(job: JobRecord, inputKey: string): Promise<Acceptance>;
}

export interface EndpointOptions extends Pick<InferenceTimes, "invocationTimeoutSeconds" | "requestTtlSeconds"> {
	client: SageMakerRuntimeClient;
	endpoint: string;
	bucket: string;
}

const REQUEST_AT_FAULT = "ValidationError";
/** The same error says that there is no such endpoint (any more), which is not the job's fault. */
const NO_ENDPOINT = /not found|could not find/i;
const JSON_TYPE = "application/json";

export function asyncEndpoint({ client, endpoint, bucket, ...times }: EndpointOptions): Endpoint {
	return {
		invoke: async (job, inputKey) => {
			const call = new InvokeEndpointAsyncCommand({
				EndpointName: endpoint,
				InputLocation: `s3://${bucket}/${inputKey}`,
				InferenceId: inferenceId(job),
				ContentType: JSON_TYPE,
				Accept: JSON_TYPE,
				CustomAttributes: customAttributes(job),
				InvocationTimeoutSeconds: times.invocationTimeoutSeconds,
				RequestTTLSeconds: times.requestTtlSeconds,
			});
			try {
				await client.send(call);
				return { kind: "accepted" };
			} catch (thrown) {
				return refusalOf(thrown, endpoint);
			}
		},
	};
}

function refusalOf(thrown: unknown, endpoint: string): Acceptance {
	const reason = thrown instanceof Error ? thrown.message : String(thrown);
	const isAtFault =
		thrown instanceof SageMakerRuntimeServiceException && thrown.name === REQUEST_AT_FAULT && !NO_ENDPOINT.test(reason);
	return isAtFault
		? { kind: "refused", message: `SageMaker refused the request: ${reason}` }
		: { kind: "unavailable", message: `The endpoint ${endpoint} did not take the request: ${reason}` };
}
