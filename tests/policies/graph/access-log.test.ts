import { expect } from "chai";
import { isJsonFormat, owedFields } from "../../../policies/graph/access-log.ts";
import { type ResourceSpec, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";

describe("policies/graph/access-log", () => {
	const rest = resource("aws:apigateway/restApi:RestApi", "rest");
	const restStage = resource("aws:apigateway/stage:Stage", "stage", { restApi: ref(rest, "id") });
	const http = resource("aws:apigatewayv2/api:Api", "http");
	const httpStage = resource("aws:apigatewayv2/stage:Stage", "stage", { apiId: ref(http, "id") });
	const method = (authorization: string, name = authorization) =>
		resource("aws:apigateway/method:Method", name, { restApi: ref(rest, "id"), authorization });
	const route = (authorizationType: string, name = authorizationType) =>
		resource("aws:apigatewayv2/route:Route", name, { apiId: ref(http, "id"), authorizationType });
	const fieldsOf = (specs: readonly ResourceSpec[]) => {
		const stack = graphOf(specs);
		return owedFields(stack, nodeOf(stack, "stage"));
	};
	/** What a format tells, of what a stage owes. */
	const told = (format: string, specs: readonly ResourceSpec[] = [rest, restStage, method("NONE")]) =>
		fieldsOf(specs)
			.filter(({ isTold }) => isTold(format))
			.map(({ what }) => what);

	it("takes one JSON object a request for JSON, whatever stands for its values", () => {
		for (const format of ['{"id":"$context.requestId"}', '{"ms":$context.responseLatency}', "{}"])
			expect(isJsonFormat(format), format).to.equal(true);
		for (const format of ["$context.requestId", "null", "[$context.status]", '"$context.status"', "3", "{", ""])
			expect(isJsonFormat(format), format).to.equal(false);
	});

	it("owes the request's id, the tenant and the latency, and gives a variable of each", () => {
		expect(fieldsOf([rest, restStage]).map(({ what, example }) => [what, example])).to.deep.equal([
			["the request's id", "$context.requestId"],
			["the tenant", "$context.authorizer.principalId"],
			["the latency", "$context.responseLatency"],
		]);
	});

	it("takes any of a field's variables for it, and no other", () => {
		for (const [what, names] of [
			["the request's id", ["requestId", "extendedRequestId"]],
			["the tenant", ["authorizer.principalId", "authorizer.claims['custom:tenant']", "identity.apiKeyId"]],
			["the latency", ["responseLatency", "integrationLatency", "integration.latency"]],
		] as const)
			for (const name of names) expect(told(`{"it":"$context.${name}"}`), name).to.deep.equal([what]);
		for (const name of [
			"status",
			"authorizer",
			"authorizer.error",
			"authorizer.latency",
			"authorizer.status",
			"identity.sourceIp",
			"requestIdentity",
			"identity.userArn",
		])
			expect(told(`{"it":"$context.${name}"}`), name).to.deep.equal([]);
		expect(told("requestId")).to.deep.equal([]);
	});

	it("takes who signed a request for its tenant only where IAM may authorize some", () => {
		for (const name of ["caller", "user", "userArn", "cognitoIdentityId", "accountId"]) {
			const format = `$context.identity.${name}`;
			expect(told(format, [rest, restStage, method("NONE"), method("AWS_IAM")]), name).to.deep.equal(["the tenant"]);
			expect(told(format, [http, httpStage, route("JWT"), route("AWS_IAM")]), name).to.deep.equal(["the tenant"]);
			expect(told(format, [rest, restStage]), "no method in the stack").to.deep.equal(["the tenant"]);
			expect(told(format, [rest, restStage, method("NONE"), method(UNKNOWN, "open")])).to.deep.equal(["the tenant"]);
			expect(told(format, [rest, restStage, method("NONE"), method("CUSTOM")]), name).to.deep.equal([]);
			expect(told(format, [http, httpStage, route("JWT")]), name).to.deep.equal([]);
			expect(
				told(format, [http, httpStage, resource("aws:apigatewayv2/route:Route", "r", { apiId: ref(http, "id") })]),
			).to.deep.equal([]);
		}
	});
});
