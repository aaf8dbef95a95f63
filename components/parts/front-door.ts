/**
 * The one public entry: a regional REST API whose every path demands a tenant, its rate and its errors in our shape.
 * Knows paths and the functions behind them, and no model: data-plane.ts decides what is served where.
 */
import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Route } from "../../charter/api.ts";
import type { Throttle } from "../../charter/derive.ts";
import { AUTHORIZER_CACHE_SECONDS } from "../../charter/limits.ts";
import type { CostTags } from "../../charter/tags.ts";
import { ApiStage } from "./api-stage.ts";
import { apiNodes } from "./api-tree.ts";
import type { BoundedFunction } from "./bounded-function.ts";
import { gatewayResponses } from "./gateway-responses.ts";

/** A route and the function that answers every method on its path. */
export interface ApiRoute extends Route {
	backend: BoundedFunction;
	/** What the API waits for the function; longer than the function's own timeout. */
	integrationTimeoutMs: number;
}

export interface FrontDoorArgs {
	stageName: string;
	routes: readonly ApiRoute[];
	/** Tells tenants by their bearer token. */
	authorize: BoundedFunction;
	/** Of all tenants together. */
	throttle: Throttle;
	tags: CostTags;
	logRetentionDays: number;
}

const TENANT_AUTHORIZATION = "CUSTOM";

export class FrontDoor extends pulumi.ComponentResource {
	readonly restApi: aws.apigateway.RestApi;
	readonly stage: aws.apigateway.Stage;
	readonly accessLog: aws.cloudwatch.LogGroup;
	/** Without a slash at its end. */
	readonly url: pulumi.Output<string>;

	constructor(name: string, args: FrontDoorArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:FrontDoor", name, {}, opts);
		const child = { parent: this };

		this.restApi = new aws.apigateway.RestApi(
			`${name}-api`,
			{
				description: `Triplane's models, ${args.stageName}`,
				// The authorizer names the tenant's key, so that a caller sends one credential only.
				apiKeySource: "AUTHORIZER",
				endpointConfiguration: { types: "REGIONAL" },
				tags: args.tags,
			},
			child,
		);
		const authorizer = this.authorizer(name, args.authorize);
		const authorizerArn = pulumi.interpolate`${this.restApi.executionArn}/authorizers/${authorizer.id}`;
		const shape = [
			this.permission(name, args.authorize, authorizerArn),
			...this.gatewayResponses(name),
			...this.methods(name, args.routes, authorizer),
		];
		const deployment = new aws.apigateway.Deployment(
			`${name}-deployment`,
			{
				restApi: this.restApi.id,
				// A deployment is a snapshot: without this, a changed route would never go live.
				triggers: {
					shape: shapeDigest(args.routes),
					functions: pulumi
						.all([args.authorize, ...args.routes.map(({ backend }) => backend)].map((fn) => fn.invokeArn))
						.apply((arns) => digest(arns)),
				},
			},
			{ ...child, dependsOn: shape },
		);
		const { stage, accessLog } = new ApiStage(name, { ...args, restApi: this.restApi, deployment }, child);
		this.stage = stage;
		this.accessLog = accessLog;
		this.url = stage.invokeUrl;
		this.registerOutputs({ url: this.url });
	}

	private authorizer(name: string, authorize: BoundedFunction): aws.apigateway.Authorizer {
		return new aws.apigateway.Authorizer(
			`${name}-authorizer`,
			{
				restApi: this.restApi.id,
				type: "REQUEST",
				identitySource: "method.request.header.Authorization",
				authorizerUri: authorize.invokeArn,
				authorizerResultTtlInSeconds: AUTHORIZER_CACHE_SECONDS,
			},
			{ parent: this },
		);
	}

	private gatewayResponses(name: string): pulumi.Resource[] {
		return gatewayResponses().map(
			(response) =>
				new aws.apigateway.Response(
					`${name}-${response.responseType}`,
					{ restApiId: this.restApi.id, ...response },
					{ parent: this },
				),
		);
	}

	/** One resource a path, and on each served one methods that demand a tenant and its key. */
	private methods(name: string, routes: readonly ApiRoute[], authorizer: aws.apigateway.Authorizer): pulumi.Resource[] {
		const child = { parent: this };
		const restApi = this.restApi.id;
		const resourceIds = new Map<string, pulumi.Output<string>>([["", this.restApi.rootResourceId]]);
		for (const { path, parentPath, pathPart } of apiNodes(routes.map((route) => route.path))) {
			const parentId = required(resourceIds, parentPath);
			resourceIds.set(path, new aws.apigateway.Resource(`${name}${path}`, { restApi, parentId, pathPart }, child).id);
		}

		const permissions = new Map<BoundedFunction, pulumi.Resource>();
		const answered = new Set<string>();
		return routes.flatMap(({ path, method: ownMethod, backend, integrationTimeoutMs }) => {
			const isFirst = !answered.has(path);
			answered.add(path);
			const permission =
				permissions.get(backend) ??
				this.permission(name, backend, pulumi.interpolate`${this.restApi.executionArn}/*/*`);
			permissions.set(backend, permission);
			// Its own, so that API Gateway counts it by that name; and any other, so that the function answers a wrong
			// method with 405 in our shape, where API Gateway would with 403.
			return [ownMethod, ...(isFirst ? ["ANY"] : [])].map((httpMethod) => {
				const method = new aws.apigateway.Method(
					`${name}${path}:${httpMethod}`,
					{
						restApi,
						resourceId: required(resourceIds, path),
						httpMethod,
						authorization: TENANT_AUTHORIZATION,
						authorizerId: authorizer.id,
						apiKeyRequired: true,
					},
					child,
				);
				return new aws.apigateway.Integration(
					`${name}${path}:${httpMethod}`,
					{
						restApi,
						resourceId: method.resourceId,
						httpMethod: method.httpMethod,
						type: "AWS_PROXY",
						integrationHttpMethod: "POST",
						uri: backend.invokeArn,
						timeoutMilliseconds: integrationTimeoutMs,
					},
					{ ...child, dependsOn: [permission] },
				);
			});
		});
	}

	private permission(name: string, fn: BoundedFunction, sourceArn: pulumi.Output<string>): aws.lambda.Permission {
		return new aws.lambda.Permission(
			`${name}-calls-${fn.name}`,
			{
				action: "lambda:InvokeFunction",
				function: fn.function.name,
				...(fn.live && { qualifier: fn.live.name }),
				principal: "apigateway.amazonaws.com",
				sourceArn,
			},
			{ parent: this },
		);
	}
}

const digest = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("hex");

/** Changes with whatever a deployment freezes of the API. */
const shapeDigest = (routes: readonly ApiRoute[]): string =>
	digest({
		routes: routes.map(({ path, method, backend, integrationTimeoutMs }) => [
			path,
			method,
			backend.name,
			integrationTimeoutMs,
		]),
		authorization: [TENANT_AUTHORIZATION, AUTHORIZER_CACHE_SECONDS],
		responses: gatewayResponses(),
	});

function required<V>(map: ReadonlyMap<string, V>, key: string): V {
	const value = map.get(key);
	if (value === undefined)
		throw new Error(`The API has no resource "${key}": apiNodes must give parents before children.`);
	return value;
}
