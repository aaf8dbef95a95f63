/**
 * Builds an image from a repository and pushes it: what a team may have for its trainer or its model server. The digest that it
 * made lies in a parameter; which image a model runs is still the settings' to say, so nothing changes by a push alone.
 * Optional: the program does not make one by itself.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type ImageSource, imageBuild } from "./parts/image-build.ts";
import { imagePipelineGrants } from "./parts/image-grants.ts";
import { logGroupName, stackName } from "./parts/names.ts";
import { PrivateBucket } from "./parts/private-bucket.ts";
import { serviceRole } from "./parts/service-role.ts";

const UNTAGGED_RETENTION_DAYS = 14;
const SOURCE_RETENTION_DAYS = 7;
const SOURCE = "source";

export interface ImagePipelineArgs extends ImageSource {
	source: {
		/** ARN of a CodeConnections connection that somebody has confirmed in the console. */
		connectionArn: pulumi.Input<string>;
		/** As in "clinic/tumour-risk". */
		repository: string;
		/** @default "main" */
		branch?: string;
	};
	logRetentionDays: number;
}

/** @example new ImagePipeline("trainer", { source: { connectionArn, repository: "clinic/trainer" }, architecture: "arm64", … }) */
export class ImagePipeline extends pulumi.ComponentResource {
	readonly repository: aws.ecr.Repository;
	readonly pipeline: aws.codepipeline.Pipeline;
	/** Name of the parameter that holds the last image, as in "repository@sha256:…". */
	readonly imageParameter: pulumi.Output<string>;

	/** @param name of what is built, as in "tumour-risk-trainer" */
	constructor(name: string, args: ImagePipelineArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:control:ImagePipeline", name, {}, opts);
		const child = { parent: this };
		const { source, tags, logRetentionDays } = args;
		this.repository = new aws.ecr.Repository(
			name,
			{
				// A tag that could move would say nothing of what is in it.
				imageTagMutability: "IMMUTABLE",
				imageScanningConfiguration: { scanOnPush: true },
				encryptionConfigurations: [{ encryptionType: "AES256" }],
				tags,
			},
			child,
		);
		new aws.ecr.LifecyclePolicy(
			name,
			{ repository: this.repository.name, policy: JSON.stringify({ rules: [EXPIRE_UNTAGGED] }) },
			child,
		);
		const { bucket } = new PrivateBucket(
			`${name}-source`,
			{
				isVersioned: false,
				isRetained: false,
				lifecycle: [
					{ id: "expire", status: "Enabled", filter: { prefix: "" }, expiration: { days: SOURCE_RETENTION_DAYS } },
				],
				tags,
			},
			child,
		);
		const logs = new aws.cloudwatch.LogGroup(
			`${name}-build-logs`,
			{ name: logGroupName(`${name}-build`), retentionInDays: logRetentionDays, tags },
			child,
		);
		this.imageParameter = pulumi.output(`/${stackName(name)}/image`);
		const project = imageBuild(
			name,
			{ ...args, repository: this.repository, bucket, logs, imageParameter: this.imageParameter },
			child,
		);
		const { role, policy } = serviceRole(
			`${name}-pipeline`,
			{
				service: "codepipeline.amazonaws.com",
				description: `What the pipeline of the image ${name} may do`,
				grants: imagePipelineGrants({ connectionArn: source.connectionArn, bucket, project }),
				tags,
			},
			child,
		);
		this.pipeline = new aws.codepipeline.Pipeline(
			name,
			{
				pipelineType: "V2",
				roleArn: role.arn,
				artifactStores: [{ type: "S3", location: bucket.bucket }],
				stages: [
					{
						name: "Source",
						actions: [
							{
								name: "Source",
								category: "Source",
								owner: "AWS",
								provider: "CodeStarSourceConnection",
								version: "1",
								outputArtifacts: [SOURCE],
								configuration: {
									ConnectionArn: source.connectionArn,
									FullRepositoryId: source.repository,
									BranchName: source.branch ?? "main",
									DetectChanges: "true",
								},
							},
						],
					},
					{
						name: "Build",
						actions: [
							{
								name: "Build",
								category: "Build",
								owner: "AWS",
								provider: "CodeBuild",
								version: "1",
								inputArtifacts: [SOURCE],
								configuration: { ProjectName: project.name },
							},
						],
					},
				],
				tags,
			},
			{ ...child, dependsOn: [policy] },
		);
		this.registerOutputs({ repository: this.repository.repositoryUrl, imageParameter: this.imageParameter });
	}
}

const EXPIRE_UNTAGGED = {
	rulePriority: 1,
	description: "What no tag names is of no use",
	selection: {
		tagStatus: "untagged",
		countType: "sinceImagePushed",
		countUnit: "days",
		countNumber: UNTAGGED_RETENTION_DAYS,
	},
	action: { type: "expire" },
};
