/** Clients of the embedded AWS's services, as its root user. One set a region. */
import { APIGatewayClient } from "@aws-sdk/client-api-gateway";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { IAMClient } from "@aws-sdk/client-iam";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { EMULATOR_CREDENTIALS } from "../emulator/emulator.ts";

export interface Clients {
	apigateway: APIGatewayClient;
	cloudwatch: CloudWatchClient;
	dynamodb: DynamoDBClient;
	ecs: ECSClient;
	events: EventBridgeClient;
	iam: IAMClient;
	lambda: LambdaClient;
	logs: CloudWatchLogsClient;
	s3: S3Client;
	scheduler: SchedulerClient;
	sfn: SFNClient;
	sns: SNSClient;
	sqs: SQSClient;
}

export function clientsFor(endpoint: string, region: string): Clients {
	const config = { endpoint, region, credentials: EMULATOR_CREDENTIALS };
	return {
		apigateway: new APIGatewayClient(config),
		cloudwatch: new CloudWatchClient(config),
		dynamodb: new DynamoDBClient(config),
		ecs: new ECSClient(config),
		events: new EventBridgeClient(config),
		iam: new IAMClient(config),
		lambda: new LambdaClient(config),
		logs: new CloudWatchLogsClient(config),
		s3: new S3Client({ ...config, forcePathStyle: true }),
		scheduler: new SchedulerClient(config),
		sfn: new SFNClient(config),
		sns: new SNSClient(config),
		sqs: new SQSClient(config),
	};
}

/** Closes the connections that the clients keep open. */
export function closeClients(clients: Clients): void {
	for (const client of Object.values(clients)) client.destroy();
}
