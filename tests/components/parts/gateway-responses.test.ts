import { expect } from "chai";
import fc from "fast-check";
import { API_ERRORS } from "../../../charter/errors.ts";
import { gatewayResponses } from "../../../components/parts/gateway-responses.ts";

const responses = gatewayResponses();
const bodyOf = (template: string | undefined, requestId = "id-1"): Record<string, unknown> =>
	JSON.parse((template ?? "").replaceAll("$context.requestId", requestId));
const answers = responses.map(({ responseType, statusCode, responseTemplates }) => [
	responseType,
	statusCode,
	bodyOf(responseTemplates["application/json"]).code,
]);

describe("components/parts/gateway-responses", () => {
	it("answers every response type of a REST API by status and code", () => {
		expect(answers).to.deep.equal([
			["ACCESS_DENIED", "403", "FORBIDDEN"],
			["API_CONFIGURATION_ERROR", "500", "INTERNAL"],
			["AUTHORIZER_CONFIGURATION_ERROR", "500", "INTERNAL"],
			["AUTHORIZER_FAILURE", "503", "UNAVAILABLE"],
			["BAD_REQUEST_BODY", "400", "INVALID_REQUEST"],
			["BAD_REQUEST_PARAMETERS", "400", "INVALID_REQUEST"],
			["DEFAULT_4XX", "400", "INVALID_REQUEST"],
			["DEFAULT_5XX", "500", "INTERNAL"],
			["EXPIRED_TOKEN", "403", "FORBIDDEN"],
			["INTEGRATION_FAILURE", "503", "UNAVAILABLE"],
			["INTEGRATION_TIMEOUT", "504", "DEADLINE_EXCEEDED"],
			["INVALID_API_KEY", "403", "FORBIDDEN"],
			["INVALID_SIGNATURE", "403", "FORBIDDEN"],
			["MISSING_AUTHENTICATION_TOKEN", "404", "NOT_FOUND"],
			["QUOTA_EXCEEDED", "429", "QUOTA_EXCEEDED"],
			["REQUEST_TOO_LARGE", "413", "PAYLOAD_TOO_LARGE"],
			["RESOURCE_NOT_FOUND", "404", "NOT_FOUND"],
			["THROTTLED", "429", "THROTTLED"],
			["UNAUTHORIZED", "401", "UNAUTHENTICATED"],
			["UNSUPPORTED_MEDIA_TYPE", "415", "UNSUPPORTED_MEDIA_TYPE"],
			["WAF_FILTERED", "403", "FORBIDDEN"],
		]);
	});

	it("gives each code the one status that the charter gives it", () => {
		const statuses: Record<string, number> = API_ERRORS;
		for (const [, status, code] of answers) expect(status).to.equal(String(statuses[String(code)]));
	});

	it("is the charter's error shape whatever the request's id, and has no other variable of API Gateway in it", () => {
		fc.assert(
			fc.property(fc.uuid(), fc.constantFrom(...responses), (id, { responseTemplates }) => {
				expect(Object.keys(responseTemplates)).to.deep.equal(["application/json"]);
				const body = bodyOf(responseTemplates["application/json"], id);
				expect(Object.keys(body)).to.deep.equal(["error", "code", "requestId"]);
				expect(body.requestId).to.equal(id);
				expect(body.error)
					.to.be.a("string")
					.that.matches(/^[A-Z][^$]+\.$/);
			}),
		);
	});

	it("names each request in the header as in the body", () => {
		for (const { responseType, responseParameters } of responses)
			expect(responseParameters, responseType).to.include({
				"gatewayresponse.header.x-request-id": "context.requestId",
			});
	});

	it("says on a path that it does not know which it does", () => {
		const template = responses.find(({ responseType }) => responseType === "RESOURCE_NOT_FOUND")?.responseTemplates;
		expect(bodyOf(template?.["application/json"]).error).to.equal(
			"No route of this API matches the path, or it has no such model. Its routes are GET /v2, GET /v2/health/live, GET /v2/health/ready, GET /v2/models/{model}, GET /v2/models/{model}/ready, POST /v2/models/{model}/infer, GET /v2/models/{model}/versions/{version}, GET /v2/models/{model}/versions/{version}/ready, POST /v2/models/{model}/versions/{version}/infer, POST /v2/models/{model}/feedback, POST /v2/models/{model}/uploads, GET /v2/jobs/{job}, DELETE /v2/jobs/{job}.",
		);
	});

	it("says when to try again wherever another try can help, and how to authenticate", () => {
		const headers = responses
			.map(({ responseType, responseParameters: { "gatewayresponse.header.x-request-id": _, ...own } }) => ({
				responseType,
				own,
			}))
			.filter(({ own }) => Object.keys(own).length > 0)
			.map(({ responseType, own }) => [responseType, own]);
		expect(headers).to.deep.equal([
			["AUTHORIZER_FAILURE", { "gatewayresponse.header.Retry-After": "'1'" }],
			["INTEGRATION_FAILURE", { "gatewayresponse.header.Retry-After": "'1'" }],
			["QUOTA_EXCEEDED", { "gatewayresponse.header.Retry-After": "'3600'" }],
			["THROTTLED", { "gatewayresponse.header.Retry-After": "'1'" }],
			["UNAUTHORIZED", { "gatewayresponse.header.WWW-Authenticate": "'Bearer'" }],
		]);
	});
});
