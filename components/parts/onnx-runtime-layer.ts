/**
 * The Lambda layer with ONNX Runtime's native library, which no bundle can hold; one for all realtime models.
 * Which files it has is decided by bundle.ts.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { onnxRuntimeLayer } from "./bundle.ts";
import { stackName } from "./names.ts";

export function onnxRuntimeLayerVersion(
	name: string,
	architecture: "arm64" | "x86_64",
	opts: pulumi.CustomResourceOptions,
): aws.lambda.LayerVersion {
	const files = Object.entries(onnxRuntimeLayer(architecture));
	return new aws.lambda.LayerVersion(
		name,
		{
			layerName: stackName(name),
			description: "ONNX Runtime for Node, CPU only",
			code: new pulumi.asset.AssetArchive(
				Object.fromEntries(files.map(([path, file]) => [path, new pulumi.asset.FileAsset(file)])),
			),
			compatibleArchitectures: [architecture],
			compatibleRuntimes: ["nodejs24.x"],
		},
		opts,
	);
}
