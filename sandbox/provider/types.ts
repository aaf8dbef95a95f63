/** Every functional resource type by its token. Every other type of @pulumi/aws is recorded (recorded.ts). */
import type { ResourceType } from "./resource-type.ts";
import { APIGATEWAY_TYPES } from "./types/apigateway.ts";
import { CLOUDWATCH_TYPES } from "./types/cloudwatch.ts";
import { DYNAMODB_TYPES } from "./types/dynamodb.ts";
import { ECS_TYPES } from "./types/ecs.ts";
import { EVENTS_TYPES } from "./types/events.ts";
import { IAM_TYPES } from "./types/iam.ts";
import { LAMBDA_TYPES } from "./types/lambda.ts";
import { S3_TYPES } from "./types/s3.ts";
import { SCHEDULER_TYPES } from "./types/scheduler.ts";
import { SFN_TYPES } from "./types/sfn.ts";
import { SNS_TYPES } from "./types/sns.ts";
import { SQS_TYPES } from "./types/sqs.ts";

export const FUNCTIONAL_TYPES: Readonly<Record<string, ResourceType>> = {
	...APIGATEWAY_TYPES,
	...CLOUDWATCH_TYPES,
	...DYNAMODB_TYPES,
	...ECS_TYPES,
	...EVENTS_TYPES,
	...IAM_TYPES,
	...LAMBDA_TYPES,
	...S3_TYPES,
	...SCHEDULER_TYPES,
	...SFN_TYPES,
	...SNS_TYPES,
	...SQS_TYPES,
};
