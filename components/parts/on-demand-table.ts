/**
 * A DynamoDB table that scales with its use and is encrypted; its data can be brought back to any second of the last 35 days,
 * unless it is worthless later. Not a schema: item shapes are in charter/.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { CostTags } from "../../charter/tags.ts";

export interface OnDemandTableArgs {
	/** Whether items have a sort key `sk` beside their `pk`. */
	hasSortKey: boolean;
	/** Point-in-time recovery; off only for what is worthless after a minute. */
	isRecoverable: boolean;
	/** Deletion is refused, and `pulumi destroy` leaves the table behind. @default false */
	isRetained?: boolean;
	/** Attribute with the second since the epoch after which DynamoDB deletes an item. @default none expires */
	expiresAttribute?: string;
	/** An index that projects everything, on a text and, in its order, a number. @default none */
	index?: { name: string; hashKey: string; rangeKeyNumber: string };
	tags: CostTags;
}

export class OnDemandTable extends pulumi.ComponentResource {
	readonly table: aws.dynamodb.Table;

	constructor(name: string, args: OnDemandTableArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:parts:OnDemandTable", name, {}, opts);
		const isRetained = args.isRetained ?? false;
		this.table = new aws.dynamodb.Table(
			`${name}-table`,
			{
				billingMode: "PAY_PER_REQUEST",
				hashKey: "pk",
				...(args.hasSortKey ? { rangeKey: "sk" } : {}),
				attributes: [...textKeys(args), ...numberKeys(args)],
				...(args.index ? { globalSecondaryIndexes: [indexOf(args.index)] } : {}),
				serverSideEncryption: { enabled: true },
				pointInTimeRecovery: { enabled: args.isRecoverable },
				deletionProtectionEnabled: isRetained,
				...(args.expiresAttribute ? { ttl: { attributeName: args.expiresAttribute, enabled: true } } : {}),
				tags: args.tags,
			},
			{ parent: this, retainOnDelete: isRetained },
		);
		this.registerOutputs({ table: this.table.name });
	}
}

const textKeys = ({ hasSortKey, index }: OnDemandTableArgs) =>
	["pk", ...(hasSortKey ? ["sk"] : []), ...(index ? [index.hashKey] : [])].map((name) => ({ name, type: "S" }));

const numberKeys = ({ index }: OnDemandTableArgs) => (index ? [{ name: index.rangeKeyNumber, type: "N" }] : []);

const indexOf = ({ name, hashKey, rangeKeyNumber }: NonNullable<OnDemandTableArgs["index"]>) => ({
	name,
	keySchemas: [
		{ attributeName: hashKey, keyType: "HASH" },
		{ attributeName: rangeKeyNumber, keyType: "RANGE" },
	],
	projectionType: "ALL",
});
