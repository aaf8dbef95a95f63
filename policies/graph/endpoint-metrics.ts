/** Which of AWS's metrics tells the latency and the errors of an endpoint, by its kind. Not which alarms are on them. */
import { ifKnown } from "../facts/fact.ts";
import { HTTP_API, HTTP_STAGE, REST_API, REST_STAGE } from "./apis.ts";
import type { Endpoint } from "./endpoints.ts";
import { CLASSIC_BALANCER, FUNCTION_URL, SAGEMAKER_ENDPOINT } from "./types.ts";

interface Metrics {
	latency?: string;
	errors: string;
}

const REST: Metrics = { latency: "Latency", errors: "5XXError" };
const HTTP: Metrics = { latency: "Latency", errors: "5xx" };
const WEBSOCKET: Metrics = { latency: "IntegrationLatency", errors: "ExecutionError" };
const BALANCER: Metrics = { latency: "TargetResponseTime", errors: "HTTPCode_Target_5XX_Count" };
const PACKETS: Metrics = { errors: "TCP_Target_Reset_Count" };
const BY_TYPE: Readonly<Record<string, Metrics>> = {
	[REST_API]: REST,
	[REST_STAGE]: REST,
	[HTTP_API]: HTTP,
	[HTTP_STAGE]: HTTP,
	[CLASSIC_BALANCER]: { latency: "Latency", errors: "HTTPCode_Backend_5XX" },
	[FUNCTION_URL]: { latency: "UrlRequestLatency", errors: "Url5xxCount" },
	[SAGEMAKER_ENDPOINT]: { latency: "ModelLatency", errors: "Invocation5XXErrors" },
};

/** The metrics by which an endpoint is watched; a network load balancer, which passes packets, has none for latency. */
export function metricsOf({ door, api }: Endpoint): Metrics {
	if (api && ifKnown(api.props.text("protocolType")) === "WEBSOCKET") return WEBSOCKET;
	const passesPackets = ifKnown(door.effectiveText("loadBalancerType")) === "network";
	return BY_TYPE[door.type] ?? (passesPackets ? PACKETS : BALANCER);
}
