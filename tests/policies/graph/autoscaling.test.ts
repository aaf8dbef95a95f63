import { expect } from "chai";
import { SCALABLE_TARGET, SCALING_POLICY, scaledMinimum, scalingOf } from "../../../policies/graph/autoscaling.ts";
import { concat, type ResourceSpec, type Run, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";

type Props = Record<string, unknown>;

const READ = "dynamodb:table:ReadCapacityUnits";
const INDEX_READ = "dynamodb:index:ReadCapacityUnits";
const table = resource("aws:dynamodb/table:Table", "items", { name: "items" });
const target = (props: Props = {}, name = "target") =>
	resource(SCALABLE_TARGET, name, {
		resourceId: "table/items",
		scalableDimension: READ,
		minCapacity: 5,
		...props,
	});
const policy = (props: Props) => resource(SCALING_POLICY, "policy", props);
const absent = { state: "absent" };
const unknownAt = (property: string) => ({ state: "unknown", property });

interface Asked {
	type?: typeof SCALABLE_TARGET | typeof SCALING_POLICY;
	of?: string;
	dimension?: string;
	part?: { state: "known"; value: string } | { state: "unknown"; property: string };
	run?: Run;
}
/** The name of what scales a resource of the stack, or the fact that stands in its place. */
function scaler(specs: readonly ResourceSpec[], asked: Asked = {}) {
	const { type = SCALABLE_TARGET, of = "items", dimension = READ, part, run = "raw" } = asked;
	const stack = graphOf(specs, run);
	const found = scalingOf(stack, type, { subject: nodeOf(stack, of), dimension, ...(part ? { part } : {}) });
	return found.state === "known" ? found.value.name : found;
}
const index = (name: string) => ({ state: "known" as const, value: name });

describe("policies/graph/autoscaling", () => {
	it("finds the target of a table, a service and an endpoint's variant by its id", () => {
		expect(scaler([table, target()])).to.equal("target");
		expect(scaler([table])).to.deep.equal(absent);
		const other = resource("aws:dynamodb/table:Table", "other", { name: "other" });
		expect(scaler([table, other, target()], { of: "other" })).to.deep.equal(absent);
		const service = resource("aws:ecs/service:Service", "worker", { name: "worker" });
		const count = "ecs:service:DesiredCount";
		const ofService = target({ resourceId: "service/cluster/worker", scalableDimension: count });
		expect(scaler([service, ofService], { of: "worker", dimension: count })).to.equal("target");
		const endpoint = resource("aws:sagemaker/endpoint:Endpoint", "scores", { name: "scores" });
		const instances = "sagemaker:variant:DesiredInstanceCount";
		const ofVariant = target({ resourceId: "endpoint/scores/variant/all", scalableDimension: instances });
		const asked = { of: "scores", dimension: instances };
		expect(scaler([endpoint, ofVariant], { ...asked, part: index("all") })).to.equal("target");
		expect(scaler([endpoint, ofVariant], { ...asked, part: index("next") })).to.deep.equal(absent);
	});

	it("keeps dimensions apart, and the indexes of a table", () => {
		expect(scaler([table, target()], { dimension: "dynamodb:table:WriteCapacityUnits" })).to.deep.equal(absent);
		expect(scaler([table, target({ scalableDimension: undefined })])).to.deep.equal(absent);
		const ofIndex = target({ resourceId: "table/items/index/byDay", scalableDimension: INDEX_READ });
		const asked = (part: Asked["part"]): Asked => ({ dimension: INDEX_READ, ...(part ? { part } : {}) });
		expect(scaler([table, ofIndex], asked(index("byDay")))).to.equal("target");
		expect(scaler([table, ofIndex], asked(index("byUser")))).to.deep.equal(absent);
		const open = { state: "unknown" as const, property: "name" };
		expect(scaler([table, ofIndex], asked(open))).to.deep.equal(open);
		expect(scaler([table, ofIndex, target()], asked(index("byDay")))).to.equal("target");
	});

	it("takes a dimension that is not known yet for perhaps, and one that fits beside it for sure", () => {
		const open = target({ scalableDimension: UNKNOWN }, "open");
		expect(scaler([table, open])).to.deep.equal(unknownAt("scalableDimension"));
		expect(scaler([table, open, target()])).to.equal("target");
		expect(scaler([table, target(), open])).to.equal("target");
	});

	it("takes an id that is not known for perhaps anything's of its dimension, unless it depends on one", () => {
		const blank = target({ resourceId: UNKNOWN });
		expect(scaler([table, blank])).to.deep.equal(unknownAt("resourceId"));
		expect(scaler([table, blank], { dimension: INDEX_READ })).to.deep.equal(absent);
		const other = resource("aws:dynamodb/table:Table", "other");
		const depending = target({ resourceId: concat("table/", ref(other, "name")) });
		expect(scaler([table, other, depending], { run: "preview" })).to.deep.equal(absent);
		expect(scaler([table, other, depending], { of: "other", run: "preview" })).to.equal("target");
		const ofIndex = target({
			resourceId: concat("table/", ref(other, "name"), "/index/byDay"),
			scalableDimension: INDEX_READ,
		});
		expect(
			scaler([table, other, ofIndex], { of: "other", dimension: INDEX_READ, part: index("byDay"), run: "preview" }),
		).to.deep.equal(unknownAt("resourceId"));
	});

	it("finds a policy by its own words, and by those of the target that it takes over", () => {
		const own = policy({ resourceId: "table/items", scalableDimension: READ });
		const asked: Asked = { type: SCALING_POLICY };
		expect(scaler([table, target(), own], asked)).to.equal("policy");
		expect(scaler([table, target()], asked)).to.deep.equal(absent);
		const taking = (of: ResourceSpec) =>
			policy({ resourceId: ref(of, "resourceId"), scalableDimension: ref(of, "scalableDimension") });
		for (const run of ["raw", "applied", "preview"] as const) {
			expect(scaler([table, target(), taking(target())], { ...asked, run }), run).to.equal("policy");
			const written = { ...asked, dimension: "dynamodb:table:WriteCapacityUnits", run };
			expect(scaler([table, target(), taking(target())], written), run).to.deep.equal(absent);
		}
		const ofIndex = target({ resourceId: "table/items/index/byDay", scalableDimension: INDEX_READ });
		for (const run of ["raw", "preview"] as const)
			for (const [name, found] of [
				["byDay", "policy"],
				["byUser", absent],
			] as const)
				expect(
					scaler([table, ofIndex, taking(ofIndex)], { ...asked, dimension: INDEX_READ, part: index(name), run }),
					`${name} in the ${run} run`,
				).to.deep.equal(found);
	});

	it("tells the least that something is scaled in to", () => {
		const least = (specs: readonly ResourceSpec[]) => {
			const stack = graphOf(specs);
			return scaledMinimum(stack, { subject: nodeOf(stack, "items"), dimension: READ });
		};
		expect(least([table, target()])).to.deep.equal({ state: "known", value: 5 });
		expect(least([table, target({ minCapacity: UNKNOWN })])).to.deep.equal(unknownAt("minCapacity"));
		expect(least([table])).to.deep.equal(absent);
	});
});
