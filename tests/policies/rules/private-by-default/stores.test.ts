import { expect } from "chai";
import { privateByDefault as rule } from "../../../../policies/rules/private-by-default.ts";
import {
	answers,
	expectAccepts,
	expectFails,
	firstFault,
	judge,
	open,
	resource,
	UNKNOWN,
} from "../../../support/policies.ts";

const held = (policy: unknown) => resource("aws:s3/bucketPolicy:BucketPolicy", "held", { policy });
const permission = resource("aws:lambda/permission:Permission", "call", { function: "score", principal: "*" });

describe("policies/rules/private-by-default, beside its policies, ACLs and ingress", () => {
	describe("databases and stores", () => {
		for (const type of [
			"aws:rds/instance:Instance",
			"aws:rds/clusterInstance:ClusterInstance",
			"aws:redshift/cluster:Cluster",
			"aws:dms/replicationInstance:ReplicationInstance",
		])
			it(`rejects a public address of ${type}`, () => {
				const at = (publiclyAccessible: unknown) => [
					resource(type, "db", { storageEncrypted: true, encrypted: true, publiclyAccessible }),
				];
				expectFails(rule, at(true), ["db (public-database)"]);
				expectAccepts(rule, at(false));
				expect(open(rule, at(UNKNOWN))).to.deep.equal(["cannot tell db (public-database)"]);
			});

		it("says which store is not encrypted, and by which property", () => {
			const files = resource("aws:efs/fileSystem:FileSystem", "files");
			expectFails(rule, [files], ["files (unencrypted-file-system)"]);
			expect(firstFault(rule, [files])).to.deep.equal({
				what: "is not encrypted",
				fix: "Set encrypted to true.",
			});
			const encrypted = resource("aws:efs/fileSystem:FileSystem", "files", { encrypted: true });
			expect(answers(rule, [encrypted])).to.deep.equal(["pass files (unencrypted-file-system)"]);
		});
	});

	it("has nothing to say of a policy that is not there or no JSON, and asks again while it is not known", () => {
		for (const policy of [undefined, "no JSON"]) expect(answers(rule, [held(policy)])).to.deep.equal([]);
		expect(open(rule, [held(UNKNOWN)])).to.deep.equal(["cannot tell held (public-policy)"]);
	});

	it("only advises on a function's URL, and rejects all else", () => {
		const url = resource("aws:lambda/functionUrl:FunctionUrl", "url", { authorizationType: "NONE" });
		const levels = judge(rule, [url, permission]).map((each) => each.answer === "fail" && each.level);
		expect(levels).to.deep.equal([undefined, "advisory"]);
	});
});
