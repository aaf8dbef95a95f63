/** Issues tenants' tokens: the table keeps a hash, the caller gets the token this once. */
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { type TokenRecord, tenantKey, tokenKey } from "../../charter/tenancy.ts";
import { issueToken, tokenHash } from "../../charter/tokens.ts";
import type { AwsTarget } from "./aws.ts";

/**
 * Issues one token for each tenant.
 * @param table the tenants' table, as the stack's output `tenantTable` names it
 */
export async function issueTokens(
	aws: AwsTarget,
	table: string,
	tenants: readonly string[],
): Promise<{ name: string; token: string }[]> {
	const client = new DynamoDBClient(aws);
	try {
		return await Promise.all(
			tenants.map(async (name) => {
				const token = issueToken(name);
				const record: TokenRecord = {
					pk: tenantKey(name),
					sk: tokenKey(tokenHash(token)),
					issuedAt: new Date().toISOString(),
				};
				await client.send(
					new PutItemCommand({
						TableName: table,
						Item: marshall(record),
						ConditionExpression: "attribute_not_exists(pk)",
					}),
				);
				return { name, token };
			}),
		);
	} finally {
		client.destroy();
	}
}
