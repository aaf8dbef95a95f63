/** Lambda's entry to the function that tells callbacks of ended jobs. Wiring only. */
import { dynamodbClient, s3Client } from "../shared/clients.ts";
import { writeToStdout } from "../shared/telemetry/log.ts";
import { otlpProcessors } from "../shared/telemetry/otlp.ts";
import { createTelemetry } from "../shared/telemetry/telemetry.ts";
import { httpsPost } from "./post.ts";
import { createCallbackService } from "./service.ts";

/** A third of the function's time: the stores need some of it too. */
const POST_TIMEOUT_MS = 10_000;

const environment = process.env;
export const handler = createCallbackService({
	environment,
	telemetry: createTelemetry({ environment, write: writeToStdout, processors: otlpProcessors(environment) }),
	dynamodb: dynamodbClient(),
	s3: s3Client(),
	post: httpsPost({ timeoutMs: POST_TIMEOUT_MS }),
});
