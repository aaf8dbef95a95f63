/** The tenants' table as {@link TenantStore}: configuration and token in one consistent read, so that a revoked token ends at once. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { TriplaneError } from "../../charter/errors.ts";
import { TENANT_CONFIG_KEY, type TenantRecord, tenantKey, tokenKey } from "../../charter/tenancy.ts";
import { batchGet } from "../shared/batch-get.ts";
import type { TenantStore } from "./authorize.ts";

/** A tenant's item is not what the charter says. */
class TenantRecordError extends TriplaneError {
	override readonly name = "TenantRecordError";
}

/** Callers wait for this on each new token; a table that is slower than this is down. */
const READ_MAX_MS = 2_000;

export function tenantStore(client: DynamoDBClient, table: string): TenantStore {
	return {
		read: async (tenant, hash) => {
			const keys = [TENANT_CONFIG_KEY, tokenKey(hash)].map((sk) => ({ pk: { S: tenantKey(tenant) }, sk: { S: sk } }));
			const signal = AbortSignal.timeout(READ_MAX_MS);
			const items = await batchGet(client, table, keys, { consistentRead: true, signal });
			const config = items.find(({ sk }) => sk?.S === TENANT_CONFIG_KEY);
			const token = items.find(({ sk }) => sk?.S === tokenKey(hash));
			if (!config || !token) return undefined;
			const record = unmarshall(config);
			if (!isTenant(record))
				throw new TenantRecordError(
					`The configuration of the tenant "${tenant}" in ${table} is not in the charter's form. Deploy it anew.`,
				);
			return record;
		},
	};
}

function isTenant(record: object): record is TenantRecord {
	const [tenant, tier, key, models] = ["tenant", "tier", "usageIdentifierKey", "models"].map((field): unknown =>
		Reflect.get(record, field),
	);
	const isModels =
		models === undefined || (Array.isArray(models) && models.every((model) => typeof model === "string"));
	return typeof tenant === "string" && typeof tier === "string" && typeof key === "string" && isModels;
}
