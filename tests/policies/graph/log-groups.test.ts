import { expect } from "chai";
import { functionsByGroup, logsOf } from "../../../policies/graph/log-groups.ts";
import { concat, type ResourceSpec, type Run, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";
import { fn } from "../../support/policies-timeouts.ts";

describe("policies/graph/log-groups", () => {
	const group = (name?: unknown, called = "group") =>
		resource("aws:cloudwatch/logGroup:LogGroup", called, name === undefined ? {} : { name });
	const logs = (specs: readonly ResourceSpec[], run: Run = "raw") => {
		const stack = graphOf(specs, run);
		const { groups, unknown, ...rest } = logsOf(stack, nodeOf(stack, "score"));
		const open = unknown && { unknown: `${unknown.property} of ${unknown.of.name}` };
		return { groups: groups.map(({ name }) => name), ...rest, ...open };
	};
	const into = (logGroup: unknown, props: Record<string, unknown> = {}) =>
		fn("score", { loggingConfig: { logGroup }, ...props });

	describe("of a function that names its group", () => {
		it("is the one of that name, or the one that it refers to", () => {
			expect(logs([into("/apps/score"), group("/apps/score"), group("/apps/other", "other")])).to.deep.equal({
				groups: ["group"],
			});
			const named = group("/apps/score");
			expect(logs([into(ref(named, "name")), named])).to.deep.equal({ groups: ["group"] });
			const made = group();
			expect(logs([into(ref(made, "name")), made])).to.deep.equal({ groups: ["group"] });
		});

		it("is elsewhere where no group of the stack has the name, unless one has none yet", () => {
			expect(logs([into("/apps/score"), group("/apps/other")])).to.deep.equal({ groups: [], name: "/apps/score" });
			expect(logs([into("/apps/score"), group(UNKNOWN)])).to.deep.equal({
				groups: [],
				name: "/apps/score",
				unknown: "name of group",
			});
			const other = fn("other", { name: "other" });
			expect(logs([into("/apps/score"), other, group(concat(UNKNOWN, ref(other, "name")))], "preview")).to.deep.equal({
				groups: [],
				name: "/apps/score",
			});
		});

		it("is not told while the name is open, for it may be made up of a group's", () => {
			const named = group("/apps/score");
			expect(logs([into(ref(named, "name")), named], "preview")).to.deep.equal({
				groups: ["group"],
				unknown: "loggingConfig.logGroup of score",
			});
			expect(logs([into(UNKNOWN), named])).to.deep.equal({
				groups: [],
				unknown: "loggingConfig.logGroup of score",
			});
			const queue = resource("aws:sqs/queue:Queue", "queue");
			expect(logs([into(ref(queue, "name")), queue], "preview").groups).to.deep.equal([]);
		});

		it("is not one that the text only depends on, by its name or a made-up one", () => {
			const named = group("/apps/score");
			expect(logs([into(concat(ref(named, "name"), "-more")), named])).to.deep.equal({
				groups: [],
				name: "/apps/score-more",
			});
			const made = resource("aws:cloudwatch/logGroup:LogGroup", "logs", { empty: "" });
			const withText = (text: string) => logs([into(concat(text, ref(made, "empty"))), made]).groups;
			for (const own of ["logs", "logs-1a2b3c4"]) expect(withText(own), own).to.deep.equal(["logs"]);
			expect(withText("logs-audit")).to.deep.equal([]);
		});
	});

	describe("of a function that names none", () => {
		const live = fn("score", { name: "score-live" });

		it("is Lambda's own, by the function's name", () => {
			expect(logs([live, group("/aws/lambda/score-live")])).to.deep.equal({ groups: ["group"] });
			expect(logs([live, group("/aws/lambda/other")])).to.deep.equal({ groups: [], name: "/aws/lambda/score-live" });
			expect(logs([fn("score"), group("/aws/lambda/score")])).to.deep.equal({ groups: [] });
		});

		it("is one whose name is made from the function's, with Lambda's prefix and nothing more", () => {
			const score = fn("score");
			const made = (...parts: unknown[]) => logs([score, group(concat(...parts))]);
			expect(made("/aws/lambda/", ref(score, "name"))).to.deep.equal({ groups: ["group"] });
			expect(made("/aws/lambda/", ref(score, "name"), "/audit")).to.deep.equal({ groups: [] });
			expect(made("/apps/", ref(score, "name"))).to.deep.equal({ groups: [] });
		});

		it("takes a made-up name for the function's by what Pulumi puts behind it, or by its own whole", () => {
			// Text that has come from the function's name, and does not say so.
			const score = fn("score", { empty: "" });
			const withText = (name: string) =>
				logs([score, group(concat(`/aws/lambda/${name}`, ref(score, "empty")))]).groups;
			for (const own of ["score", "score-1a2b3c4", "score-dev2", "whatever", "prod9"])
				expect(withText(own), own).to.deep.equal(["group"]);
			for (const other of ["score-audit", "score-x", "scores", "my-score", "other/name", "a:b", "score-1a2"])
				expect(withText(other), other).to.deep.equal([]);
		});

		it("is open where a group has no name yet, or the function none", () => {
			expect(logs([live, group(UNKNOWN)])).to.deep.equal({ groups: [], unknown: "name of group" });
			const score = fn("score");
			const made = group(concat("/aws/lambda/", ref(score, "name")));
			expect(logs([score, made], "preview")).to.deep.equal({ groups: [], unknown: "name of group" });
			const nameless = fn("score", { name: UNKNOWN });
			expect(logs([nameless, group("/apps/any")])).to.deep.equal({ groups: [], unknown: "name of score" });
			expect(logs([nameless])).to.deep.equal({ groups: [] });
			expect(logs([fn("score"), group("/apps/any")])).to.deep.equal({ groups: [] });
		});
	});

	it("knows the functions that write to each group", () => {
		const shared = group("/apps/shared");
		const specs = [
			into("/apps/shared"),
			{ ...into("/apps/shared"), name: "settle" },
			fn("other"),
			shared,
			group("/a", "free"),
		];
		const stack = graphOf(specs);
		const found = functionsByGroup(stack);
		expect((found.get(nodeOf(stack, "group")) ?? []).map(({ name }) => name)).to.deep.equal(["score", "settle"]);
		expect(found.has(nodeOf(stack, "free"))).to.equal(false);
	});
});
