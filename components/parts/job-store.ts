/**
 * Where jobs are kept: the table of their records, the bucket of the payloads that are too large for one, and the queue of
 * the callbacks that are due. Shapes and keys of all are in charter/jobs.ts; no function is made here.
 */
import * as pulumi from "@pulumi/pulumi";
import { OPEN_INDEX } from "../../charter/jobs.ts";
import {
	CALLBACK_RECEIVES_MAX,
	CALLBACK_RETENTION_SECONDS,
	CALLBACK_VISIBILITY_SECONDS,
} from "../../charter/queued.ts";
import type { CostTags } from "../../charter/tags.ts";
import { OnDemandTable } from "./on-demand-table.ts";
import { PrivateBucket } from "./private-bucket.ts";
import { WorkQueue } from "./work-queue.ts";

/** A job lives for a day and is kept for another; S3 counts whole days from midnight. */
const PAYLOAD_RETENTION_DAYS = 3;

export interface JobStoreArgs {
	tags: CostTags;
}

export class JobStore extends pulumi.ComponentResource {
	readonly table: OnDemandTable;
	readonly payloads: PrivateBucket;
	readonly callbacks: WorkQueue;

	constructor(name: string, args: JobStoreArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:JobStore", name, {}, opts);
		const child = { parent: this };
		const { tags } = args;
		this.table = new OnDemandTable(
			name,
			{
				hasSortKey: false,
				isRecoverable: true,
				expiresAttribute: "expiresAt",
				index: { name: OPEN_INDEX, hashKey: "open", rangeKeyNumber: "dueAtMs" },
				tags,
			},
			child,
		);
		this.payloads = new PrivateBucket(
			name,
			{
				isVersioned: false,
				isRetained: false,
				lifecycle: [
					{
						id: "expire",
						status: "Enabled",
						filter: { prefix: "" },
						expiration: { days: PAYLOAD_RETENTION_DAYS },
						abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
					},
				],
				tags,
			},
			child,
		);
		this.callbacks = new WorkQueue(
			"callbacks",
			{
				visibilitySeconds: CALLBACK_VISIBILITY_SECONDS,
				retentionSeconds: CALLBACK_RETENTION_SECONDS,
				receivesMax: CALLBACK_RECEIVES_MAX,
				tags,
			},
			child,
		);
		this.registerOutputs({ table: this.table.table.name, payloads: this.payloads.bucket.bucket });
	}
}
