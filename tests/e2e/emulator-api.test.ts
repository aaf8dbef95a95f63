/** REST APIs of the embedded AWS where ministack alone differs from AWS: permissions, errors, limits, keys. */
import { expect } from "chai";
import type { Props } from "../../sandbox/provider/values.ts";
import { type ApiOptions, makeApi, makeFunction, permit, request } from "../support/cloud/functions.ts";
import { type Made, startTestCloud, type TestCloud } from "../support/cloud/test-cloud.ts";

const ECHO = `export const handler = async (event) => {
	if (event.path === "/throw") throw new TypeError("words of the function");
	if (event.path === "/object") return { hello: "world" };
	if (event.path === "/slow") await new Promise((resolve) => setTimeout(resolve, 1500));
	return { statusCode: 200, body: JSON.stringify({
		query: event.queryStringParameters,
		authorizer: event.requestContext.authorizer,
		trace: event.headers["X-Amzn-Trace-Id"],
		own: process.env._X_AMZN_TRACE_ID,
	}) };
};`;
const AUTHORIZE = `export const handler = async (event) => {
	const token = event.headers.authorization ?? event.headers.Authorization;
	if (token === "nobody") throw new Error("Unauthorized");
	if (token === "broken") throw new Error("the store is away");
	return {
		principalId: token,
		policyDocument: { Version: "2012-10-17", Statement: [
			{ Effect: token === "denied" ? "Deny" : "Allow", Action: "execute-api:Invoke", Resource: "*" },
		] },
		context: { tenant: token },
		...(token === "keyless" ? {} : { usageIdentifierKey: "key-of-" + token.padEnd(20, "-") }),
	};
};`;
const shaped = (code: string, statusCode?: string): Props => ({
	...(statusCode && { statusCode }),
	responseTemplates: {
		"application/json": `{"error":$context.error.messageString,"code":"${code}","requestId":"$context.requestId"}`,
	},
});

