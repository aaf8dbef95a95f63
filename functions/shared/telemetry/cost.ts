/**
 * What one request costs at list price: the function's time and memory, its invocation and the API's request; or a container's time.
 * An estimate for attribution, not a bill: table reads are a fraction of a per cent of it and are left out.
 */
import { PRICES_USD } from "../../../charter/prices.ts";

const MS_PER_SECOND = 1000;
const MB_PER_GB = 1024;
const MS_PER_HOUR = 60 * 60 * MS_PER_SECOND;
const CPU_UNITS_PER_VCPU = 1024;

/** @param durationMs time in the function; AWS bills whole milliseconds */
export const requestCostUsd = (memoryMb: number, durationMs: number, architecture: NodeJS.Architecture): number =>
	functionCostUsd(memoryMb, durationMs, architecture) + PRICES_USD.restApiRequest;

/** What one invocation costs that no API passed on. */
export function functionCostUsd(memoryMb: number, durationMs: number, architecture: NodeJS.Architecture): number {
	const gbSecondUsd = architecture === "arm64" ? PRICES_USD.lambdaGbSecondArm64 : PRICES_USD.lambdaGbSecondX8664;
	const gbSeconds = (memoryMb / MB_PER_GB) * (Math.ceil(durationMs) / MS_PER_SECOND);
	return gbSeconds * gbSecondUsd + PRICES_USD.lambdaRequest;
}

/** What a container on Fargate costs that runs so long; its start and what spot takes off are left out. */
export function containerCostUsd(
	{ cpuUnits, memoryMb }: { cpuUnits: number; memoryMb: number },
	durationMs: number,
	architecture: NodeJS.Architecture,
): number {
	const isArm = architecture === "arm64";
	const vcpuHourUsd = isArm ? PRICES_USD.fargateVcpuHourArm64 : PRICES_USD.fargateVcpuHourX8664;
	const gbHourUsd = isArm ? PRICES_USD.fargateGbHourArm64 : PRICES_USD.fargateGbHourX8664;
	const hourUsd = (cpuUnits / CPU_UNITS_PER_VCPU) * vcpuHourUsd + (memoryMb / MB_PER_GB) * gbHourUsd;
	return (hourUsd * durationMs) / MS_PER_HOUR;
}
