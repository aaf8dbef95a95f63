/** A function that makes a thumbnail of every image in a bucket, as tutorials have it. Not written with the charter in mind. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export default async function program() {
	const images = new aws.s3.Bucket("images", { forceDestroy: true });

	const role = new aws.iam.Role("thumbnailer-role", {
		assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" }),
	});
	new aws.iam.RolePolicyAttachment("thumbnailer-execute", {
		role: role.name,
		policyArn: aws.iam.ManagedPolicy.AWSLambdaExecute,
	});
	new aws.iam.RolePolicy("thumbnailer-images", {
		role: role.id,
		policy: pulumi.jsonStringify({
			Version: "2012-10-17",
			Statement: [{ Effect: "Allow", Action: "s3:*", Resource: pulumi.interpolate`${images.arn}/*` }],
		}),
	});

	const thumbnailer = new aws.lambda.Function("thumbnailer", {
		role: role.arn,
		packageType: "Image",
		imageUri: "123456789012.dkr.ecr.us-east-1.amazonaws.com/thumbnailer:1",
		timeout: 900,
		memorySize: 1024,
	});
	const permission = new aws.lambda.Permission("images-invoke", {
		action: "lambda:InvokeFunction",
		function: thumbnailer.name,
		principal: "s3.amazonaws.com",
		sourceArn: images.arn,
	});
	new aws.s3.BucketNotification(
		"new-images",
		{
			bucket: images.id,
			lambdaFunctions: [{ lambdaFunctionArn: thumbnailer.arn, events: ["s3:ObjectCreated:*"], filterSuffix: ".jpg" }],
		},
		{ dependsOn: [permission] },
	);
}
