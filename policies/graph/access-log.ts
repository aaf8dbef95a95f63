/** What the access log of an API's stage says of each request: its format's variables, by what they tell. */
import { ifKnown } from "../facts/fact.ts";
import { parseJson } from "../facts/props.ts";
import { HTTP_ROUTE, inApiOf, REST_METHOD } from "./apis.ts";
import type { ResourceNode } from "./node.ts";
import type { StackGraph } from "./stack-graph.ts";

/** A variable of API Gateway as formats write it; map entries also as `claims['custom:tenant']`. */
const VARIABLE = /\$context\.([A-Za-z0-9_.-]+(?:\[(?:'[^']*'|"[^"]*")\])?[A-Za-z0-9_.-]*)/g;
/** Of the authorizer's variables, those about its own call, not about who called. */
const AUTHORIZER_ITSELF = /^authorizer\.(error|integrationLatency|integrationStatus|latency|requestId|status)$/;
/** Who signed the request: known only where IAM authorizes. */
const IAM_PRINCIPAL = /^identity\.(caller|user|userArn|cognitoIdentityId|accountId)$/;

/** Whether a format gives one JSON object a request; variables may stand for values without quotes. */
export function isJsonFormat(format: string): boolean {
	const line = parseJson(format.replace(VARIABLE, "0"));
	return typeof line === "object" && line !== null && !Array.isArray(line);
}

const variablesIn = (format: string): string[] => [...format.matchAll(VARIABLE)].flatMap(([, name]) => name ?? []);

/** What a line must tell, and a variable that does. */
export interface AccessLogField {
	what: string;
	example: string;
	isTold: (format: string) => boolean;
}

/** The fields that a stage's access log owes, as its API can fill them. */
export function owedFields(stack: StackGraph, stage: ResourceNode): AccessLogField[] {
	const tells = (test: (variable: string) => boolean) => (format: string) => variablesIn(format).some(test);
	return [
		{
			what: "the request's id",
			example: "$context.requestId",
			isTold: tells((name) => name === "requestId" || name === "extendedRequestId"),
		},
		{
			what: "the tenant",
			example: "$context.authorizer.principalId",
			isTold: tells(
				(name) =>
					(name.startsWith("authorizer.") && !AUTHORIZER_ITSELF.test(name)) ||
					name === "identity.apiKeyId" ||
					(IAM_PRINCIPAL.test(name) && mayBeSigned(stack, stage)),
			),
		},
		{
			what: "the latency",
			example: "$context.responseLatency",
			isTold: tells((name) => ["responseLatency", "integrationLatency", "integration.latency"].includes(name)),
		},
	];
}

/** Whether IAM may authorize requests to a stage: some method or route says so, or none of its is in the stack. */
function mayBeSigned(stack: StackGraph, stage: ResourceNode): boolean {
	const methods = [
		...inApiOf(stack, stage, REST_METHOD).map((method) => method.props.text("authorization")),
		...inApiOf(stack, stage, HTTP_ROUTE).map((route) => route.effectiveText("authorizationType")),
	];
	return methods.length === 0 || methods.some((fact) => fact.state === "unknown" || ifKnown(fact) === "AWS_IAM");
}
