/** Remediation by the real engine: asked for by level, mended before it is judged, and nothing lost on the way there and back. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { openPreviews } from "../support/policies-engine.ts";

const defaultTags = { team: "risk", model: "shared", feature: "shared", environment: "dev", "cost-center": "cc-42" };
const only = (levels: Record<string, string>) => ({
	all: "disabled",
	...levels,
	charter: { enforcementLevel: "mandatory", defaultTags, logRetentionDays: 90 },
});
const REMEDIATE = only({ "cost-allocation-tags": "remediate", "log-retention": "remediate" });
const REJECT = only({ "cost-allocation-tags": "mandatory", "log-retention": "mandatory" });

/** Marks a secret in a state. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** What a careless round trip would lose: code, secrets, unknowns, and tags of its own. */
const careless = () => {
	const group = new aws.cloudwatch.LogGroup("score-logs", { tags: { team: "ranking" } });
	new aws.lambda.Function("score", {
		role: "arn:aws:iam::123456789012:role/score",
		runtime: aws.lambda.Runtime.NodeJS24dX,
		handler: "index.handler",
		code: new pulumi.asset.AssetArchive({ "index.mjs": new pulumi.asset.StringAsset("export const handler = 1;") }),
		environment: { variables: { GROUP_ARN: group.arn, KEY: pulumi.secret("s3cret") } },
		loggingConfig: { logFormat: "JSON", logGroup: group.name },
	});
};

/** Types that the provider records as they come, with an archive, an asset, a secret and a secret map of tags. */
const recorded = () => {
	new aws.s3.BucketObject("page", {
		bucket: "pages",
		source: new pulumi.asset.StringAsset("<h1>hello</h1>"),
		tags: { team: "web" },
	});
	new aws.ssm.Parameter("key", { name: "/score/key", type: "SecureString", value: pulumi.secret("s3cret") });
	new aws.kinesis.Stream("events", { name: "events", shardCount: 1, tags: pulumi.secret({ team: "events" }) });
	new aws.iam.AccountAlias("alias", { accountAlias: "acme" });
};

describe("remediation by the real engine", () => {
	it("mends tags and retention where the config asks for it, and rejects where it does not", async () => {
		await using rejecting = await openPreviews(REJECT);
		const rejected = await rejecting.of(careless);
		expect(rejected.ok).to.equal(false);
		expect(rejected.violations.map(({ policy, resource }) => `${policy} ${resource}`)).to.have.members([
			"cost-allocation-tags aws:cloudwatch/logGroup:LogGroup::score-logs",
			"cost-allocation-tags aws:lambda/function:Function::score",
			"log-retention aws:cloudwatch/logGroup:LogGroup::score-logs",
		]);

		await using mending = await openPreviews(REMEDIATE);
		const mended = await mending.of(careless);
		expect(mended.violations).to.deep.equal([]);
		expect(mended.diagnostics).to.deep.equal([]);
		expect(mended.ok).to.equal(true);
	});

	it("changes the tags alone: secrets stay secret, assets keep their content and hash, own tags their values", async () => {
		await using silent = await openPreviews(only({}));
		const before = await silent.deployed(recorded);
		await using mending = await openPreviews(REMEDIATE);
		const after = await mending.deployed(recorded);
		const untagged = (inputs: Record<string, unknown> = {}) => {
			const { tags, tagsAll, ...others } = inputs;
			return others;
		};
		for (const name of ["page", "key", "alias"])
			expect(untagged(after.get(name)), name).to.deep.equal(untagged(before.get(name)));
		expect(after.get("page")?.source).to.have.property("hash");
		expect(after.get("page")?.tags).to.deep.equal({ ...defaultTags, team: "web" });
		expect(after.get("page")?.tagsAll).to.deep.equal({ ...defaultTags, team: "web" });
		expect(after.get("key")?.tags).to.deep.equal(defaultTags);
		for (const secret of [after.get("key")?.value, after.get("events")?.tags])
			expect(secret).to.have.property(SIGNATURE);
		expect(after.get("alias"), "no tags can be set on it").to.deep.equal(before.get("alias"));
	});
});
