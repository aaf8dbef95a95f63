/**
 * A Standard workflow with its role and its log: traced, told of by its errors, and named beforehand, because roles name it.
 * What it does is its definition's; who starts it is decided where it is made.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../charter/settings.ts";
import type { CostTags } from "../../charter/tags.ts";
import { stackName } from "./names.ts";
import { type Grant, serviceRole } from "./service-role.ts";

export interface StandardWorkflowArgs {
	settings: Pick<Settings, "observability">;
	/** After which its role is described, as in "the workflow of the model disease-progress". */
	what: string;
	/** In Amazon States Language. */
	definition: pulumi.Output<object>;
	grants: readonly Grant[];
	tags: CostTags;
}

/** @param name as in "disease-progress-batch" */
export function standardWorkflow(
	name: string,
	{ settings, what, definition, grants, tags }: StandardWorkflowArgs,
	child: pulumi.CustomResourceOptions,
): aws.sfn.StateMachine {
	const logs = new aws.cloudwatch.LogGroup(
		`${name}-logs`,
		// Groups of this prefix do not add to the account's one policy of who delivers logs.
		{
			name: `/aws/vendedlogs/states/${stackName(name)}`,
			retentionInDays: settings.observability.logRetentionDays,
			tags,
		},
		child,
	);
	const { role, policy } = serviceRole(
		name,
		{ service: "states.amazonaws.com", description: `What ${what} may do`, grants, tags },
		child,
	);
	return new aws.sfn.StateMachine(
		name,
		{
			name: stackName(name),
			type: "STANDARD",
			roleArn: role.arn,
			definition: definition.apply((known) => JSON.stringify(known)),
			loggingConfiguration: {
				level: "ERROR",
				// Errors name rows and objects; what is in them stays in the bucket.
				includeExecutionData: false,
				logDestination: pulumi.interpolate`${logs.arn}:*`,
			},
			tracingConfiguration: { enabled: true },
			tags,
		},
		{ ...child, dependsOn: [policy] },
	);
}
