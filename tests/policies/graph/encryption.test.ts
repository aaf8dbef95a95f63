import { expect } from "chai";
import { privateByDefault as rule } from "../../../policies/rules/private-by-default.ts";
import { answers, expectAccepts, expectFails, firstFault, open, resource, UNKNOWN } from "../../support/policies.ts";

const isAboutStore = (answer: string): boolean => answer.includes("unencrypted");

describe("policies/graph/encryption, through private-by-default", () => {
	for (const [type, finding, encrypting] of [
		["aws:ebs/volume:Volume", "volume", { encrypted: true }],
		["aws:rds/instance:Instance", "database", { storageEncrypted: true }],
		["aws:rds/cluster:Cluster", "database", { storageEncrypted: true }],
		["aws:docdb/cluster:Cluster", "database", { storageEncrypted: true }],
		["aws:neptune/cluster:Cluster", "database", { storageEncrypted: true }],
		["aws:dax/cluster:Cluster", "database", { serverSideEncryption: { enabled: true } }],
		["aws:elasticache/replicationGroup:ReplicationGroup", "database", { atRestEncryptionEnabled: true }],
		["aws:opensearch/domain:Domain", "domain", { encryptAtRest: { enabled: true } }],
		["aws:elasticsearch/domain:Domain", "domain", { encryptAtRest: { enabled: true } }],
		["aws:efs/fileSystem:FileSystem", "file-system", { encrypted: "true" }],
	] as const)
		it(`rejects ${type} unless it is encrypted`, () => {
			expectFails(rule, [resource(type, "store")], [`store (unencrypted-${finding})`]);
			expectAccepts(rule, [resource(type, "store", encrypting)]);
		});

	it("says which property to set", () => {
		expect(firstFault(rule, [resource("aws:efs/fileSystem:FileSystem", "models")])).to.deep.equal({
			what: "is not encrypted",
			fix: "Set encrypted to true.",
		});
	});

	it("knows what AWS encrypts without being told, and what takes it over from its origin", () => {
		expectAccepts(rule, [resource("aws:redshift/cluster:Cluster", "warehouse")]);
		expectAccepts(rule, [resource("aws:rds/cluster:Cluster", "db", { engineMode: "serverless" })]);
		expectAccepts(rule, [resource("aws:rds/instance:Instance", "db", { replicateSourceDb: "primary" })]);
		const valkey = { engine: "valkey" };
		expectAccepts(rule, [resource("aws:elasticache/replicationGroup:ReplicationGroup", "cache", valkey)]);
		const redis = { engine: UNKNOWN };
		expect(open(rule, [resource("aws:elasticache/replicationGroup:ReplicationGroup", "cache", redis)])).to.deep.equal([
			"cannot tell cache (unencrypted-database)",
		]);
	});

	it("rejects Valkey that says no, and says of a volume within a machine whose it is", () => {
		const valkey = { engine: "valkey", atRestEncryptionEnabled: false };
		const cache = resource("aws:elasticache/replicationGroup:ReplicationGroup", "cache", valkey);
		expectFails(rule, [cache], ["cache (unencrypted-database)"]);
		const host = resource("aws:ec2/instance:Instance", "host", { rootBlockDevice: { volumeSize: 9 } });
		expect(firstFault(rule, [host])?.what).to.equal("has a volume that is not encrypted");
	});

	it("rejects Redshift that says no", () => {
		const specs = [resource("aws:redshift/cluster:Cluster", "warehouse", { encrypted: "false" })];
		expectFails(rule, specs, ["warehouse (unencrypted-database)"]);
	});

	for (const [type, block] of [
		["aws:ec2/instance:Instance", (volume: object) => ({ rootBlockDevice: volume })],
		["aws:ec2/instance:Instance", (volume: object) => ({ ebsBlockDevices: [{ ...volume, deviceName: "sdb" }] })],
		["aws:ec2/launchTemplate:LaunchTemplate", (volume: object) => ({ blockDeviceMappings: [{ ebs: volume }] })],
		["aws:ecs/service:Service", (volume: object) => ({ volumeConfiguration: { name: "v", managedEbsVolume: volume } })],
		["aws:ec2/launchConfiguration:LaunchConfiguration", (volume: object) => ({ rootBlockDevice: volume })],
	] as const)
		it(`reads the volumes of ${type} in ${Object.keys(block({}))[0]}`, () => {
			const onDefault = resource("aws:ebs/encryptionByDefault:EncryptionByDefault", "all");
			expectFails(rule, [resource(type, "host", block({ volumeSize: 9 }))], ["host (unencrypted-volume)"]);
			expectAccepts(rule, [resource(type, "host", block({ volumeSize: 9, encrypted: true }))]);
			expectAccepts(rule, [resource(type, "host", block({ volumeSize: 9 })), onDefault]);
			expectAccepts(rule, [resource(type, "host", block({ snapshotId: "snap-1" }))]);
			expect(open(rule, [resource(type, "host", block({ encrypted: UNKNOWN }))])).to.deep.equal([
				"cannot tell host (unencrypted-volume)",
			]);
		});

	it("cannot tell while a list of volumes, or the account's default, is not known yet", () => {
		const host = resource("aws:ec2/launchTemplate:LaunchTemplate", "host", { blockDeviceMappings: UNKNOWN });
		const within = resource("aws:ec2/launchTemplate:LaunchTemplate", "host", {
			blockDeviceMappings: [{ ebs: UNKNOWN }],
		});
		for (const each of [host, within])
			expect(open(rule, [each])).to.deep.equal(["cannot tell host (unencrypted-volume)"]);
		const setting = resource("aws:ebs/encryptionByDefault:EncryptionByDefault", "all", { enabled: UNKNOWN });
		expect(open(rule, [resource("aws:ebs/volume:Volume", "v"), setting])).to.deep.equal([
			"cannot tell v (unencrypted-volume)",
		]);
	});

	it("names the property of a volume as a program writes it", () => {
		const fix = (type: string, props: Record<string, unknown>) =>
			firstFault(rule, [resource(type, "host", props)])?.fix;
		expect(fix("aws:ec2/instance:Instance", { rootBlockDevice: { volumeSize: 9 } })).to.equal(
			"Set rootBlockDevice.encrypted to true.",
		);
		expect(
			fix("aws:ec2/launchTemplate:LaunchTemplate", { blockDeviceMappings: [{ ebs: { volumeSize: 9 } }] }),
		).to.equal("Set blockDeviceMappings.ebs.encrypted to true.");
	});

	it("judges a volume that says no, and one made of a snapshot that is encrypted anew, by their own words", () => {
		const onDefault = resource("aws:ebs/encryptionByDefault:EncryptionByDefault", "all");
		const plain = resource("aws:ebs/volume:Volume", "v", { encrypted: false });
		expectFails(rule, [plain, onDefault], ["v (unencrypted-volume)"]);
		const host = (rootBlockDevice: object) => resource("aws:ec2/instance:Instance", "host", { rootBlockDevice });
		expect(answers(rule, [host({ snapshotId: "snap-1", encrypted: true })])).to.deep.equal([
			"pass host (unencrypted-volume)",
		]);
		expect(answers(rule, [host({ snapshotId: "snap-1", encrypted: false })])).to.deep.equal([]);
	});

	it("cannot tell of a switch that is not known yet, whatever AWS does by default", () => {
		for (const [type, property, finding] of [
			["aws:ebs/volume:Volume", "encrypted", "volume"],
			["aws:rds/instance:Instance", "storageEncrypted", "database"],
			["aws:rds/cluster:Cluster", "storageEncrypted", "database"],
			["aws:redshift/cluster:Cluster", "encrypted", "database"],
		] as const)
			expect(answers(rule, [resource(type, "store", { [property]: UNKNOWN })]).filter(isAboutStore)).to.deep.equal([
				`cannot tell store (unencrypted-${finding})`,
			]);
	});

	it("judges a host's volumes alone, and one list of them that is not known yet", () => {
		const mixed = { rootBlockDevice: { encrypted: true }, ebsBlockDevices: UNKNOWN };
		expect(answers(rule, [resource("aws:ec2/instance:Instance", "host", mixed)])).to.deep.equal([
			"cannot tell host (unencrypted-volume)",
			"pass host (unencrypted-volume)",
		]);
		expect(answers(rule, [resource("aws:ec2/instance:Instance", "host")])).to.deep.equal([]);
	});

	it("rejects a database with a public address", () => {
		const props = { storageEncrypted: true, publiclyAccessible: true };
		expectFails(rule, [resource("aws:rds/instance:Instance", "db", props)], ["db (public-database)"]);
	});
});
