/** ECS tasks of the embedded AWS for end-to-end tests: their roles, definitions and programs. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Made, TestCloud } from "./test-cloud.ts";

/** A role without any permission that one service of AWS may take. */
export const makeTaskRole = (cloud: TestCloud, name: string, service = "ecs-tasks.amazonaws.com"): Promise<Made> =>
	cloud.make("aws:iam/role:Role", name, {
		assumeRolePolicy: JSON.stringify({
			Version: "2012-10-17",
			Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } }],
		}),
	});

const CHECKOUT = fileURLToPath(new URL("../../..", import.meta.url));

/** Bundles a program, which may import what the checkout has. @returns its folder */
export async function makeBundle(cloud: TestCloud, name: string, contents: string): Promise<string> {
	const folder = join(cloud.runDir, "bundles", name);
	await mkdir(folder, { recursive: true });
	await build({
		stdin: { contents, resolveDir: CHECKOUT, sourcefile: `${name}.mjs` },
		outfile: join(folder, "index.mjs"),
		bundle: true,
		platform: "node",
		target: "node24",
		format: "esm",
		banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
	});
	return folder;
}

export interface TestContainer {
	name: string;
	stopTimeout?: number;
	environment?: Record<string, string>;
	dependsOn?: string;
	/** Log group of its output. */
	group?: string;
}

/** A task definition of these containers, and its role. */
export async function makeDefinition(
	cloud: TestCloud,
	family: string,
	containers: readonly TestContainer[],
): Promise<{ definition: Made; role: Made }> {
	const role = await makeTaskRole(cloud, `${family}-role`);
	const definition = await cloud.make("aws:ecs/taskDefinition:TaskDefinition", family, {
		family,
		networkMode: "awsvpc",
		taskRoleArn: role.text("arn"),
		containerDefinitions: JSON.stringify(
			containers.map(({ name, stopTimeout = 10, environment = {}, dependsOn, group }) => ({
				name,
				image: `repository@sha256:${"0".repeat(64)}`,
				memory: 256,
				essential: true,
				stopTimeout,
				environment: Object.entries(environment).map(([key, value]) => ({ name: key, value })),
				...(dependsOn !== undefined && { dependsOn: [{ containerName: dependsOn, condition: "START" }] }),
				...(group !== undefined && {
					logConfiguration: {
						logDriver: "awslogs",
						options: {
							"awslogs-group": group,
							"awslogs-region": cloud.context.region,
							"awslogs-stream-prefix": "task",
						},
					},
				}),
			})),
		),
	});
	return { definition, role };
}
