/**
 * The authorizer in API Gateway's language: its REQUEST event in, an IAM policy with the tenant's context out.
 * Every call leaves one log record and one span; what is decided is in authorize.ts.
 */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from "aws-lambda";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { API_ERRORS } from "../../charter/errors.ts";
import { SPANS } from "../../charter/telemetry.ts";
import { type Environment, requiredNames, requiredNumbersByName, requiredText } from "../shared/environment.ts";
import type { Telemetry } from "../shared/telemetry/telemetry.ts";
import { type AuthorizePorts, authorize, type Grant } from "./authorize.ts";
import { tenantStore } from "./tenant-store.ts";

export interface AuthorizeParts {
	environment: Environment;
	telemetry: Telemetry;
	dynamodb: DynamoDBClient;
}

export type AuthorizerHandler = (event: APIGatewayRequestAuthorizerEvent) => Promise<APIGatewayAuthorizerResult>;

/** API Gateway answers 401 to an authorizer that fails with exactly this message, and AUTHORIZER_FAILURE to any other. */
const UNAUTHORIZED = "Unauthorized";

/** @throws {FunctionSettingsError} where the environment lacks something, by name */
export function createAuthorizeService({ environment, telemetry, dynamodb }: AuthorizeParts): AuthorizerHandler {
	const ports: AuthorizePorts = {
		tenants: tenantStore(dynamodb, requiredText(environment, ENVIRONMENT.tenantTable)),
		tiers: requiredNumbersByName(environment, ENVIRONMENT.tiers, ["rps", "burst", "maxJobsInFlight"]),
		models: requiredNames(environment, ENVIRONMENT.servedModels),
	};
	return async (event) => {
		const startedAtMs = performance.now();
		const headers = lowerCased(event.headers);
		const span = telemetry.tracing.start(SPANS.authorize, headers);
		const { traceId, spanId } = span;
		const log = telemetry.log.with({ requestId: event.requestContext.requestId, traceId, spanId });
		const latency = () => ({ latencyMs: Math.round((performance.now() - startedAtMs) * 1000) / 1000 });
		try {
			const grant = await authorize(ports, headers.get("authorization"));
			span.end();
			log.info(SPANS.authorize, {
				...(grant && { tenant: grant.context.tenant }),
				status: grant ? 200 : 401,
				...latency(),
			});
			if (grant) return toPolicy(grant, event.methodArn);
		} catch (thrown) {
			span.end(thrown);
			log.error(SPANS.authorize, { status: API_ERRORS.UNAVAILABLE, ...latency() }, thrown);
			throw thrown;
		} finally {
			await telemetry.tracing.flush();
		}
		throw new Error(UNAUTHORIZED);
	};
}

function toPolicy({ context, usageIdentifierKey, paths }: Grant, methodArn: string): APIGatewayAuthorizerResult {
	// arn:aws:execute-api:region:account:api/stage/METHOD/path…
	const [api, stage] = methodArn.split("/");
	return {
		principalId: context.tenant,
		policyDocument: {
			Version: "2012-10-17",
			Statement: [
				{ Action: "execute-api:Invoke", Effect: "Allow", Resource: paths.map((path) => `${api}/${stage}/*${path}`) },
			],
		},
		context: { ...context },
		usageIdentifierKey,
	};
}

function lowerCased(headers: APIGatewayRequestAuthorizerEvent["headers"]): ReadonlyMap<string, string> {
	const byName = new Map<string, string>();
	for (const [name, value] of Object.entries(headers ?? {}))
		if (value !== undefined) byName.set(name.toLowerCase(), value);
	return byName;
}
