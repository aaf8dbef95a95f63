/** ECS tasks of the embedded AWS for end-to-end tests: their roles, definitions and programs. */
import type { Made, TestCloud } from "./test-cloud.ts";

/** A role without any permission that one service of AWS may take. */
export const makeTaskRole = (cloud: TestCloud, name: string, service = "ecs-tasks.amazonaws.com"): Promise<Made> =>
	cloud.make("aws:iam/role:Role", name, {
		assumeRolePolicy: JSON.stringify({
			Version: "2012-10-17",
			Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } }],
		}),
	});
