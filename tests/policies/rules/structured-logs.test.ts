import { expect } from "chai";
import fc from "fast-check";
import { isJsonFormat } from "../../../policies/graph/access-log.ts";
import { structuredLogs as rule } from "../../../policies/rules/structured-logs.ts";
import {
	answers,
	expectAccepts,
	expectFails,
	firstFault,
	open,
	type ResourceSpec,
	ref,
	resource,
	UNKNOWN,
} from "../../support/policies.ts";
import { exceptionTo } from "../../support/policies-exceptions.ts";

const fn = (loggingConfig?: unknown) =>
	resource("aws:lambda/function:Function", "score", { role: "any", loggingConfig });
const fields = {
	requestId: "$context.requestId",
	tenant: "$context.authorizer.tenant",
	latencyMs: "$context.responseLatency",
};
const withFields = (change: Record<string, string | undefined>) => JSON.stringify({ ...fields, ...change });
const stage = (accessLogSettings: unknown, props: Record<string, unknown> = {}) =>
	resource("aws:apigateway/stage:Stage", "prod", { restApi: "any", stageName: "prod", accessLogSettings, ...props });
const logging = (format: unknown, props: Record<string, unknown> = {}) =>
	stage({ destinationArn: "arn:aws:logs:us-east-1:123456789012:log-group:access", format }, props);
const api = (types: unknown) =>
	resource("aws:apigateway/restApi:RestApi", "inference", { endpointConfiguration: { types } });
const method = (authorization: string) =>
	resource("aws:apigateway/method:Method", "infer", { restApi: "any", httpMethod: "POST", authorization });
const preview = (specs: ResourceSpec[]) => open(rule, specs, { run: "preview" });

describe("policies/rules/structured-logs", () => {
	it("has nothing to say of a stack without functions and APIs", () => {
		expect(answers(rule, [resource("aws:sqs/queue:Queue", "jobs")])).to.deep.equal([]);
	});

	it("rejects a function that logs text, stated or by default", () => {
		expectAccepts(rule, [fn({ logFormat: "JSON" })]);
		expectAccepts(rule, [fn([{ logFormat: "JSON" }])]);
		for (const loggingConfig of [undefined, {}, { logFormat: "Text" }])
			expectFails(rule, [fn(loggingConfig)], ["score (function-format)"]);
		expect(preview([fn({ logFormat: UNKNOWN })])).to.deep.equal(["cannot tell score (function-format)"]);
	});

	it("rejects a stage without an access log, or with one that has no format or nowhere to go", () => {
		const arn = "arn:aws:logs:us-east-1:123456789012:log-group:access";
		for (const settings of [undefined, {}, { destinationArn: arn }, { format: withFields({}) }])
			expectFails(rule, [stage(settings)], ["prod (access-log)"]);
		expectFails(rule, [resource("aws:apigatewayv2/stage:Stage", "live", { apiId: "any" })], ["live (access-log)"]);
	});

	it("rejects a format that is no JSON object", () => {
		for (const format of [
			"$context.requestId $context.authorizer.tenant $context.responseLatency",
			'["$context.requestId"]',
			'"$context.requestId"',
			withFields({}).slice(0, -1),
		])
			expectFails(rule, [logging(format)], ["prod (access-log/format)"]);
	});

	it("accepts variables without quotes, and blanks around", () => {
		const format =
			' {\n"id": "$context.requestId", "tenant": "$context.authorizer.claims[\'custom:tenant\']", "ms": $context.responseLatency }\n';
		expectAccepts(rule, [logging(format)]);
	});

	it("takes no request's time for its latency, and no latency of the authorizer's", () => {
		expectFails(rule, [logging(withFields({ latencyMs: "$context.requestTimeEpoch" }))], ["prod (access-log/fields)"]);
		expectFails(
			rule,
			[logging(withFields({ latencyMs: "$context.authorizer.latency" }))],
			["prod (access-log/fields)"],
		);
		for (const latencyMs of ["$context.integrationLatency", "$context.integration.latency"])
			expectAccepts(rule, [logging(withFields({ latencyMs }))]);
	});

	it("accepts a principal or a key's id for the tenant, and no address or account of the API", () => {
		for (const tenant of [
			"$context.authorizer.principalId",
			"$context.identity.apiKeyId",
			"$context.authorizer.claims.sub",
		])
			expectAccepts(rule, [logging(withFields({ tenant }))]);
		for (const tenant of ["$context.identity.sourceIp", "$context.accountId", "$context.authorizer.status", undefined])
			expectFails(rule, [logging(withFields({ tenant }))], ["prod (access-log/fields)"]);
	});

	it("takes who signed the request for the tenant only where IAM may authorize", () => {
		const format = withFields({ tenant: "$context.identity.userArn" });
		expectAccepts(rule, [logging(format)]);
		expectAccepts(rule, [logging(format), method("AWS_IAM")]);
		expectFails(rule, [logging(format), method("CUSTOM")], ["prod (access-log/fields)"]);
	});

	it("says every field that is missing, and a variable for each", () => {
		expect(
			firstFault(rule, [logging(withFields({ requestId: "$context.apiId", latencyMs: undefined }))]),
		).to.deep.equal({
			what: "has an access log without the request's id, the latency",
			fix: "Add $context.requestId, $context.responseLatency to accessLogSettings.format.",
		});
	});

	it("asks nothing of a private API", () => {
		const ofPrivate = (types: unknown) => [api(types), stage(undefined, { restApi: ref(api(types), "id") })];
		expectAccepts(rule, ofPrivate(["PRIVATE"]));
		expectAccepts(rule, ofPrivate("PRIVATE"));
		expectFails(rule, ofPrivate("REGIONAL"), ["prod (access-log)"]);
		for (const types of [UNKNOWN, [UNKNOWN]])
			expect(preview(ofPrivate(types))).to.deep.equal(["cannot tell prod (access-log)"]);
	});

	it("cannot tell of a format that is not known before the update", () => {
		expect(preview([logging(UNKNOWN)])).to.deep.equal(["cannot tell prod (access-log/format)"]);
		expect(preview([stage(UNKNOWN)])).to.deep.equal(["cannot tell prod (access-log/format)"]);
	});

	it("honours an exception to one finding alone", () => {
		const exceptions = [exceptionTo("structured-logs/function-format", "score")];
		expect(open(rule, [fn(), stage(undefined)], { config: { exceptions } })).to.deep.equal(["fail prod (access-log)"]);
	});

	it("reads any text as a format without a throw, and any object of variables as JSON", () => {
		fc.assert(fc.property(fc.string(), (format) => typeof isJsonFormat(format) === "boolean"));
		fc.assert(
			fc.property(fc.dictionary(fc.string(), fc.constantFrom(...Object.values(fields))), (line) =>
				isJsonFormat(JSON.stringify(line)),
			),
		);
	});
});
