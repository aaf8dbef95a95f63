/**
 * What every scaling from none has: the target that Application Auto Scaling moves between its bounds, and the step to the
 * first one. By what it is moved above that is decided where it is used.
 */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { COLD_START_SECONDS } from "../../charter/queued.ts";

/** What is scaled, as a policy names it. */
export type Scaled = Pick<aws.appautoscaling.PolicyArgs, "serviceNamespace" | "scalableDimension" | "resourceId">;

export function scalingTarget(
	name: string,
	args: aws.appautoscaling.TargetArgs,
	child: pulumi.CustomResourceOptions,
): Scaled {
	const { serviceNamespace, scalableDimension, resourceId } = new aws.appautoscaling.Target(name, args, child);
	return { serviceNamespace, scalableDimension, resourceId };
}

export const stepToFirst = (
	name: string,
	scaled: Scaled,
	child: pulumi.CustomResourceOptions,
): aws.appautoscaling.Policy =>
	new aws.appautoscaling.Policy(
		name,
		{
			...scaled,
			policyType: "StepScaling",
			stepScalingPolicyConfiguration: {
				adjustmentType: "ChangeInCapacity",
				// Until it works a second one would only be asked for on top.
				cooldown: COLD_START_SECONDS,
				metricAggregationType: "Maximum",
				stepAdjustments: [{ metricIntervalLowerBound: "0", scalingAdjustment: 1 }],
			},
		},
		child,
	);
