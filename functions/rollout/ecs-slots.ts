/** ECS as {@link Slots}: services that the program has made, and revisions of their task definitions. */
import {
	type Deployment,
	DescribeServicesCommand,
	DescribeTaskDefinitionCommand,
	type ECSClient,
	type KeyValuePair,
	RegisterTaskDefinitionCommand,
	type RegisterTaskDefinitionCommandInput,
	type TaskDefinition,
	UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { CONTAINERS } from "../../charter/containers.ts";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { SlotFailedError } from "./errors.ts";
import type { Slots } from "./ports.ts";

export const ecsSlots = (client: ECSClient): Slots => ({
	look: async ({ cluster, service }) => {
		const { services = [] } = await client.send(new DescribeServicesCommand({ cluster, services: [service] }));
		const found = services.find(({ status }) => status === "ACTIVE");
		const { deployments = [], desiredCount = 0, taskDefinition } = found ?? {};
		if (taskDefinition === undefined)
			throw new SlotFailedError(
				`ECS has no service ${service} in the cluster ${cluster} that could serve a slot. Run \`up\` with the present program.`,
			);
		const primary = deployments.find(({ status }) => status === "PRIMARY");
		const failed = deployments.filter(({ rolloutState }) => rolloutState === "FAILED");
		return {
			taskDefinition,
			desiredCount,
			isStable: primary !== undefined && isStable(primary, deployments),
			failed: failed.flatMap((deployment) => deployment.taskDefinition ?? []),
		};
	},
	register: async (current, version) => {
		const { taskDefinition, tags = [] } = await client.send(
			new DescribeTaskDefinitionCommand({ taskDefinition: familyOf(current), include: ["TAGS"] }),
		);
		const request = { ...revisionOf(taskDefinition ?? {}, version), ...(tags.length > 0 && { tags }) };
		const { taskDefinition: made } = await client.send(new RegisterTaskDefinitionCommand(request));
		if (made?.taskDefinitionArn === undefined)
			throw new SlotFailedError(`ECS registered ${request.family} and did not say as what. Ask again.`);
		return made.taskDefinitionArn;
	},
	set: async ({ cluster, service }, change) => {
		await client.send(new UpdateServiceCommand({ cluster, service, ...change }));
	},
});

/** A service without deployment controller events, as one that has long been there, has a primary alone. */
const isStable = (
	{ rolloutState, runningCount = 0, desiredCount = 0 }: Deployment,
	all: readonly Deployment[],
): boolean =>
	runningCount >= desiredCount && (rolloutState === "COMPLETED" || (rolloutState === undefined && all.length === 1));

/** As in "arn:aws:ecs:eu-central-1:123456789012:task-definition/triplane-dev-digit-reader-b:7". */
const familyOf = (arn: string): string => (arn.split("/").at(-1) ?? arn).replace(/:\d+$/, "");

/** All that a registration takes of what ECS tells of a definition, with the version in the model server's environment. */
function revisionOf(definition: TaskDefinition, version: number): RegisterTaskDefinitionCommandInput {
	const {
		taskDefinitionArn,
		revision,
		status,
		requiresAttributes,
		compatibilities,
		registeredAt,
		deregisteredAt,
		registeredBy,
		...kept
	} = definition;
	const containerDefinitions = (kept.containerDefinitions ?? []).map((container) =>
		container.name === CONTAINERS.modelServer
			? { ...container, environment: withVersion(container.environment ?? [], version) }
			: container,
	);
	return { ...kept, family: kept.family, containerDefinitions };
}

const withVersion = (environment: readonly KeyValuePair[], version: number): KeyValuePair[] => [
	...environment.filter(({ name }) => name !== ENVIRONMENT.modelVersion),
	{ name: ENVIRONMENT.modelVersion, value: String(version) },
];
