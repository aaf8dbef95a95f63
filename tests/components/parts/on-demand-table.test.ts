import { expect } from "chai";
import { OnDemandTable, type OnDemandTableArgs } from "../../../components/parts/on-demand-table.ts";
import { notedOptions, TAGS } from "../../support/components.ts";
import { titles, underMocks } from "../../support/pulumi-mocks.ts";

const deployed = async (change: Partial<OnDemandTableArgs> = {}) => {
	const { options, opts } = notedOptions();
	const args = { hasSortKey: false, isRecoverable: true, tags: TAGS, ...change };
	const { find, resources } = await underMocks(() => new OnDemandTable("facts", args, opts).table.name);
	return { inputs: find("aws:dynamodb/table:Table", "facts-table").inputs, options, resources };
};

describe("components/parts/on-demand-table", () => {
	it("is one table, on demand, encrypted and recoverable", async () => {
		const { inputs, resources } = await deployed();
		expect(titles(resources)).to.deep.equal([
			"aws:dynamodb/table:Table::facts-table",
			"triplane:parts:OnDemandTable::facts",
		]);
		expect(inputs).to.deep.equal({
			billingMode: "PAY_PER_REQUEST",
			hashKey: "pk",
			attributes: [{ name: "pk", type: "S" }],
			serverSideEncryption: { enabled: true },
			pointInTimeRecovery: { enabled: true },
			deletionProtectionEnabled: false,
			tags: TAGS,
		});
	});

	it("has a sort key where it is asked for", async () => {
		const { inputs } = await deployed({ hasSortKey: true });
		expect([inputs.hashKey, inputs.rangeKey]).to.deep.equal(["pk", "sk"]);
		expect(inputs.attributes).to.deep.equal([
			{ name: "pk", type: "S" },
			{ name: "sk", type: "S" },
		]);
	});

	it("lets items expire, and gives up recovery only where it is told so", async () => {
		const { inputs } = await deployed({ isRecoverable: false, expiresAttribute: "expiresAt" });
		expect(inputs.ttl).to.deep.equal({ attributeName: "expiresAt", enabled: true });
		expect(inputs.pointInTimeRecovery).to.deep.equal({ enabled: false });
	});

	it("outlives the stack where it is retained, and only there", async () => {
		const retained = await deployed({ isRetained: true });
		expect(retained.inputs.deletionProtectionEnabled).to.equal(true);
		expect(retained.options.get("facts-table")?.retainOnDelete).to.equal(true);
		expect((await deployed()).options.get("facts-table")?.retainOnDelete).to.equal(false);
	});
});
