/**
 * What one request costs at list price: the function's time and memory, its invocation and the API's request.
 * An estimate for attribution, not a bill: table reads are a fraction of a per cent of it and are left out.
 */
import { PRICES_USD } from "../../../charter/prices.ts";

const MS_PER_SECOND = 1000;
const MB_PER_GB = 1024;

/** @param durationMs time in the function; AWS bills whole milliseconds */
export function requestCostUsd(memoryMb: number, durationMs: number, architecture: NodeJS.Architecture): number {
	const gbSecondUsd = architecture === "arm64" ? PRICES_USD.lambdaGbSecondArm64 : PRICES_USD.lambdaGbSecondX8664;
	const gbSeconds = (memoryMb / MB_PER_GB) * (Math.ceil(durationMs) / MS_PER_SECOND);
	return gbSeconds * gbSecondUsd + PRICES_USD.lambdaRequest + PRICES_USD.restApiRequest;
}
