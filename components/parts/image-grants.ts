/** What the build of an image, and the pipeline that starts it, may do, and on what. */
import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Grant } from "./service-role.ts";
import { arnOf, placeOf } from "./workflow-grants.ts";

/** Where a build reads and writes. */
export interface ImageParts {
	repository: aws.ecr.Repository;
	bucket: aws.s3.Bucket;
	logs: aws.cloudwatch.LogGroup;
	/** Name. */
	imageParameter: pulumi.Input<string>;
}

export const imageBuildGrants = (
	{ repository, bucket, logs, imageParameter }: ImageParts,
	child: pulumi.InvokeOptions,
): Grant[] => [
	{ actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources: [pulumi.interpolate`${logs.arn}:*`] },
	{ actions: ["s3:GetObject", "s3:GetObjectVersion"], resources: [pulumi.interpolate`${bucket.arn}/*`] },
	// The sign-in has no resources.
	{ actions: ["ecr:GetAuthorizationToken"], resources: ["*"] },
	{
		actions: [
			"ecr:BatchCheckLayerAvailability",
			"ecr:BatchGetImage",
			"ecr:CompleteLayerUpload",
			"ecr:DescribeImages",
			"ecr:GetDownloadUrlForLayer",
			"ecr:InitiateLayerUpload",
			"ecr:PutImage",
			"ecr:UploadLayerPart",
		],
		resources: [repository.arn],
	},
	{
		actions: ["ssm:PutParameter"],
		resources: [arnOf(placeOf(child), "ssm", pulumi.interpolate`parameter${imageParameter}`)],
	},
];

export interface ImagePipelineParts {
	connectionArn: pulumi.Input<string>;
	bucket: aws.s3.Bucket;
	project: aws.codebuild.Project;
}

export const imagePipelineGrants = ({ connectionArn, bucket, project }: ImagePipelineParts): Grant[] => [
	{
		actions: ["codestar-connections:UseConnection", "codeconnections:UseConnection"],
		resources: [connectionArn],
	},
	{
		actions: ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
		resources: [pulumi.interpolate`${bucket.arn}/*`],
	},
	{ actions: ["s3:GetBucketVersioning"], resources: [bucket.arn] },
	{ actions: ["codebuild:BatchGetBuilds", "codebuild:StartBuild"], resources: [project.arn] },
];
