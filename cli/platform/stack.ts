/** The stack that a command speaks to: one on AWS by its outputs' file, or the sandbox that is up. */
import { readFile } from "node:fs/promises";
import { TriplaneError } from "../../charter/errors.ts";
import { EMULATOR_CREDENTIALS } from "../../sandbox/emulator/emulator.ts";
import { requireCurrent } from "../current.ts";
import type { AwsTarget } from "./aws.ts";
import { parseOutputs, type StackOutputs } from "./outputs.ts";

export interface Target {
	aws: AwsTarget;
	outputs: StackOutputs;
}

/**
 * @param outputsFile what `pulumi stack output --json` wrote; absent: the sandbox that is up in this checkout
 * @throws {TriplaneError} where the file is not one, or no sandbox is up
 */
export async function findTarget(checkout: string, outputsFile: string | undefined): Promise<Target> {
	if (outputsFile === undefined) {
		const { endpoint, region, outputs } = await requireCurrent(checkout);
		return { aws: sandboxAws(endpoint, region), outputs };
	}
	try {
		const outputs = parseOutputs(JSON.parse(await readFile(outputsFile, "utf8")));
		return { aws: { region: regionOf(outputs.url) }, outputs };
	} catch (error) {
		const why = error instanceof Error ? error.message.replace(/\.$/, "") : error;
		throw new TriplaneError(`${outputsFile} cannot be used: ${why}. Make it with \`pulumi stack output --json\`.`, {
			cause: error,
		});
	}
}

/** API Gateway has its region in its own name. */
function regionOf(url: string): string {
	const region = /\.execute-api\.([a-z0-9-]+)\.amazonaws\./.exec(url)?.[1];
	if (!region) throw new TriplaneError(`${url} is no address of API Gateway, as a stack on AWS has one`);
	return region;
}

/** The sandbox's root account. */
export const sandboxAws = (endpoint: string, region: string): AwsTarget => ({
	endpoint,
	region,
	credentials: EMULATOR_CREDENTIALS,
});
