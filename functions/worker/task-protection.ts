/**
 * The ECS agent's endpoint as {@link TaskProtection}. Outside ECS there is none, and nothing to protect from.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection-endpoint.html
 */
import { TriplaneError } from "../../charter/errors.ts";
import type { TaskProtection } from "./ports.ts";

/** The agent has not taken the change. */
class TaskProtectionError extends TriplaneError {
	override readonly name = "TaskProtectionError";
}

/** Twice as long as until it is renewed. */
const EXPIRES_MINUTES = 60;
const TIMEOUT_MS = 5_000;

/** @param agentUri value of ECS_AGENT_URI, which ECS sets */
export function ecsTaskProtection(agentUri: string | undefined): TaskProtection {
	if (!agentUri) return { protect: async () => {} };
	return {
		protect: async (isOn) => {
			const response = await fetch(`${agentUri}/task-protection/v1/state`, {
				method: "PUT",
				headers: { "content-type": "application/json" },
				body: JSON.stringify({ ProtectionEnabled: isOn, ...(isOn && { ExpiresInMinutes: EXPIRES_MINUTES }) }),
				signal: AbortSignal.timeout(TIMEOUT_MS),
			});
			const said = await response.text();
			if (!response.ok)
				throw new TaskProtectionError(
					`The ECS agent answered ${response.status} to a change of the task's protection: ${said.slice(0, 200)}`,
				);
		},
	};
}
