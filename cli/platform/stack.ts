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
export async function findTarget(checkout: string, outputsFile: string | undefined, region: string): Promise<Target> {
	if (outputsFile === undefined) {
		const { endpoint, region, outputs } = await requireCurrent(checkout);
		return { aws: sandboxAws(endpoint, region), outputs };
	}
	try {
		return { aws: { region }, outputs: parseOutputs(JSON.parse(await readFile(outputsFile, "utf8"))) };
	} catch (error) {
		throw new TriplaneError(
			`${outputsFile} does not hold the outputs of a Triplane stack (${error instanceof Error ? error.message : error}). Make it with \`pulumi stack output --json\`.`,
			{ cause: error },
		);
	}
}

/** The sandbox's root account. */
export const sandboxAws = (endpoint: string, region: string): AwsTarget => ({
	endpoint,
	region,
	credentials: EMULATOR_CREDENTIALS,
});
