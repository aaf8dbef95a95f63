/** The authorizer through its public door: who gets in, to which paths, with what context. */
import { marshall } from "@aws-sdk/util-dynamodb";
import { expect } from "chai";
import fc from "fast-check";
import { ENVIRONMENT } from "../../../charter/environment.ts";
import { tenantKey, tokenKey } from "../../../charter/tenancy.ts";
import { callbackKeyOf, issueToken, tokenHash } from "../../../charter/tokens.ts";
import { createAuthorizeService } from "../../../functions/authorize/service.ts";
import { authorizerEvent } from "../../support/functions-api.ts";
import { MemoryAws } from "../../support/functions-aws.ts";
import { TABLES } from "../../support/functions-predict.ts";
import { memoryTelemetry } from "../../support/functions-telemetry.ts";

const environment = {
	[ENVIRONMENT.tenantTable]: TABLES.tenants,
	[ENVIRONMENT.tiers]: '{"gold":{"rps":50,"burst":100,"dailyQuota":1000,"maxJobsInFlight":10}}',
	[ENVIRONMENT.servedModels]: "tumour-risk,other-model",
};

function setUp(config: Record<string, unknown> = {}, change: Record<string, string> = {}) {
	const aws = new MemoryAws();
	const token = issueToken("acme");
	const pk = tenantKey("acme");
	const record = { pk, sk: "CONFIG", tenant: "acme", tier: "gold", usageIdentifierKey: "key-of-acme", ...config };
	aws.dynamodb.put(TABLES.tenants, marshall(record));
	aws.dynamodb.put(TABLES.tenants, marshall({ pk, sk: tokenKey(tokenHash(token)), issuedAt: "2026-01-01T00:00:00Z" }));
	const { telemetry, lines, spans } = memoryTelemetry();
	const { dynamodb } = aws.clients();
	const handler = createAuthorizeService({ environment: { ...environment, ...change }, telemetry, dynamodb });
	const ask = (authorization: string | undefined) =>
		handler(authorizerEvent(authorization === undefined ? null : { Authorization: authorization }));
	const refusal = async (authorization: string | undefined): Promise<string> => {
		const thrown: unknown = await ask(authorization).catch((error: unknown) => error);
		return thrown instanceof Error ? thrown.message : "admitted";
	};
	return { aws, token, lines, spans, ask, refusal };
}

const ARN = "arn:aws:execute-api:eu-central-1:123456789012:api/dev";

