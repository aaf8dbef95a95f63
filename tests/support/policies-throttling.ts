/** An API with all that api-tenant-throttling asks for, and ways to take parts of it away. */
import { type ResourceSpec, ref, resource } from "./policies-stack.ts";

export const api = resource("aws:apigateway/restApi:RestApi", "api");
export const stage = resource("aws:apigateway/stage:Stage", "prod", { restApi: ref(api, "id"), stageName: "prod" });
export const method = (props: Record<string, unknown> = {}) =>
	resource("aws:apigateway/method:Method", "post-score", {
		restApi: ref(api, "id"),
		httpMethod: "POST",
		apiKeyRequired: true,
		...props,
	});
/** Limits under a path of methods. */
export const settings = (limits: Record<string, unknown>, methodPath = "*/*") =>
	resource("aws:apigateway/methodSettings:MethodSettings", `settings-of-${methodPath}`, {
		restApi: ref(api, "id"),
		stageName: ref(stage, "stageName"),
		methodPath,
		settings: limits,
	});
export const plan = (props: Record<string, unknown> = {}) =>
	resource("aws:apigateway/usagePlan:UsagePlan", "acme", {
		apiStages: [{ apiId: ref(api, "id"), stage: ref(stage, "stageName") }],
		throttleSettings: { rateLimit: 10, burstLimit: 20 },
		quotaSettings: { limit: 1000, period: "DAY" },
		...props,
	});
export const key = resource("aws:apigateway/apiKey:ApiKey", "acme-key");
/** What puts the key on the plan. */
export const link = resource("aws:apigateway/usagePlanKey:UsagePlanKey", "acme-link", {
	keyId: ref(key, "id"),
	keyType: "API_KEY",
	usagePlanId: ref(plan(), "id"),
});
/** Rate and burst. */
export const both = { throttlingRateLimit: 100, throttlingBurstLimit: 200 };
/** All that an API owes. */
export const happy: ResourceSpec[] = [api, stage, method(), settings(both), plan(), key, link];
/** All but what has the type and name of these. */
export const without = (...left: ResourceSpec[]) =>
	happy.filter((each) => !left.some(({ type, name }) => each.type === type && each.name === name));
/** All, with these in place of what has their type and name. */
export const changed = (...by: ResourceSpec[]) => [...without(...by), ...by];
