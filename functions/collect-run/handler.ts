/** Lambda's entry to the collection of a SageMaker training job's run. Wiring only. */
import { ENVIRONMENT } from "../../charter/environment.ts";
import { bulkS3Client } from "../shared/clients.ts";
import { requiredText } from "../shared/environment.ts";
import { runBucket } from "../shared/runs/run-bucket.ts";
import { collect } from "./collect.ts";

const bucketName = requiredText(process.env, ENVIRONMENT.artifactBucket);
const bucket = runBucket(bulkS3Client(), bucketName);
export const handler = (event: unknown) => collect(bucket, bucketName, event);
