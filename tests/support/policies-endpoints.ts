/** Endpoints for policy tests: a function behind an API, a load balancer or a URL, in the usual ways to wire one up. */
import { type ResourceSpec, ref, resource } from "./policies-stack.ts";

export const scoring = (props: Record<string, unknown> = {}, name = "score") =>
	resource("aws:lambda/function:Function", name, { role: "any", ...props });

/** A REST API before a function: API, stage, method, integration, permission. */
export function restApi(fn: ResourceSpec, props: { api?: object; stage?: object } = {}): ResourceSpec[] {
	const api = resource("aws:apigateway/restApi:RestApi", "inference", { ...props.api });
	const ofApi = { restApi: ref(api, "id"), resourceId: ref(api, "rootResourceId"), httpMethod: "POST" };
	return [
		api,
		resource("aws:apigateway/stage:Stage", "prod", { restApi: ref(api, "id"), stageName: "prod", ...props.stage }),
		resource("aws:apigateway/method:Method", "infer", { ...ofApi, authorization: "CUSTOM" }),
		resource("aws:apigateway/integration:Integration", "infer", {
			...ofApi,
			type: "AWS_PROXY",
			uri: ref(fn, "invokeArn"),
		}),
		resource("aws:lambda/permission:Permission", "infer", {
			action: "lambda:InvokeFunction",
			function: ref(fn, "name"),
			principal: "apigateway.amazonaws.com",
			sourceArn: ref(api, "executionArn"),
		}),
	];
}

/** An HTTP API before a function. */
export function httpApi(fn: ResourceSpec): ResourceSpec[] {
	const api = resource("aws:apigatewayv2/api:Api", "inference", { protocolType: "HTTP" });
	return [
		api,
		resource("aws:apigatewayv2/stage:Stage", "live", { apiId: ref(api, "id"), name: "$default" }),
		resource("aws:apigatewayv2/integration:Integration", "infer", {
			apiId: ref(api, "id"),
			integrationType: "AWS_PROXY",
			integrationUri: ref(fn, "arn"),
		}),
	];
}

export const functionUrl = (fn: ResourceSpec, authorizationType = "NONE") =>
	resource("aws:lambda/functionUrl:FunctionUrl", "door", { functionName: ref(fn, "name"), authorizationType });

/** A load balancer before a service on ECS. */
export function balanced(props: Record<string, unknown> = {}, service: Record<string, unknown> = {}): ResourceSpec[] {
	const balancer = resource("aws:lb/loadBalancer:LoadBalancer", "edge", props);
	const group = resource("aws:lb/targetGroup:TargetGroup", "models", { port: 8080 });
	return [
		balancer,
		group,
		resource("aws:lb/listener:Listener", "https", {
			loadBalancerArn: ref(balancer, "arn"),
			defaultActions: [{ type: "forward", targetGroupArn: ref(group, "arn") }],
		}),
		resource("aws:ecs/service:Service", "server", {
			launchType: "FARGATE",
			loadBalancers: [{ targetGroupArn: ref(group, "arn"), containerName: "server", containerPort: 8080 }],
			...service,
		}),
	];
}
