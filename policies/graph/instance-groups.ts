/**
 * Groups of EC2 Auto Scaling: what they start their instances from, and how much of it may be spot. Not what the
 * instances are for.
 */
import { type Fact, known, mapFact, orElse } from "../facts/fact.ts";
import type { ResourceNode } from "./node.ts";
import type { StackGraph } from "./stack-graph.ts";

export const LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const LAUNCH_CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration";
export const MIXED = "mixedInstancesPolicy";
export const DISTRIBUTION = `${MIXED}.instancesDistribution`;
const ALL_PERCENT = 100;

/** How much of a mixed group above its base is spot, in percent. */
const spotPercentOf = (group: ResourceNode): Fact<number> =>
	mapFact(
		orElse(group.props.number(`${DISTRIBUTION}.onDemandPercentageAboveBaseCapacity`), ALL_PERCENT),
		(onDemand) => ALL_PERCENT - onDemand,
	);

/** Whether any of a group's instances may be spot. */
export function mayRunOnSpot(stack: StackGraph, group: ResourceNode): Fact<boolean> {
	if (group.props.part(MIXED).state === "known") return mapFact(spotPercentOf(group), (share) => share > 0);
	const launch = launchOf(stack, group);
	return launch ? launchesSpot(launch) : known(false);
}

/** The template, or the older configuration, that a group starts its instances from. */
export function launchOf(stack: StackGraph, group: ResourceNode): ResourceNode | undefined {
	const paths = [
		"launchTemplate.id",
		"launchTemplate.name",
		`${MIXED}.launchTemplate.launchTemplateSpecification.launchTemplateId`,
		`${MIXED}.launchTemplate.launchTemplateSpecification.launchTemplateName`,
	];
	for (const path of paths) {
		const template = stack.target(group, path, LAUNCH_TEMPLATE);
		if (template) return template;
	}
	return stack.target(group, "launchConfiguration", LAUNCH_CONFIGURATION);
}

/** Whether a template or configuration asks for spot instances. */
function launchesSpot(launch: ResourceNode): Fact<boolean> {
	if (launch.props.read("spotPrice").state === "known") return known(true);
	return orElse(
		mapFact(launch.props.text("instanceMarketOptions.marketType"), (market) => market === "spot"),
		false,
	);
}
