/**
 * The bucket of model artifacts: private, versioned, and left behind by `pulumi destroy`.
 * Not the registry, which is the table that says what the objects are.
 */
import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { STAGING_PREFIX } from "../../charter/registry.ts";
import type { CostTags } from "../../charter/tags.ts";
import { EXPIRE_NONCURRENT, PrivateBucket } from "./private-bucket.ts";

/** A trainer's run is registered within minutes; what nobody registered is of no use after a week. */
const STAGING_RETENTION_DAYS = 7;

export interface ArtifactStoreArgs {
	tags: CostTags;
}

export class ArtifactStore extends pulumi.ComponentResource {
	readonly bucket: aws.s3.Bucket;

	constructor(name: string, args: ArtifactStoreArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:control:ArtifactStore", name, {}, opts);
		const { bucket } = new PrivateBucket(
			name,
			{
				isVersioned: true,
				// The bucket outlives the stack, so what guards it must too.
				isRetained: true,
				lifecycle: [
					{
						id: "expire-staging",
						status: "Enabled",
						filter: { prefix: STAGING_PREFIX },
						expiration: { days: STAGING_RETENTION_DAYS },
					},
					EXPIRE_NONCURRENT,
				],
				tags: args.tags,
			},
			{ parent: this },
		);
		this.bucket = bucket;
		this.registerOutputs({ bucket: bucket.bucket });
	}
}
