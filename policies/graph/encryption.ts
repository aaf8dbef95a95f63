/**
 * Which stores are encrypted at rest: volumes, databases, domains and file systems. Not with which key; and not the
 * stores that AWS always encrypts (buckets, DynamoDB tables, FSx).
 */
import { type Fact, ifKnown, itemsOf, orElse } from "../facts/fact.ts";
import type { Props } from "../facts/props.ts";
import type { ResourceNode } from "./node.ts";
import type { StackGraph } from "./stack-graph.ts";
import { DB_CLUSTER, DB_INSTANCE, ECS_SERVICE } from "./types.ts";

type StoreKind = "volume" | "database" | "domain" | "file-system";

export interface Store {
	node: ResourceNode;
	kind: StoreKind;
	/** The property that encrypts it, as a program writes it. */
	property: string;
	/** Whether it is a block of the resource, and not the resource itself. */
	isPart: boolean;
	/** Whether data at rest is encrypted. */
	isEncrypted: Fact<boolean>;
}

interface Switch {
	kind: StoreKind;
	property: string;
	/** Properties with which a store takes its encryption over from its origin. */
	inherits?: readonly string[];
	/**
	 * Where AWS encrypts without being told: a property, and the value of it that means so; none for "always".
	 * `isOverruled` where a stated false wins over it.
	 */
	byDefault?: { property: string; value: string; isOverruled?: boolean } | "always";
}

const SWITCHES: Readonly<Record<string, Switch>> = {
	"aws:ebs/volume:Volume": { kind: "volume", property: "encrypted" },
	"aws:ebs/snapshotCopy:SnapshotCopy": { kind: "volume", property: "encrypted" },
	[DB_INSTANCE]: {
		kind: "database",
		property: "storageEncrypted",
		inherits: ["replicateSourceDb", "snapshotIdentifier", "restoreToPointInTime"],
	},
	[DB_CLUSTER]: {
		kind: "database",
		property: "storageEncrypted",
		inherits: ["replicationSourceIdentifier", "snapshotIdentifier", "restoreToPointInTime"],
		byDefault: { property: "engineMode", value: "serverless" },
	},
	"aws:rds/globalCluster:GlobalCluster": {
		kind: "database",
		property: "storageEncrypted",
		inherits: ["sourceDbClusterIdentifier"],
	},
	"aws:docdb/cluster:Cluster": {
		kind: "database",
		property: "storageEncrypted",
		inherits: ["snapshotIdentifier", "restoreToPointInTime"],
	},
	"aws:neptune/cluster:Cluster": {
		kind: "database",
		property: "storageEncrypted",
		inherits: ["replicationSourceIdentifier", "snapshotIdentifier"],
	},
	"aws:redshift/cluster:Cluster": { kind: "database", property: "encrypted", byDefault: "always" },
	"aws:dax/cluster:Cluster": { kind: "database", property: "serverSideEncryption.enabled" },
	"aws:elasticache/replicationGroup:ReplicationGroup": {
		kind: "database",
		property: "atRestEncryptionEnabled",
		inherits: ["globalReplicationGroupId"],
		byDefault: { property: "engine", value: "valkey", isOverruled: true },
	},
	"aws:opensearch/domain:Domain": { kind: "domain", property: "encryptAtRest.enabled" },
	"aws:elasticsearch/domain:Domain": { kind: "domain", property: "encryptAtRest.enabled" },
	"aws:efs/fileSystem:FileSystem": { kind: "file-system", property: "encrypted" },
};

/** Where machines state their volumes: lists of blocks, each a volume or holding one. */
const VOLUME_BLOCKS: Readonly<Record<string, readonly { list: string; within?: string }[]>> = {
	"aws:ec2/instance:Instance": [{ list: "rootBlockDevice" }, { list: "ebsBlockDevices" }],
	"aws:ec2/spotInstanceRequest:SpotInstanceRequest": [{ list: "rootBlockDevice" }, { list: "ebsBlockDevices" }],
	"aws:ec2/launchConfiguration:LaunchConfiguration": [{ list: "rootBlockDevice" }, { list: "ebsBlockDevices" }],
	"aws:ec2/launchTemplate:LaunchTemplate": [{ list: "blockDeviceMappings", within: "ebs" }],
	[ECS_SERVICE]: [{ list: "volumeConfiguration", within: "managedEbsVolume" }],
};

/** Every store of the stack that can be left unencrypted; those that take it over from their origin are not judged. */
export function* storesOf(stack: StackGraph): Iterable<Store> {
	for (const [type, how] of Object.entries(SWITCHES))
		for (const node of stack.ofType(type)) {
			if (how.inherits?.some((property) => node.props.read(property).state !== "absent")) continue;
			yield {
				node,
				kind: how.kind,
				property: how.property,
				isPart: false,
				isEncrypted: encryptionBy(stack, node, how),
			};
		}
	for (const [type, blocks] of Object.entries(VOLUME_BLOCKS))
		for (const node of stack.ofType(type))
			for (const { list, within } of blocks) yield* volumesIn(stack, node, list, within);
}

function encryptionBy(stack: StackGraph, node: ResourceNode, { kind, property, byDefault }: Switch): Fact<boolean> {
	const stated = node.props.flag(property);
	if (stated.state === "unknown" || ifKnown(stated) === true) return stated;
	if (kind === "volume" && stated.state === "absent") return volumesByDefault(stack);
	if (byDefault === "always") return orElse(stated, true);
	if (byDefault?.isOverruled && stated.state === "known") return stated;
	// The provider fills in false where AWS decides by the engine.
	const decides = byDefault ? node.props.text(byDefault.property) : undefined;
	if (decides?.state === "unknown") return decides;
	return { state: "known", value: decides?.state === "known" && decides.value === byDefault?.value };
}

function* volumesIn(stack: StackGraph, node: ResourceNode, list: string, within?: string): Iterable<Store> {
	const blocks = node.props.parts(list);
	const property = `${list}.${within ? `${within}.` : ""}encrypted`;
	if (blocks.state === "unknown") yield { node, kind: "volume", property, isPart: true, isEncrypted: blocks };
	for (const block of itemsOf(blocks)) {
		const volume = within ? block.part(within) : { state: "known" as const, value: block };
		if (volume.state === "unknown") yield { node, kind: "volume", property, isPart: true, isEncrypted: volume };
		if (volume.state === "known" && !isFromSnapshot(volume.value)) {
			const stated = volume.value.flag("encrypted");
			const isEncrypted = stated.state === "absent" ? volumesByDefault(stack) : stated;
			yield { node, kind: "volume", property, isPart: true, isEncrypted };
		}
	}
}

/** A volume made of a snapshot is as that was, and AWS refuses both to be stated. */
const isFromSnapshot = (volume: Props): boolean =>
	volume.read("snapshotId").state !== "absent" && ifKnown(volume.flag("encrypted")) !== true;

/** What volumes are that say nothing: encrypted only where the account is set to, in this stack. */
const volumesByDefault = (stack: StackGraph): Fact<boolean> => {
	const [setting] = stack.ofType("aws:ebs/encryptionByDefault:EncryptionByDefault");
	return setting ? orElse(setting.props.flag("enabled"), true) : { state: "known", value: false };
};
