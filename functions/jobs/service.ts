/** Puts the jobs function together from its environment and AWS clients, as handler.ts and the tests need it. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { type Environment, requiredText } from "../shared/environment.ts";
import { type ApiHandler, serve } from "../shared/http/serve.ts";
import { jobTable } from "../shared/jobs/job-table.ts";
import { payloadBucket } from "../shared/jobs/payloads.ts";
import type { Telemetry } from "../shared/telemetry/telemetry.ts";
import { type JobsPorts, jobs } from "./jobs.ts";

export interface JobsParts {
	environment: Environment;
	telemetry: Telemetry;
	dynamodb: DynamoDBClient;
	s3: S3Client;
}

/** @throws {FunctionSettingsError} where the environment lacks something, by name */
export function createJobsService({ environment, telemetry, dynamodb, s3 }: JobsParts): ApiHandler {
	const { now } = telemetry;
	const ports: JobsPorts = {
		store: jobTable({ client: dynamodb, table: requiredText(environment, ENVIRONMENT.jobsTable), now }),
		payloads: payloadBucket(s3, requiredText(environment, ENVIRONMENT.jobsBucket)),
		now,
	};
	return serve({ telemetry, name: "jobs", answer: (call) => jobs(ports, call) });
}
