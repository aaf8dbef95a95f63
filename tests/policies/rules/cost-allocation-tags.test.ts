import { expect } from "chai";
import { costAllocationTags as rule } from "../../../policies/rules/cost-allocation-tags.ts";
import {
	answers,
	expectAccepts,
	expectFails,
	firstFault,
	judge,
	open,
	ref,
	resource,
	UNKNOWN,
} from "../../support/policies.ts";
import { exceptionTo } from "../../support/policies-exceptions.ts";

const tags = { team: "risk", model: "tumour-risk", feature: "screening", environment: "dev", "cost-center": "cc-42" };
const { team, ...others } = tags;
const queue = (props: Record<string, unknown> = {}) => resource("aws:sqs/queue:Queue", "jobs", props);
const groupTags = (of: Record<string, string>, propagateAtLaunch: boolean) =>
	Object.entries(of).map(([key, value]) => ({ key, value, propagateAtLaunch }));

describe("policies/rules/cost-allocation-tags", () => {
	it("has nothing to say of what can carry no tags", () => {
		expect(answers(rule, [resource("aws:sqs/queuePolicy:QueuePolicy", "jobs")])).to.deep.equal([]);
		expect(answers(rule, [resource("random:index/randomId:RandomId", "id")])).to.deep.equal([]);
	});

	it("accepts every required tag, on the resource itself or from the provider's defaults", () => {
		expectAccepts(rule, [queue({ tags })]);
		expectAccepts(rule, [{ ...queue({ tags: { team } }), provider: { defaultTags: { tags: others } } }]);
	});

	it("rejects a resource without tags, naming each key", () => {
		expectFails(rule, [queue()], ["jobs (keys)"]);
		expect(firstFault(rule, [queue()])?.what).to.equal(
			'has no tag "team", "model", "feature", "environment", "cost-center", or an empty one',
		);
	});

	it("rejects a missing key, one of another case, and an empty value", () => {
		for (const wrong of [others, { ...others, Team: "risk" }, { ...others, team: "" }, { ...others, team: "  " }])
			expect(firstFault(rule, [queue({ tags: wrong })])?.what).to.equal('has no tag "team", or an empty one');
	});

	it("takes the keys from the config", () => {
		expectAccepts(rule, [queue({ tags: { owner: "me" } })], { requiredTags: ["owner"] });
	});

	it("cannot tell of tags, or of one tag's value, that are not known before the update", () => {
		expect(open(rule, [queue({ tags: UNKNOWN })], { run: "preview" })).to.deep.equal(["cannot tell jobs (keys)"]);
		const one = queue({ tags: { ...tags, team: UNKNOWN } });
		expect(open(rule, [one], { run: "preview" })).to.deep.equal(["cannot tell jobs (keys)"]);
	});

	it("cannot tell of tags that the engine leaves out because one of them is unknown", () => {
		const role = resource("aws:iam/role:Role", "owner", { tags });
		// The reference makes the whole property unknown: what a policy gets has no tags at all.
		expect(open(rule, [role, queue({ tags: ref(role, "arn") })], { run: "preview" })).to.deep.equal([
			"cannot tell jobs (keys)",
		]);
	});

	it("wants an ECS service to hand its tags on to its tasks", () => {
		const service = (props: Record<string, unknown>) =>
			resource("aws:ecs/service:Service", "worker", { tags, ...props });
		expectAccepts(rule, [service({ propagateTags: "SERVICE" })]);
		expectFails(rule, [service({})], ["worker (propagation)"]);
		expectFails(rule, [service({ propagateTags: "NONE" })], ["worker (propagation)"]);
	});

	it("takes a task definition for a source only if it has tags", () => {
		const definition = (props: Record<string, unknown>) =>
			resource("aws:ecs/taskDefinition:TaskDefinition", "worker-task", props);
		const stack = (definitionTags: Record<string, string>) => [
			definition({ tags: definitionTags }),
			resource("aws:ecs/service:Service", "worker", {
				tags,
				propagateTags: "TASK_DEFINITION",
				taskDefinition: ref(definition({}), "arn"),
			}),
		];
		expectAccepts(rule, stack(tags));
		expectFails(rule, stack({}), ["worker (propagation)", "worker-task (keys)"]);
		const said = judge(rule, stack({})).find(({ answer, finding }) => answer === "fail" && finding === "propagation");
		expect(said).to.include({
			what: 'hands its tasks the tags of TaskDefinition "worker-task", which has none',
			fix: 'Set propagateTags to "SERVICE", or tag TaskDefinition "worker-task".',
		});
	});

	it("wants a group of instances to carry the tags and to hand them on at launch", () => {
		const group = (list: unknown) => resource("aws:autoscaling/group:Group", "gpus", { tags: list });
		expectAccepts(rule, [group(groupTags(tags, true))]);
		expectFails(rule, [group(groupTags(others, true))], ["gpus (keys)"]);
		expectFails(rule, [group(groupTags(tags, false))], ["gpus (propagation)"]);
		expect(open(rule, [group(UNKNOWN)], { run: "preview" })).to.deep.equal(["cannot tell gpus (keys)"]);
	});

	it("cannot tell of propagation, of a key or of a switch that is not known before the update", () => {
		const service = resource("aws:ecs/service:Service", "worker", { tags, propagateTags: UNKNOWN });
		expect(open(rule, [service], { run: "preview" })).to.deep.equal(["cannot tell worker (propagation)"]);
		const group = resource("aws:autoscaling/group:Group", "gpus", { tags: UNKNOWN });
		const [verdict] = judge(rule, [group], { run: "preview", config: { requiredTags: ["team", "model"] } });
		expect(verdict).to.include({ what: "whether it carries team, model" });
		const [own] = judge(rule, [queue({ tags: UNKNOWN })], { run: "preview", config: { requiredTags: ["a", "b"] } });
		expect(own).to.include({ what: "whether it carries a, b" });
	});

	it("reads a group's list as it stands: none, an entry without a key, an entry without a switch", () => {
		const group = (list: unknown) => resource("aws:autoscaling/group:Group", "gpus", { tags: list });
		expectFails(rule, [group(undefined)], ["gpus (keys)"]);
		expectAccepts(rule, [group([{ value: "x" }, ...groupTags(tags, true)])]);
		const switchless = Object.entries(tags).map(([key, value]) => ({ key, value }));
		expectFails(rule, [group(switchless)], ["gpus (propagation)"]);
		expect(firstFault(rule, [group(switchless)])?.what).to.equal(
			"keeps team, model, feature, environment, cost-center from its instances",
		);
	});

	it("takes a task definition that is not in the stack for one with tags", () => {
		const service = { tags, propagateTags: "TASK_DEFINITION", taskDefinition: "elsewhere:1" };
		expectAccepts(rule, [resource("aws:ecs/service:Service", "worker", service)]);
		const unknown = resource("aws:ecs/taskDefinition:TaskDefinition", "worker-task", {
			family: "worker",
			tags: UNKNOWN,
		});
		const own = resource("aws:ecs/service:Service", "worker", { ...service, taskDefinition: "worker" });
		expect(open(rule, [unknown, own], { run: "preview" })).to.deep.equal(["cannot tell worker-task (keys)"]);
	});

	it("honours an exception", () => {
		const exceptions = [exceptionTo("cost-allocation-tags", "aws:sqs/*::jobs")];
		expect(open(rule, [queue()], { config: { exceptions } })).to.deep.equal([]);
	});
});
