import { expect } from "chai";
import { payerOf } from "../../../policies/graph/costs.ts";
import { ref, resource, UNKNOWN } from "../../support/policies.ts";
import { costOf, expectCost, HOURS } from "../../support/policies-costs.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";

type Props = Record<string, unknown>;

const host = (props: Props) => resource("aws:ec2/instance:Instance", "host", props);
const group = (props: Props) => resource("aws:autoscaling/group:Group", "gpu", props);
const task = (props: Props) => resource("aws:ecs/taskDefinition:TaskDefinition", "task", props);
const service = (props: Props = {}) =>
	resource("aws:ecs/service:Service", "worker", { taskDefinition: ref(task({}), "arn"), ...props });
const configuration = (props: Props) =>
	resource("aws:sagemaker/endpointConfiguration:EndpointConfiguration", "config", props);
const endpoint = resource("aws:sagemaker/endpoint:Endpoint", "endpoint", {
	endpointConfigName: ref(configuration({}), "name"),
});
const absent = { state: "absent" };
const unknownAt = (property: string) => ({ state: "unknown", property });

describe("policies/graph/costs", () => {
	it("prices what is paid for by the hour or the month, and nothing of a type that costs nothing", () => {
		expectCost([resource("aws:lb/loadBalancer:LoadBalancer", "front")], 0.0225 * HOURS, "by the hour");
		expectCost([resource("aws:ec2/natGateway:NatGateway", "nat")], 0.045 * HOURS, "by the hour");
		expectCost([resource("aws:cloudwatch/metricAlarm:MetricAlarm", "late")], 0.1, "an alarm");
		expect(costOf([resource("aws:iam/role:Role", "role")])).to.deep.equal(absent);
		expect(costOf([resource("aws:redshift/cluster:Cluster", "warehouse")])).to.deep.equal({
			state: "unpriced",
			property: "type",
			what: "its type",
		});
	});

	it("knows who pays: by its own tag, by a group's list, by its task's or its configuration's", () => {
		const payer = (specs: Parameters<typeof graphOf>[0]) => {
			const stack = graphOf(specs);
			return payerOf(stack, nodeOf(stack, specs[0]?.name ?? ""));
		};
		const tags = { model: "digit-reader" };
		const known = { state: "known", value: "digit-reader" };
		expect(payer([host({ tags })])).to.deep.equal(known);
		expect(payer([host({})])).to.deep.equal(absent);
		expect(payer([host({ tags: UNKNOWN })])).to.deep.equal(unknownAt("tags"));
		const listed = [
			{ key: "team", value: "vision" },
			{ key: "model", value: "digit-reader" },
		];
		expect(payer([group({ tags: listed })])).to.deep.equal(known);
		expect(payer([group({ tags: listed.slice(0, 1) })])).to.deep.equal(absent);
		expect(payer([group({})])).to.deep.equal(absent);
		expect(payer([group({ tags: UNKNOWN })])).to.deep.equal(unknownAt("tags"));
		expect(payer([service(), task({ tags })])).to.deep.equal(known);
		expect(payer([service({ tags: { model: "other" } }), task({ tags })])).to.deep.equal({
			state: "known",
			value: "other",
		});
		expect(payer([endpoint, configuration({ tags })])).to.deep.equal(known);
		const about = resource("aws:cloudwatch/metricAlarm:MetricAlarm", "late", {
			endpointConfigName: ref(configuration({}), "name"),
		});
		expect(payer([about, configuration({ tags })])).to.deep.equal(absent);
	});
});