describe("A REST API of the embedded AWS", () => {
	const scope = new AsyncDisposableStack();
	let cloud: TestCloud;
	let echo: Made;
	let authorize: Made;
	before(async () => {
		cloud = await startTestCloud(scope);
		echo = await makeFunction(cloud, "echo", ECHO, { tracingConfig: { mode: "Active" } });
		authorize = await makeFunction(cloud, "authorize", AUTHORIZE);
	});
	after(() => scope.disposeAsync());

	const authorizer =
		(permission = true) =>
		async (api: Made) => {
			const made = await cloud.make("aws:apigateway/authorizer:Authorizer", "tokens", {
				restApi: api.id,
				type: "REQUEST",
				authorizerUri: authorize.text("invokeArn"),
				identitySource: "method.request.header.Authorization",
				authorizerResultTtlInSeconds: 0,
			});
			if (permission) await permit(cloud, authorize, `${api.text("executionArn")}/authorizers/${made.id}`);
			return made;
		};
	const withToken = (token: string) => ({ headers: { authorization: token } });
	const apiWith = (name: string, options: ApiOptions = {}) => makeApi(cloud, name, echo, options);

	describe("that invokes a function", () => {
		it("is refused without a permission of the function, and says nothing about why.", async () => {
			const { url } = await apiWith("forbidden", { permission: false });
			const { status, body } = await request(`${url}/a`);
			expect(status).to.equal(500);
			expect(body).to.deep.equal({ message: "Internal server error" });
		});

		it("is refused by a permission for another path, and allowed by one for its own.", async () => {
			const { url, api } = await apiWith("pathwise", { permission: false });
			await permit(cloud, echo, `${api.text("executionArn")}/v1/GET/other`);
			expect((await request(`${url}/a`)).status).to.equal(500);
			await permit(cloud, echo, `${api.text("executionArn")}/v1/GET/*`);
			expect((await request(`${url}/a`)).status).to.equal(200);
			expect((await request(`${url}/a`, { method: "POST" })).status).to.equal(500);
		});

		it("answers 502 for what the function throws or returns unlike an answer, in the gateway's words.", async () => {
			const { url } = await apiWith("throwing");
			for (const path of ["throw", "object"]) {
				const { status, body } = await request(`${url}/${path}`);
				expect(status, path).to.equal(502);
				expect(body, path).to.deep.equal({ message: "Internal server error" });
			}
		});

		it("answers 500 INTEGRATION_FAILURE where the function is throttled.", async () => {
			const idle = await makeFunction(cloud, "idle", ECHO, { reservedConcurrentExecutions: 0 });
			const plain = await makeApi(cloud, "throttled", idle);
			expect((await request(`${plain.url}/a`)).status).to.equal(500);
			const shapedApi = await makeApi(cloud, "throttled-shaped", idle, {
				responses: { INTEGRATION_FAILURE: shaped("UNAVAILABLE", "503") },
			});
			const { status, body } = await request(`${shapedApi.url}/a`);
			expect(status).to.equal(503);
			expect(body).to.include({ code: "UNAVAILABLE", error: "Internal server error" });
		});

		it("ends at the integration's timeout with 504, and in time.", async () => {
			const { url } = await apiWith("slow", {
				integration: { timeoutMilliseconds: 300 },
				responses: { INTEGRATION_TIMEOUT: shaped("DEADLINE_EXCEEDED") },
			});
			const startedAt = performance.now();
			const { status, body } = await request(`${url}/slow`);
			expect(status).to.equal(504);
			expect(body).to.include({ code: "DEADLINE_EXCEEDED", error: "Endpoint request timed out" });
			expect(performance.now() - startedAt).to.be.within(300, 1300);
		});

		it("gives the function one trace: the caller's, or a new one.", async () => {
			const { url } = await apiWith("traced");
			const root = "1-67891233-abcdef012345678912345678";
			const sent = await request(`${url}/a`, { headers: { "x-amzn-trace-id": `Root=${root};Sampled=1` } });
			expect(sent.body).to.have.property("trace", `Root=${root};Sampled=1`);
			expect(sent.body)
				.to.have.property("own")
				.that.matches(new RegExp(`^Root=${root};Parent=[0-9a-f]{16};Sampled=1$`));
			const made = await request(`${url}/a`);
			const { trace, own } = made.body as { trace: string; own: string };
			expect(trace).to.match(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
			expect(own.startsWith(`${trace};`), own).to.equal(true);
		});

		it("gives the function the last value of a repeated query parameter.", async () => {
			const { url } = await apiWith("queried");
			expect((await request(`${url}/a?q=1&q=2`)).body).to.have.deep.property("query", { q: "2" });
		});
	});

	describe("that refuses a request itself", () => {
		const types = [
			"MISSING_AUTHENTICATION_TOKEN",
			"UNAUTHORIZED",
			"ACCESS_DENIED",
			"AUTHORIZER_FAILURE",
			"AUTHORIZER_CONFIGURATION_ERROR",
			"REQUEST_TOO_LARGE",
			"INVALID_API_KEY",
			"DEFAULT_5XX",
		];
		const responses = Object.fromEntries(
			types.map((type) => [type, shaped(type, type === "MISSING_AUTHENTICATION_TOKEN" ? "404" : undefined)]),
		);

		it("answers each cause through its gateway response, with the request's id.", async () => {
			const { url } = await apiWith("shaped", { authorizer: authorizer(), responses });
			const large = { method: "POST", body: "x".repeat(10 * 1024 * 1024 + 1), ...withToken("a") };
			const answers = {
				MISSING_AUTHENTICATION_TOKEN: [await request(url), 404],
				UNAUTHORIZED: [await request(`${url}/a`, withToken("nobody")), 401],
				ACCESS_DENIED: [await request(`${url}/a`, withToken("denied")), 403],
				AUTHORIZER_FAILURE: [await request(`${url}/a`, withToken("broken")), 500],
				REQUEST_TOO_LARGE: [await request(`${url}/a`, large), 413],
				DEFAULT_5XX: [await request(`${url}/throw`, withToken("a")), 502],
			} as const;
			for (const [type, [{ status, body }, expected]] of Object.entries(answers)) {
				expect(status, type).to.equal(expected);
				expect(body, type).to.have.property("code", type);
				expect(body, type)
					.to.have.property("requestId")
					.that.matches(/^[0-9a-f-]{36}$/);
			}
		});

		it("answers AUTHORIZER_CONFIGURATION_ERROR where the authorizer may not be invoked.", async () => {
			const { url } = await apiWith("unauthorizable", { authorizer: authorizer(false), responses });
			const { status, body } = await request(`${url}/a`, withToken("a"));
			expect(status).to.equal(500);
			expect(body).to.include({ code: "AUTHORIZER_CONFIGURATION_ERROR" });
		});

		it("uses DEFAULT_4XX and DEFAULT_5XX for causes without a response of their own.", async () => {
			const { url } = await apiWith("defaults", {
				authorizer: authorizer(),
				responses: { DEFAULT_4XX: shaped("FOUR"), DEFAULT_5XX: shaped("FIVE") },
			});
			const four = await request(`${url}/a`, withToken("denied"));
			expect([four.status, (four.body as { code: string }).code]).to.deep.equal([403, "FOUR"]);
			const five = await request(`${url}/a`, withToken("broken"));
			expect([five.status, (five.body as { code: string }).code]).to.deep.equal([500, "FIVE"]);
		});
	});

	describe("whose keys come from the authorizer", () => {
		const limited = async (name: string, plan: Props, responses: Record<string, Props> = {}) => {
			const made = await apiWith(name, {
				api: { apiKeySource: "AUTHORIZER" },
				method: { apiKeyRequired: true },
				authorizer: authorizer(),
				responses,
			});
			const apiStages = [{ apiId: made.api.id, stage: "v1" }];
			for (const tenant of [`${name}-1`, `${name}-2`]) {
				const usagePlan = await cloud.make("aws:apigateway/usagePlan:UsagePlan", tenant, {
					apiStages,
					...plan,
				});
				const key = await cloud.make("aws:apigateway/apiKey:ApiKey", tenant, {
					value: `key-of-${tenant.padEnd(20, "-")}`,
				});
				await cloud.make("aws:apigateway/usagePlanKey:UsagePlanKey", tenant, {
					keyId: key.id,
					keyType: "API_KEY",
					usagePlanId: usagePlan.id,
				});
			}
			return made.url;
		};
		const statuses = async (url: string, token: string, count: number) => {
			const found: number[] = [];
			for (let i = 0; i < count; i++) found.push((await request(`${url}/a`, withToken(token))).status);
			return found;
		};

		it("throttles the tenant that is over its rate, with Retry-After, and no other.", async () => {
			const url = await limited(
				"rated",
				{ throttleSettings: { rateLimit: 0.01, burstLimit: 2 } },
				{ THROTTLED: { ...shaped("THROTTLED"), responseParameters: { "gatewayresponse.header.Retry-After": "'1'" } } },
			);
			expect(await statuses(url, "rated-1", 3)).to.deep.equal([200, 200, 429]);
			const { headers, body } = await request(`${url}/a`, withToken("rated-1"));
			expect(headers.get("retry-after")).to.equal("1");
			expect(body).to.include({ code: "THROTTLED" });
			expect(await statuses(url, "rated-2", 2)).to.deep.equal([200, 200]);
		});

		it("refuses the tenant that has used its quota, through QUOTA_EXCEEDED.", async () => {
			const url = await limited(
				"quota",
				{ quotaSettings: { limit: 1, period: "DAY" } },
				{ QUOTA_EXCEEDED: shaped("QUOTA_EXCEEDED") },
			);
			expect(await statuses(url, "quota-1", 2)).to.deep.equal([200, 429]);
			expect((await request(`${url}/a`, withToken("quota-1"))).body).to.include({ code: "QUOTA_EXCEEDED" });
		});

		it("refuses a caller whose authorizer names no key, or none that a plan has, and ignores the header.", async () => {
			const url = await limited("keyed", {}, { INVALID_API_KEY: shaped("INVALID_API_KEY") });
			for (const token of ["keyless", "keyed-3"]) {
				const headers = { authorization: token, "x-api-key": `key-of-${"keyed-1".padEnd(20, "-")}` };
				const { status, body } = await request(`${url}/a`, { headers });
				expect(status, token).to.equal(403);
				expect(body, token).to.include({ code: "INVALID_API_KEY" });
			}
		});

		it("does not show the key to the function.", async () => {
			const url = await limited("hidden", {});
			const { body } = await request(`${url}/a`, withToken("hidden-1"));
			expect(body).to.have.deep.property("authorizer", { tenant: "hidden-1", principalId: "hidden-1" });
		});
	});
});
