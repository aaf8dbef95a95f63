/** Databases, caches and search domains by the hour of their instances, and a database's storage. */
import { auroraHourUsd, cacheHourUsd, rdsHourUsd, searchHourUsd } from "../../charter/prices/instance-hours.ts";
import { HOURS_PER_MONTH, PRICES_USD } from "../../charter/prices.ts";
import { ifKnown, known, mapFact, orElse } from "../facts/fact.ts";
import { type Estimate, unpriced } from "./cost.ts";
import { instances } from "./costs-capacity.ts";
import { DB_CLUSTER, DB_CLUSTER_INSTANCE, DB_INSTANCE } from "./types.ts";

const PRICED_ENGINES = ["postgres", "mysql", "mariadb"];
const ZONES_IF_MULTI_AZ = 2;

const databaseCost: Estimate = (_stack, database) => {
	const engine = database.props.text("engine");
	if (engine.state === "known" && !PRICED_ENGINES.includes(engine.value)) return unpriced("engine", engine.value);
	const zones = mapFact(orElse(database.props.flag("multiAz"), false), (isMulti) => (isMulti ? ZONES_IF_MULTI_AZ : 1));
	const cost = instances(zones, database.props.text("instanceClass"), rdsHourUsd);
	if (cost.state !== "known") return cost;
	const storage = orElse(database.props.number("allocatedStorage"), 0);
	if (storage.state === "unknown") return storage;
	const usd = cost.value.usd + storage.value * (ifKnown(zones) ?? 1) * PRICES_USD.rdsGp3GbMonth;
	return known({ usd, words: `${cost.value.words} and ${storage.value} GB` });
};

const auroraCost: Estimate = (stack, instance) => {
	const type = instance.props.text("instanceClass");
	if (ifKnown(type) !== "db.serverless") return instances(known(1), type, auroraHourUsd);
	const cluster = stack.target(instance, "clusterIdentifier", DB_CLUSTER);
	const units = cluster?.props.number("serverlessv2ScalingConfiguration.minCapacity");
	if (units === undefined) return unpriced("clusterIdentifier", "a cluster of another stack");
	if (units.state !== "known") return units;
	const usd = units.value * PRICES_USD.auroraCapacityUnitHour * HOURS_PER_MONTH;
	return known({ usd, words: `${units.value} capacity units` });
};

const replicationGroupCost: Estimate = (_stack, group) => {
	const shards = ifKnown(group.props.number("numNodeGroups"));
	const replicas = group.props.number("replicasPerNodeGroup");
	const nodes =
		shards === undefined
			? orElse(group.props.number("numCacheClusters"), 1)
			: mapFact(orElse(replicas, 0), (number) => shards * (1 + number));
	return instances(nodes, group.props.text("nodeType"), cacheHourUsd);
};

const domainCost: Estimate = (_stack, domain) =>
	instances(
		orElse(domain.props.number("clusterConfig.instanceCount"), 1),
		domain.props.text("clusterConfig.instanceType"),
		searchHourUsd,
	);

export const DATABASE_COSTS: Readonly<Record<string, Estimate>> = {
	[DB_INSTANCE]: databaseCost,
	[DB_CLUSTER_INSTANCE]: auroraCost,
	"aws:elasticache/cluster:Cluster": (_stack, cluster) =>
		instances(orElse(cluster.props.number("numCacheNodes"), 1), cluster.props.text("nodeType"), cacheHourUsd),
	"aws:elasticache/replicationGroup:ReplicationGroup": replicationGroupCost,
	"aws:opensearch/domain:Domain": domainCost,
};
