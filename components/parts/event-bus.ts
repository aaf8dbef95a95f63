/**
 * The bus on which the platform tells of models and rollouts, for others to hook on. Nothing of the platform's own listens: its
 * records are the truth.
 */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { CostTags } from "../../charter/tags.ts";
import { stackName } from "./names.ts";
import type { Grant } from "./service-role.ts";

/** Named beforehand, so that rules of other stacks can name it. */
export const eventBus = (name: string, tags: CostTags, child: pulumi.CustomResourceOptions): aws.cloudwatch.EventBus =>
	new aws.cloudwatch.EventBus(name, { name: stackName(name), tags }, child);

export const tellGrants = (bus: aws.cloudwatch.EventBus): Grant[] => [
	{ actions: ["events:PutEvents"], resources: [bus.arn] },
];
