/** What a batch model's workflow may do: exactly what its definition asks for, which a test derives anew. */
import type * as pulumi from "@pulumi/pulumi";
import type { BatchContainer } from "./batch-container.ts";
import type { Grant } from "./service-role.ts";
import { arnOf, type Place, taskRunGrants, WORKFLOW_GRANTS } from "./workflow-grants.ts";

export interface BatchWorkflowGrants {
	workflowName: string;
	place: Place;
	/** ARNs. */
	functions: readonly pulumi.Output<string>[];
	/** ARN pattern of the manifests' objects. */
	manifests: pulumi.Output<string>;
	container?: BatchContainer;
}

export function batchWorkflowGrants(args: BatchWorkflowGrants): Grant[] {
	const { workflowName, place, container } = args;
	const states = (rest: string) => arnOf(place, "states", rest);
	return [
		{ actions: ["lambda:InvokeFunction"], resources: args.functions },
		{ actions: ["s3:GetObject"], resources: [args.manifests] },
		// A distributed map starts an execution of its own machine for each chunk, and looks after it.
		{ actions: ["states:StartExecution"], resources: [states(`stateMachine:${workflowName}`)] },
		{
			actions: ["states:DescribeExecution", "states:StopExecution"],
			resources: [states(`execution:${workflowName}:*`), states(`execution:${workflowName}/*`)],
		},
		...(container ? taskRunGrants(place, container.cluster, container.task) : []),
		...WORKFLOW_GRANTS,
	];
}
