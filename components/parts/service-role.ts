/**
 * A role that one AWS service assumes, with the one policy of what it may do.
 * Knows no function and no task: what is granted is decided where it is used.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { CostTags } from "../../charter/tags.ts";

/** One Allow statement. */
export interface Grant {
	actions: readonly string[];
	resources: readonly pulumi.Input<string>[];
}

export interface ServiceRoleArgs {
	/** As in "lambda.amazonaws.com". */
	service: string;
	description: string;
	grants: readonly Grant[];
	tags: CostTags;
}

export interface ServiceRole {
	role: aws.iam.Role;
	/** What uses the role waits for it, or would start without its permissions. */
	policy: aws.iam.RolePolicy;
}

/** @example const { role } = serviceRole("sweep-schedule", { service: "scheduler.amazonaws.com", … }, { parent: this }); */
export function serviceRole(name: string, args: ServiceRoleArgs, opts: pulumi.CustomResourceOptions): ServiceRole {
	const role = new aws.iam.Role(
		`${name}-role`,
		{
			description: args.description,
			assumeRolePolicy: JSON.stringify({
				Version: "2012-10-17",
				Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: args.service } }],
			}),
			tags: args.tags,
		},
		opts,
	);
	const policy = new aws.iam.RolePolicy(
		`${name}-policy`,
		{
			role: role.id,
			policy: pulumi.jsonStringify({
				Version: "2012-10-17",
				Statement: args.grants.map(({ actions, resources }) => ({
					Effect: "Allow",
					Action: actions,
					Resource: resources,
				})),
			}),
		},
		opts,
	);
	return { role, policy };
}
