/**
 * Programs for policy tests, recorded and handed over as the engine does: behind the SDK's proxy, before or after they
 * are applied. No provider checks the inputs.
 */
import { unknownCheckingProxy } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import type { ResourceInput } from "../../policies/graph/node.ts";
import { type Program, recordProgram } from "../../policies/offline/recording.ts";
import { outputsOf } from "./policies-stack.ts";

export type { Program };

const CALLS: Readonly<Record<string, Record<string, unknown>>> = {
	"aws:index/getRegion:getRegion": { region: "us-east-1", id: "us-east-1" },
	"aws:index/getCallerIdentity:getCallerIdentity": { accountId: "123456789012" },
	"aws:index/getPartition:getPartition": { partition: "aws" },
};

/** The resources that a program registers, before (`preview`) or after (`applied`) they exist. */
export async function resourcesOf(program: Program, run: "preview" | "applied"): Promise<ResourceInput[]> {
	const { resources } = await recordProgram(program, {
		sdk: pulumi,
		project: "programs",
		stack: "test",
		run,
		outputsOf: ({ type, name, inputs }) => outputsOf({ type, name, props: inputs }),
		answerTo: (token) => {
			const answer = CALLS[token];
			if (!answer) throw new Error(`The mocks have no answer for ${token}: add one to CALLS.`);
			return answer;
		},
	});
	return resources.map((resource) => ({
		...resource,
		props: unknownCheckingProxy(resource.props),
		...(resource.provider
			? { provider: { ...resource.provider, props: unknownCheckingProxy(resource.provider.props) } }
			: {}),
	}));
}
