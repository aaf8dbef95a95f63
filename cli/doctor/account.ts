/** The doctor's checks of an AWS account before its first `up`: each asks AWS one thing and says what to do about the answer. */
import { APIGatewayClient, GetAccountCommand } from "@aws-sdk/client-api-gateway";
import { GetAccountSettingsCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetServiceQuotaCommand, ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { GetTraceSegmentDestinationCommand, XRayClient } from "@aws-sdk/client-xray";
import { UNRESERVED_CONCURRENCY_MINIMUM } from "../../charter/limits.ts";
import type { AwsTarget } from "../platform/aws.ts";
import { attention, type Check, ok, problem } from "./check.ts";

/** Service Quotas' code of "All G and VT Spot Instance Requests", counted in vCPUs. */
const GPU_SPOT_QUOTA = { ServiceCode: "ec2", QuotaCode: "L-3819A6DF" };
/** The smallest GPU instance of the sample has four vCPUs. */
const GPU_SPOT_VCPUS_MINIMUM = 4;

/** The calls that the checks make, so that a test can answer them. */
export interface AccountPort {
	callerArn(): Promise<string>;
	accountConcurrency(): Promise<number>;
	gpuSpotVcpus(): Promise<number>;
	apiGatewayLogRole(): Promise<string | undefined>;
	traceDestination(): Promise<string>;
}

/** The port on AWS itself. */
export function accountOn(aws: AwsTarget): AccountPort {
	const sts = new STSClient(aws);
	const lambda = new LambdaClient(aws);
	const quotas = new ServiceQuotasClient(aws);
	const gateway = new APIGatewayClient(aws);
	const xray = new XRayClient(aws);
	return {
		callerArn: async () => (await sts.send(new GetCallerIdentityCommand({}))).Arn ?? "nobody",
		accountConcurrency: async () =>
			(await lambda.send(new GetAccountSettingsCommand({}))).AccountLimit?.ConcurrentExecutions ?? 0,
		gpuSpotVcpus: async () => (await quotas.send(new GetServiceQuotaCommand(GPU_SPOT_QUOTA))).Quota?.Value ?? 0,
		apiGatewayLogRole: async () => (await gateway.send(new GetAccountCommand({}))).cloudwatchRoleArn,
		traceDestination: async () => (await xray.send(new GetTraceSegmentDestinationCommand({}))).Destination ?? "XRay",
	};
}

/**
 * The checks of an account.
 * @param needs what the stack's settings will ask of the account
 */
export function accountChecks(
	account: AccountPort,
	needs: { reservedConcurrency: number; gpu: boolean; otlp: boolean },
): Check[] {
	return [
		{
			name: "credentials",
			run: async () => {
				try {
					return ok(`you are ${await account.callerArn()}`);
				} catch (error) {
					return problem(
						`AWS does not say who you are: ${error instanceof Error ? error.message : error}`,
						"log in (`aws sso login`), or set AWS_PROFILE or AWS_ACCESS_KEY_ID",
					);
				}
			},
		},
		{
			name: "account concurrency",
			run: async () => {
				const limit = await account.accountConcurrency();
				const least = needs.reservedConcurrency + UNRESERVED_CONCURRENCY_MINIMUM;
				const found = `the account's limit is ${limit}; this stack reserves ${needs.reservedConcurrency} and AWS keeps ${UNRESERVED_CONCURRENCY_MINIMUM} unreserved`;
				return limit >= least
					? ok(found)
					: problem(found, `ask Service Quotas for "Concurrent executions" of Lambda of at least ${least}`);
			},
		},
		{
			name: "GPU spot quota",
			run: async () => {
				if (!needs.gpu) return ok("no model of this stack asks for a GPU");
				const vcpus = await account.gpuSpotVcpus();
				const found = `${vcpus} vCPUs of G and VT spot instances`;
				return vcpus >= GPU_SPOT_VCPUS_MINIMUM
					? ok(found)
					: attention(
							found,
							'before a GPU model is deployed, ask Service Quotas for "All G and VT Spot Instance Requests" of at least 4 vCPUs',
						);
			},
		},
		{
			name: "API Gateway log role",
			run: async () => {
				const role = await account.apiGatewayLogRole();
				return role
					? ok(role)
					: problem(
							"none is set, so a stage with an access log cannot be made",
							"make a role with AmazonAPIGatewayPushToCloudWatchLogs and set it in API Gateway's account settings, once per region",
						);
			},
		},
		{
			name: "trace settings",
			run: async () => {
				const destination = await account.traceDestination();
				return !needs.otlp || destination === "CloudWatchLogs"
					? ok(`X-Ray keeps segments in ${destination}`)
					: attention(
							`X-Ray keeps segments in ${destination}; its OTLP endpoint needs CloudWatchLogs`,
							"turn on Transaction Search in CloudWatch's settings, or send spans to a collector of yours",
						);
			},
		},
	];
}
