/** The artifact bucket as {@link ArtifactStore}. Whether the bytes are the right ones is checked by who loads them. */
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { ArtifactError } from "./artifact-error.ts";
import type { ArtifactStore } from "./ports.ts";

export function artifactStore(client: S3Client, bucket: string): ArtifactStore {
	return {
		read: async (key) => {
			const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
			if (!Body)
				throw new ArtifactError(`The object ${key} in the bucket ${bucket} has no content. Register the model again.`);
			return Body.transformToByteArray();
		},
	};
}