describe("functions/authorize", () => {
	it("lets a tenant's token in to the server's and all models' paths, with its context and its usage plan's key", async () => {
		const { ask, token } = setUp();
		expect(await ask(`Bearer ${token}`)).to.deep.equal({
			principalId: "acme",
			policyDocument: {
				Version: "2012-10-17",
				Statement: [
					{
						Action: "execute-api:Invoke",
						Effect: "Allow",
						Resource: [
							`${ARN}/*/v2`,
							`${ARN}/*/v2/`,
							`${ARN}/*/v2/health/live`,
							`${ARN}/*/v2/health/live/`,
							`${ARN}/*/v2/health/ready`,
							`${ARN}/*/v2/health/ready/`,
							`${ARN}/*/v2/jobs/*`,
							`${ARN}/*/v2/models/tumour-risk`,
							`${ARN}/*/v2/models/tumour-risk/*`,
							`${ARN}/*/v2/models/other-model`,
							`${ARN}/*/v2/models/other-model/*`,
						],
					},
				],
			},
			context: {
				tenant: "acme",
				tier: "gold",
				rps: "50",
				burst: "100",
				maxJobsInFlight: "10",
				callbackKey: callbackKeyOf(tokenHash(token)),
			},
			usageIdentifierKey: "key-of-acme",
		});
	});

	it("leaves out the models that the tenant may not call", async () => {
		const { ask, token } = setUp({ models: ["other-model", "not-realtime"] });
		const { policyDocument } = await ask(`bearer  ${token}`);
		expect(JSON.stringify(policyDocument)).to.include("/v2/models/other-model").and.not.include("tumour-risk");
		expect(JSON.stringify(policyDocument)).not.to.include("not-realtime");
	});

	it("works where no model is realtime", async () => {
		const { ask, token } = setUp({}, { [ENVIRONMENT.servedModels]: "" });
		expect(JSON.stringify(await ask(`Bearer ${token}`)))
			.to.include("/*/v2/health/live")
			.and.not.include("/v2/models");
	});

	it("reads configuration and token in one call", async () => {
		const { ask, token, aws } = setUp();
		await ask(`Bearer ${token}`);
		expect(aws.calls).to.deep.equal(["BatchGetItem"]);
	});

	it("asks again for what DynamoDB left over", async () => {
		const { ask, token, aws } = setUp();
		aws.dynamodb.batchAnswers = 1;
		expect(await ask(`Bearer ${token}`)).to.include({ principalId: "acme" });
		expect(aws.calls).to.deep.equal(["BatchGetItem", "BatchGetItem"]);
	});

	it("answers Unauthorized, and nothing else, to a missing header, another scheme and another tenant's or unknown token", async () => {
		const { refusal, token } = setUp();
		const others = [
			undefined,
			"",
			"Bearer",
			token,
			`Basic ${token}`,
			`Bearer ${token} x`,
			`Bearer ${issueToken("acme")}`,
			`Bearer ${issueToken("other")}`,
		];
		for (const authorization of others) expect(await refusal(authorization), authorization).to.equal("Unauthorized");
	});

	it("reads nothing for a token whose checksum is off", async () => {
		const { refusal, token, aws } = setUp();
		const mistyped = token.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
		expect(await refusal(`Bearer ${mistyped}`)).to.equal("Unauthorized");
		expect(aws.calls).to.deep.equal([]);
	});

	it("answers Unauthorized to any header that is not the tenant's token", async () => {
		const { refusal } = setUp();
		const header = fc.oneof(
			fc.string(),
			fc.string().map((text) => `Bearer ${text}`),
			fc.string().map((text) => `Bearer tp_acme_${text}`),
		);
		await fc.assert(
			fc.asyncProperty(header, async (authorization) => {
				expect(await refusal(authorization)).to.equal("Unauthorized");
			}),
		);
	});

	for (const [what, config] of [
		["a tier that the stack does not declare", { tier: "lost" }],
		["a configuration in another form", { usageIdentifierKey: 7 }],
	] as const)
		it(`fails, and not as Unauthorized, on ${what}`, async () => {
			const { refusal, token, lines } = setUp(config);
			expect(await refusal(`Bearer ${token}`)).to.match(/Deploy (the tenant|it) anew/);
			expect(lines.records[0]).to.include({ level: "ERROR", status: 503 });
		});

	it("fails, and not as Unauthorized, while the table cannot be read", async () => {
		const { refusal, token, aws } = setUp();
		aws.disturbances.set("BatchGetItem", "fail");
		expect(await refusal(`Bearer ${token}`)).to.equal("down");
	});

	it("leaves one record and one span a call, without the token", async () => {
		const { ask, refusal, token, lines, spans } = setUp();
		await ask(`Bearer ${token}`);
		await refusal(undefined);
		const records = lines.records.map(({ message, status, tenant, requestId }) => ({
			message,
			status,
			tenant,
			requestId,
		}));
		expect(records).to.deep.equal([
			{ message: "authorize", status: 200, tenant: "acme", requestId: "gateway-request" },
			{ message: "authorize", status: 401, tenant: undefined, requestId: "gateway-request" },
		]);
		expect(spans.getFinishedSpans().map(({ name }) => name)).to.deep.equal(["authorize", "authorize"]);
		expect(JSON.stringify(lines)).not.to.include(token);
	});
});
