/**
 * The build of an image: a CodeBuild project that builds a Dockerfile, pushes it under its commit, and writes down its digest.
 * What starts it, and with what source, is components/image-pipeline.ts.
 */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { CostTags } from "../../charter/tags.ts";
import { type ImageParts, imageBuildGrants } from "./image-grants.ts";
import { serviceRole } from "./service-role.ts";

const TIMEOUT_MINUTES = 60;
const QUEUED_MINUTES = 60;

/** What an image is built from. */
export interface ImageSource {
	/** Path of the Dockerfile, and of the folder that it is built in. @default "Dockerfile" in the root */
	dockerfile?: string;
	context?: string;
	architecture: "arm64" | "x86_64";
	tags: CostTags;
}

type ImageBuildArgs = ImageSource & ImageParts;

export function imageBuild(
	name: string,
	args: ImageBuildArgs,
	child: { parent: pulumi.Resource },
): aws.codebuild.Project {
	const { architecture, repository, logs, tags } = args;
	const { role, policy } = serviceRole(
		`${name}-build`,
		{
			service: "codebuild.amazonaws.com",
			description: `What the build of the image ${name} may do`,
			grants: imageBuildGrants(args, child),
			tags,
		},
		child,
	);
	const isArm = architecture === "arm64";
	return new aws.codebuild.Project(
		name,
		{
			description: `Builds the image ${name} and pushes it`,
			serviceRole: role.arn,
			buildTimeout: TIMEOUT_MINUTES,
			queuedTimeout: QUEUED_MINUTES,
			artifacts: { type: "CODEPIPELINE" },
			source: { type: "CODEPIPELINE", buildspec: BUILDSPEC },
			environment: {
				type: isArm ? "ARM_CONTAINER" : "LINUX_CONTAINER",
				computeType: "BUILD_GENERAL1_SMALL",
				image: `aws/codebuild/amazonlinux-${isArm ? "aarch64" : "x86_64"}-standard:${isArm ? "3.0" : "5.0"}`,
				// Docker runs in the build.
				privilegedMode: true,
				environmentVariables: Object.entries({
					REPOSITORY: repository.repositoryUrl,
					DOCKERFILE: args.dockerfile ?? "Dockerfile",
					CONTEXT: args.context ?? ".",
					IMAGE_PARAMETER: args.imageParameter,
				}).map(([variable, value]) => ({ name: variable, value })),
			},
			logsConfig: { cloudwatchLogs: { groupName: logs.name } },
			tags,
		},
		{ ...child, dependsOn: [policy] },
	);
}

/** The commit is the tag; where it was built before, the image that is there stays. */
const BUILDSPEC = JSON.stringify({
	version: 0.2,
	env: { shell: "bash" },
	phases: {
		build: {
			commands: [
				"set -euo pipefail",
				'TAG="$CODEBUILD_RESOLVED_SOURCE_VERSION"',
				'NAME="' + "$" + '{REPOSITORY#*/}"',
				'DIGEST="$(aws ecr describe-images --repository-name "$NAME" --image-ids imageTag="$TAG" --query "imageDetails[0].imageDigest" --output text 2>/dev/null || true)"',
				'if [ -z "$DIGEST" ]; then aws ecr get-login-password | docker login --username AWS --password-stdin "' +
					"$" +
					'{REPOSITORY%%/*}"; docker build --file "$DOCKERFILE" --tag "$REPOSITORY:$TAG" "$CONTEXT"; docker push "$REPOSITORY:$TAG"; DIGEST="$(aws ecr describe-images --repository-name "$NAME" --image-ids imageTag="$TAG" --query "imageDetails[0].imageDigest" --output text)"; fi',
				'aws ssm put-parameter --name "$IMAGE_PARAMETER" --type String --overwrite --value "$REPOSITORY@$DIGEST"',
			],
		},
	},
});
