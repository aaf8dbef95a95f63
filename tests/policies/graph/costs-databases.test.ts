import { expect } from "chai";
import { ref, resource, UNKNOWN } from "../../support/policies.ts";
import { costOf, expectCost, HOURS } from "../../support/policies-costs.ts";

type Props = Record<string, unknown>;

const database = (props: Props = {}) =>
	resource("aws:rds/instance:Instance", "db", { engine: "postgres", instanceClass: "db.r6g.large", ...props });
const cluster = (props: Props = {}) => resource("aws:rds/cluster:Cluster", "aurora", props);
const writer = (props: Props = {}) =>
	resource("aws:rds/clusterInstance:ClusterInstance", "writer", {
		clusterIdentifier: ref(cluster(), "id"),
		instanceClass: "db.serverless",
		...props,
	});
const replication = (props: Props) =>
	resource("aws:elasticache/replicationGroup:ReplicationGroup", "cache", { nodeType: "cache.r6g.large", ...props });
const unknownAt = (property: string) => ({ state: "unknown", property });

describe("policies/graph/costs-databases", () => {
	it("prices a database and its storage, twice in two zones", () => {
		const one = "1 × db.r6g.large at $0.215/h";
		expectCost([database({ allocatedStorage: 100 })], 0.215 * HOURS + 100 * 0.115, `${one} and 100 GB`);
		expectCost([database()], 0.215 * HOURS, `${one} and 0 GB`);
		expectCost(
			[database({ multiAz: true, allocatedStorage: 100 })],
			2 * (0.215 * HOURS + 100 * 0.115),
			"2 × db.r6g.large at $0.215/h and 100 GB",
		);
		expectCost([database({ engine: undefined })], 0.215 * HOURS, `${one} and 0 GB`);
	});

	it("says what it cannot price of a database", () => {
		expect(costOf([database({ engine: "oracle-ee" })])).to.deep.equal({
			state: "unpriced",
			property: "engine",
			what: "oracle-ee",
		});
		for (const property of ["multiAz", "instanceClass", "allocatedStorage"])
			expect(costOf([database({ [property]: UNKNOWN })])).to.deep.equal(unknownAt(property));
		expect(costOf([database({ instanceClass: "db.zz9.large" })])).to.include({
			state: "unpriced",
			what: "db.zz9.large",
		});
	});

	it("prices Aurora by instance, and serverless by the least of its capacity units", () => {
		expectCost([writer({ instanceClass: "db.r6g.large" })], 0.26 * HOURS, "1 × db.r6g.large at $0.26/h");
		const scaling = (minCapacity: unknown) => cluster({ serverlessv2ScalingConfiguration: { minCapacity } });
		expectCost([writer(), scaling(0.5)], 0.5 * 0.12 * HOURS, "0.5 capacity units");
		expect(costOf([writer(), scaling(UNKNOWN)])).to.deep.equal(
			unknownAt("serverlessv2ScalingConfiguration.minCapacity"),
		);
		expect(costOf([writer(), cluster()])).to.deep.equal({ state: "absent" });
		expect(costOf([writer({ clusterIdentifier: "elsewhere" })])).to.deep.equal({
			state: "unpriced",
			property: "clusterIdentifier",
			what: "a cluster of another stack",
		});
	});

	it("prices caches by their nodes: shards with replicas, or a number of clusters", () => {
		const at = "cache.r6g.large at $0.206/h";
		expectCost([replication({ numNodeGroups: 2, replicasPerNodeGroup: 2 })], 6 * 0.206 * HOURS, `6 × ${at}`);
		expectCost([replication({ numNodeGroups: 2 })], 2 * 0.206 * HOURS, `2 × ${at}`);
		expectCost([replication({ numCacheClusters: 3 })], 3 * 0.206 * HOURS, `3 × ${at}`);
		expectCost([replication({})], 0.206 * HOURS, `1 × ${at}`);
		expect(costOf([replication({ numNodeGroups: 2, replicasPerNodeGroup: UNKNOWN })])).to.deep.equal(
			unknownAt("replicasPerNodeGroup"),
		);
		const nodes = { nodeType: "cache.r6g.large", numCacheNodes: 4 };
		expectCost([resource("aws:elasticache/cluster:Cluster", "cache", nodes)], 4 * 0.206 * HOURS, `4 × ${at}`);
	});

	it("prices a search domain by its data nodes", () => {
		const domain = (instanceCount: number | undefined) =>
			resource("aws:opensearch/domain:Domain", "search", {
				clusterConfig: { instanceType: "r6g.large.search", instanceCount },
			});
		expectCost([domain(3)], 3 * 0.167 * HOURS, "3 × r6g.large.search at $0.167/h");
		expectCost([domain(undefined)], 0.167 * HOURS, "1 × r6g.large.search at $0.167/h");
	});
});
