import * as aws from "@pulumi/aws";
import { expect } from "chai";
import fc from "fast-check";
import { Tenant, tenantItem } from "../../../components/parts/tenant.ts";
import { settingsWith, TAGS } from "../../support/components.ts";
import { titles, underMocks } from "../../support/pulumi-mocks.ts";

const tenant = { name: "acme", tier: "standard" };

const deployed = () =>
	underMocks(() => {
		const { standard: tier } = settingsWith().tiers;
		if (!tier) throw new Error("The settings have a tier named standard.");
		const stage = new aws.apigateway.Stage("stage", { restApi: "api-id", deployment: "d-id", stageName: "test" });
		const table = new aws.dynamodb.Table("table", { hashKey: "pk" });
		return new Tenant("tenant-acme", {
			tenant,
			tier,
			throttle: { rateLimit: 15, burstLimit: 30 },
			stage,
			table,
			tags: TAGS,
		}).usagePlan.id;
	});

describe("components/parts/tenant", () => {
	it("is a plan, a key on it, and a record", async () => {
		expect(titles((await deployed()).resources).filter((title) => title.includes("tenant-acme"))).to.deep.equal([
			"aws:apigateway/apiKey:ApiKey::tenant-acme-key",
			"aws:apigateway/usagePlan:UsagePlan::tenant-acme-plan",
			"aws:apigateway/usagePlanKey:UsagePlanKey::tenant-acme-plan-key",
			"aws:dynamodb/tableItem:TableItem::tenant-acme-config",
			"triplane:data:Tenant::tenant-acme",
		]);
	});

	it("bounds the tenant's rate, burst and requests of the day on this stage", async () => {
		const { find } = await deployed();
		expect(find("aws:apigateway/usagePlan:UsagePlan", "tenant-acme-plan").inputs).to.deep.equal({
			description: "Tenant acme, tier standard",
			apiStages: [{ apiId: "api-id", stage: "test" }],
			throttleSettings: { rateLimit: 15, burstLimit: 30 },
			quotaSettings: { limit: 10_000, period: "DAY" },
			tags: TAGS,
		});
		expect(find("aws:apigateway/usagePlanKey:UsagePlanKey", "tenant-acme-plan-key").inputs).to.deep.equal({
			keyId: "tenant-acme-key-id",
			keyType: "API_KEY",
			usagePlanId: "tenant-acme-plan-id",
		});
	});

	it("tells the authorizer the tenant and its key, and keeps the key's value a secret", async () => {
		const { inputs } = (await deployed()).find("aws:dynamodb/tableItem:TableItem", "tenant-acme-config");
		expect([inputs.tableName, inputs.hashKey, inputs.rangeKey]).to.deep.equal(["table", "pk", "sk"]);
		expect(inputs.item).to.deep.equal({
			secret: JSON.stringify({
				pk: { S: "TENANT#acme" },
				sk: { S: "CONFIG" },
				tenant: { S: "acme" },
				tier: { S: "standard" },
				usageIdentifierKey: { S: "tenant-acme-key-value" },
			}),
		});
	});

	it("writes any key and any list of models so that it reads back the same", () => {
		fc.assert(
			fc.property(fc.string(), fc.option(fc.array(fc.string()), { nil: undefined }), (key, models) => {
				const item = JSON.parse(tenantItem({ ...tenant, ...(models ? { models } : {}) }, key));
				expect(item.usageIdentifierKey).to.deep.equal({ S: key });
				expect(item.models).to.deep.equal(models && { L: models.map((model) => ({ S: model })) });
			}),
		);
	});
});
