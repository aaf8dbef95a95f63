/** A registry that is read for as long as a command needs it, and models that must be there. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { TriplaneError } from "../../charter/errors.ts";
import type { AwsTarget } from "./aws.ts";
import type { StackOutputs } from "./outputs.ts";
import { RegistryReader } from "./registry.ts";

/** Does some reading, and closes the connection. */
export async function reading<T>(
	aws: AwsTarget,
	{ registryTable }: Pick<StackOutputs, "registryTable">,
	work: (registry: RegistryReader) => Promise<T>,
): Promise<T> {
	const dynamodb = new DynamoDBClient(aws);
	try {
		return await work(new RegistryReader(dynamodb, registryTable));
	} finally {
		dynamodb.destroy();
	}
}

/** @throws {TriplaneError} that names the models that there are, where it is none of them */
export function assertDeclared({ models }: Pick<StackOutputs, "models">, model: string): void {
	const names = models.map(({ name }) => name);
	if (names.includes(model)) return;
	throw new TriplaneError(
		`The stack has no model "${model}", only ${names.join(", ") || "none"}. Declare it in triplane:models and run \`pulumi up\`.`,
	);
}

/** @throws {TriplaneError} where the pipeline of a model rolls versions out, and trains none */
export function assertTrains({ pipelines }: Pick<StackOutputs, "pipelines">, model: string): void {
	if (pipelines.find(({ name }) => name === model)?.trains !== false) return;
	throw new TriplaneError(
		`${model} has no \`train\` in its settings. Declare it and run \`pulumi up\`, or register a run that was made elsewhere, by \`triplane register ${model} --run FOLDER\`, and roll it out by \`triplane rollout ${model} --version N\`.`,
	);
}

/** @throws {TriplaneError} where a model has no pipeline: the stack is of an earlier release */
export function pipelineOf({ models, pipelines }: Pick<StackOutputs, "models" | "pipelines">, model: string): string {
	assertDeclared({ models }, model);
	const found = pipelines.find(({ name }) => name === model);
	if (found) return found.stateMachine;
	throw new TriplaneError(
		`The stack's outputs name no pipeline of ${model}: it is of an earlier release. Run \`pulumi up\`.`,
	);
}
