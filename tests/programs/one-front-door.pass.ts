/** The same, with an address that only signed calls reach, and a CDN whose origin is the API. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export default async function program() {
	const api = new aws.apigateway.RestApi("inference");
	const score = new aws.lambda.Function("score", {
		role: "arn:aws:iam::123456789012:role/score",
		runtime: aws.lambda.Runtime.NodeJS24dX,
		handler: "index.handler",
		s3Bucket: "artifacts",
		s3Key: "score.zip",
	});
	new aws.lambda.FunctionUrl("score", { functionName: score.name, authorizationType: "AWS_IAM" });
	new aws.lb.LoadBalancer("workers", { internal: true, subnets: ["subnet-1", "subnet-2"] });
	new aws.cloudfront.Distribution("edge", {
		enabled: true,
		origins: [
			{
				originId: "api",
				domainName: pulumi.interpolate`${api.id}.execute-api.us-east-1.amazonaws.com`,
				customOriginConfig: {
					httpPort: 80,
					httpsPort: 443,
					originProtocolPolicy: "https-only",
					originSslProtocols: ["TLSv1.2"],
				},
			},
		],
		defaultCacheBehavior: {
			targetOriginId: "api",
			viewerProtocolPolicy: "https-only",
			allowedMethods: ["GET", "HEAD"],
			cachedMethods: ["GET", "HEAD"],
		},
		restrictions: { geoRestriction: { restrictionType: "none" } },
		viewerCertificate: { cloudfrontDefaultCertificate: true },
	});
}
