/**
 * What one tenant has in AWS: a usage plan, its key, and the record by which the authorizer knows it.
 * Not its tokens: they are issued by the command line and never enter Pulumi's state.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Throttle } from "../../charter/derive.ts";
import type { TenantSettings, TierSettings } from "../../charter/settings.ts";
import type { CostTags } from "../../charter/tags.ts";
import { TENANT_CONFIG_KEY, type TenantRecord, tenantKey } from "../../charter/tenancy.ts";

export interface TenantArgs {
	tenant: TenantSettings;
	tier: TierSettings;
	/** Of all its requests together. */
	throttle: Throttle;
	stage: aws.apigateway.Stage;
	/** The tenants' table. */
	table: aws.dynamodb.Table;
	tags: CostTags;
}

export class Tenant extends pulumi.ComponentResource {
	readonly usagePlan: aws.apigateway.UsagePlan;
	readonly key: aws.apigateway.ApiKey;

	constructor(name: string, args: TenantArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:Tenant", name, {}, opts);
		const child = { parent: this };
		const { tenant, tier, stage, table, tags } = args;

		this.usagePlan = new aws.apigateway.UsagePlan(
			`${name}-plan`,
			{
				description: `Tenant ${tenant.name}, tier ${tenant.tier}`,
				apiStages: [{ apiId: stage.restApi, stage: stage.stageName }],
				throttleSettings: args.throttle,
				quotaSettings: { limit: tier.dailyQuota, period: "DAY" },
				tags,
			},
			child,
		);
		this.key = new aws.apigateway.ApiKey(`${name}-key`, { description: `Usage of tenant ${tenant.name}`, tags }, child);
		const planKey = new aws.apigateway.UsagePlanKey(
			`${name}-plan-key`,
			{ keyId: this.key.id, keyType: "API_KEY", usagePlanId: this.usagePlan.id },
			child,
		);
		new aws.dynamodb.TableItem(
			`${name}-config`,
			{
				tableName: table.name,
				hashKey: "pk",
				rangeKey: "sk",
				item: pulumi.secret(this.key.value.apply((usageIdentifierKey) => tenantItem(tenant, usageIdentifierKey))),
			},
			// A tenant that the authorizer knows before its key is on the plan would be refused.
			{ ...child, dependsOn: [planKey] },
		);
		this.registerOutputs({ usagePlan: this.usagePlan.id });
	}
}

/** The tenant's record as DynamoDB writes JSON. */
export function tenantItem(tenant: TenantSettings, usageIdentifierKey: string): string {
	const { models, ...texts }: TenantRecord = {
		pk: tenantKey(tenant.name),
		sk: TENANT_CONFIG_KEY,
		tenant: tenant.name,
		tier: tenant.tier,
		usageIdentifierKey,
		...(tenant.models ? { models: tenant.models } : {}),
	};
	return JSON.stringify({
		...Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, { S: text }])),
		...(models ? { models: { L: models.map((model) => ({ S: model })) } } : {}),
	});
}
