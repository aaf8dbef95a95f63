/**
 * A model's own server on SageMaker: the image, what its role may do, and an asynchronous endpoint that answers into the jobs'
 * bucket. Who sends it requests, and how many instances it has, is sagemaker-endpoint.ts.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { MODEL_SERVER_PORT } from "../../charter/containers.ts";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { SettingsError } from "../../charter/errors.ts";
import { COLD_START_SECONDS } from "../../charter/queued.ts";
import { artifactPrefix } from "../../charter/registry.ts";
import {
	inferenceFailurePrefix,
	inferenceOutputPrefix,
	inferencePrefix,
	planEndpoint,
	SAGEMAKER_VARIANT,
	type SageMakerModel,
} from "../../charter/sagemaker.ts";
import type { Settings } from "../../charter/settings.ts";
import type { CostTags } from "../../charter/tags.ts";
import { commonEnvironment } from "./common-environment.ts";
import type { JobStores } from "./job-work.ts";
import { stackName } from "./names.ts";
import { type Grant, serviceRole } from "./service-role.ts";
import { executionGrants } from "./task-roles.ts";

/** SageMaker writes its containers' logs there and nowhere else. */
const LOG_PREFIX = "/aws/sagemaker/Endpoints/";
const NAME_MAX_CHARACTERS = 63;

export interface SageMakerHostArgs extends Omit<JobStores, "work"> {
	settings: Settings;
	model: SageMakerModel;
	/** Where SageMaker tells of each request, whatever came of it. */
	topic: aws.sns.Topic;
	tags: CostTags;
}

export class SageMakerHost extends pulumi.ComponentResource {
	readonly endpoint: aws.sagemaker.Endpoint;

	/**
	 * @param name name of the model and slot, as in "digit-reader-a"
	 * @throws {SettingsError} where the endpoint's name would be longer than SageMaker takes
	 */
	constructor(name: string, args: SageMakerHostArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:SageMakerHost", name, {}, opts);
		const child = { parent: this };
		const { settings, model, store, registry, artifacts, topic, tags } = args;
		const endpointName = nameOf(name);
		const logGroup = new aws.cloudwatch.LogGroup(
			`${name}-model-server-logs`,
			{ name: `${LOG_PREFIX}${endpointName}`, retentionInDays: settings.observability.logRetentionDays, tags },
			child,
		);
		const { role, policy } = serviceRole(
			`${name}-host`,
			{
				service: "sagemaker.amazonaws.com",
				description: `What the model server of ${name} may do`,
				grants: [...executionGrants([model.runtime.image], [logGroup]), ...hostGrants(args)],
				tags,
			},
			child,
		);
		const server = new aws.sagemaker.Model(
			name,
			{
				executionRoleArn: role.arn,
				primaryContainer: {
					image: model.runtime.image,
					environment: {
						...commonEnvironment(settings, `${name}-model-server`),
						[ENVIRONMENT.model]: model.name,
						[ENVIRONMENT.modelServerPort]: String(MODEL_SERVER_PORT),
						[ENVIRONMENT.registryTable]: registry.table.name,
						[ENVIRONMENT.artifactBucket]: artifacts.bucket.bucket,
					},
				},
				tags,
			},
			{ ...child, dependsOn: [policy] },
		);
		const bucket = store.payloads.bucket.bucket;
		const configuration = new aws.sagemaker.EndpointConfiguration(
			name,
			{
				// No key for the disks: instances with disks of their own encrypt them, and SageMaker refuses one.
				productionVariants: [
					{
						variantName: SAGEMAKER_VARIANT,
						modelName: server.name,
						instanceType: model.runtime.instanceType,
						// SageMaker starts no endpoint with none; scaling takes it away.
						initialInstanceCount: 1,
						containerStartupHealthCheckTimeoutInSeconds: COLD_START_SECONDS,
					},
				],
				asyncInferenceConfig: {
					clientConfig: { maxConcurrentInvocationsPerInstance: planEndpoint(model).requestsAtOnce },
					outputConfig: {
						s3OutputPath: pulumi.interpolate`s3://${bucket}/${inferenceOutputPrefix(model.name)}`,
						s3FailurePath: pulumi.interpolate`s3://${bucket}/${inferenceFailurePrefix(model.name)}`,
						// The status is in the notification: one topic is enough.
						notificationConfig: { successTopic: topic.arn, errorTopic: topic.arn },
					},
				},
				tags,
			},
			child,
		);
		this.endpoint = new aws.sagemaker.Endpoint(
			name,
			{ name: endpointName, endpointConfigName: configuration.name, tags },
			{ ...child, dependsOn: [logGroup] },
		);
		this.registerOutputs({ endpoint: this.endpoint.name });
	}
}

/** Named by us: the log group must be there before the endpoint is, or it would have no retention. */
function nameOf(name: string): string {
	const endpointName = stackName(name);
	if (endpointName.length <= NAME_MAX_CHARACTERS) return endpointName;
	throw new SettingsError(
		`The endpoint of "${name}" would be named "${endpointName}", which has ${endpointName.length} characters of the ${NAME_MAX_CHARACTERS} that SageMaker takes. Shorten the model's or the stack's name.`,
	);
}

/** The model's own artifacts and versions, its own part of the jobs' payloads, and its own topic. */
const hostGrants = ({ model, store, registry, artifacts, topic }: SageMakerHostArgs): Grant[] => [
	{ actions: ["dynamodb:GetItem"], resources: [registry.table.arn] },
	{
		actions: ["s3:GetObject"],
		resources: [pulumi.interpolate`${artifacts.bucket.arn}/${artifactPrefix(model.name)}*`],
	},
	{
		actions: ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
		resources: [pulumi.interpolate`${store.payloads.bucket.arn}/${inferencePrefix(model.name)}*`],
	},
	{ actions: ["sns:Publish"], resources: [topic.arn] },
	// Metrics have no resources.
	{ actions: ["cloudwatch:PutMetricData"], resources: ["*"] },
];
