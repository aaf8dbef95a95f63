/**
 * What all batch models share: the bucket of their inputs and outputs, and the table of how far each is committed.
 * Where what lies in the bucket is in charter/windows.ts.
 */
import * as pulumi from "@pulumi/pulumi";
import type { CostTags } from "../../charter/tags.ts";
import { WINDOW_PREFIX } from "../../charter/windows.ts";
import { OnDemandTable } from "./on-demand-table.ts";
import { EXPIRE_NONCURRENT, PrivateBucket } from "./private-bucket.ts";

/** A plan is written anew each time that its window is run. */
const PLAN_RETENTION_DAYS = 90;

export class BatchStore extends pulumi.ComponentResource {
	/** Kept when the stack is destroyed: its data is the teams'. */
	readonly data: PrivateBucket;
	readonly offsets: OnDemandTable;

	constructor(name: string, { tags }: { tags: CostTags }, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:BatchStore", name, {}, opts);
		const child = { parent: this };
		this.data = new PrivateBucket(
			`${name}-data`,
			{
				isVersioned: true,
				isRetained: true,
				lifecycle: [
					{
						id: "expire-plans",
						status: "Enabled",
						filter: { prefix: WINDOW_PREFIX },
						expiration: { days: PLAN_RETENTION_DAYS },
					},
					EXPIRE_NONCURRENT,
				],
				tags,
			},
			child,
		);
		this.offsets = new OnDemandTable(`${name}-offsets`, { hasSortKey: false, isRecoverable: true, tags }, child);
		this.registerOutputs({ data: this.data.bucket.bucket, offsets: this.offsets.table.name });
	}
}
