/** Issues tenants' tokens: the table keeps a hash, the caller gets the token this once. */
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { tenantKey, tokenKey } from "../../charter/tenancy.ts";
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
				await client.send(
					new PutItemCommand({
						TableName: table,
						Item: {
							pk: { S: tenantKey(name) },
							sk: { S: tokenKey(tokenHash(token)) },
							issuedAt: { S: new Date().toISOString() },
						},
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
