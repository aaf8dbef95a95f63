/** The environment of a container's process: what its definition says, and what AWS and a machine of its own would give it. */
import { dirname } from "node:path";
import { ENVIRONMENT } from "../../charter/environment.ts";
import type { ContainerPlan } from "./plan.ts";

/** What all containers of one task share. */
export interface TaskPlace {
	/** Endpoint and region of the embedded AWS. */
	endpoint: string;
	region: string;
	/** Directory of the task: home of its processes. */
	directory: string;
	/** URL of the agent's endpoint for this task, and of the credentials of its role where it has one. */
	agentUri: string;
	credentialsUri?: string;
	launchType: string;
	/** Tasks share this machine's network, where on AWS each has an address of its own. */
	modelServerPort: number;
	healthPort: number;
}

/** Nothing of this process's own environment but where Node is. */
export function environmentOf(container: ContainerPlan, place: TaskPlace): Record<string, string> {
	return {
		...container.environment,
		PATH: dirname(process.execPath),
		HOME: place.directory,
		TMPDIR: place.directory,
		AWS_REGION: place.region,
		AWS_DEFAULT_REGION: place.region,
		AWS_ENDPOINT_URL: place.endpoint,
		AWS_EXECUTION_ENV: `AWS_ECS_${place.launchType}`,
		// No machine's role may stand in for a task's.
		AWS_EC2_METADATA_DISABLED: "true",
		...(place.credentialsUri !== undefined && { AWS_CONTAINER_CREDENTIALS_FULL_URI: place.credentialsUri }),
		ECS_AGENT_URI: place.agentUri,
		[ENVIRONMENT.modelServerPort]: String(place.modelServerPort),
		[ENVIRONMENT.modelServerUrl]: `http://127.0.0.1:${place.modelServerPort}`,
		[ENVIRONMENT.healthPort]: String(place.healthPort),
	};
}
