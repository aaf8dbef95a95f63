import { expect } from "chai";
import { acts, isHeard, watchedMetrics } from "../../../policies/graph/alarms.ts";
import { concat, type ResourceSpec, type Run, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { alarm, TOPIC } from "../../support/policies-alarms.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";
import { fn } from "../../support/policies-timeouts.ts";

describe("policies/graph/alarms", () => {
	describe("the metrics that they watch", () => {
		const score = fn("score", { name: "score-live" });
		const jobs = resource("aws:sqs/queue:Queue", "jobs", { name: "jobs-live" });
		const watched = (specs: readonly ResourceSpec[], run: Run = "raw") =>
			watchedMetrics(graphOf(specs, run)).map(({ alarm: { name: by }, name, watches, unknown }) =>
				[
					by,
					"value" in name ? name.value : name.state,
					...[...watches].map((node) => node.name),
					...(unknown === undefined ? [] : [`unknown ${unknown}`]),
				].join(" "),
			);
		const query = (metricName: string, dimensions: unknown, namespace = "any") => ({
			id: "q",
			metric: { metricName, namespace, dimensions },
		});

		it("are an alarm's own and those of its queries, expressions apart", () => {
			const own = alarm("own", "Errors", { FunctionName: "score-live" });
			expect(watched([score, own])).to.deep.equal(["own Errors score"]);
			const queries = alarm("queries", undefined, undefined, {
				metricQueries: [
					query("Errors", { FunctionName: "score-live" }),
					{ id: "e", expression: "q / 2" },
					query("Sent", { QueueName: "jobs-live" }),
				],
			});
			expect(watched([score, jobs, queries])).to.deep.equal(["queries Errors score", "queries Sent jobs"]);
			expect(watched([alarm("open", UNKNOWN, {})])).to.deep.equal(["open unknown"]);
			expect(watched([alarm("none", undefined, { FunctionName: "score-live" })])).to.deep.equal([]);
		});

		it("are of what the dimensions name or depend on, of the dimension's types and in the metric's namespace", () => {
			for (const run of ["raw", "applied", "preview"] as const) {
				const byReference = alarm("a", "Errors", { FunctionName: ref(score, "name") });
				expect(watched([score, byReference], run), run).to.deep.equal(["a Errors score"]);
				const both = alarm("a", "Errors", { FunctionName: ref(score, "name"), QueueName: ref(jobs, "name") });
				expect(watched([score, jobs, both], run), run).to.deep.equal(["a Errors score jobs"]);
				const wrong = alarm("a", "Errors", { FunctionName: ref(score, "name") }, { namespace: "AWS/SQS" });
				expect(watched([score, wrong], run), run).to.deep.equal(["a Errors"]);
				const queried = alarm("a", undefined, undefined, {
					metricQueries: [query("Errors", { FunctionName: ref(score, "name") })],
				});
				expect(watched([score, queried], run), run).to.deep.equal(["a Errors score"]);
			}
			expect(watched([score, alarm("a", "Errors", { QueueName: "score-live" })])).to.deep.equal(["a Errors"]);
			const alias = resource("aws:lambda/alias:Alias", "alias", { functionName: ref(score, "name"), name: "live" });
			expect(watched([score, alias, alarm("a", "Errors", { Resource: ref(alias, "name") })], "preview")).to.deep.equal([
				"a Errors score",
			]);
		});

		it("are open where a dimension is, and depends on nothing that would tell", () => {
			expect(watched([score, alarm("a", "Errors", { FunctionName: UNKNOWN })])).to.deep.equal([
				"a Errors unknown dimensions.FunctionName",
			]);
			expect(watched([score, alarm("a", "Errors", UNKNOWN)])).to.deep.equal(["a Errors unknown dimensions"]);
			expect(watched([score, alarm("a", "Errors", { FunctionName: ref(score, "name") })], "preview")).to.deep.equal([
				"a Errors score",
			]);
			const hidden = alarm("a", "Errors", concat(UNKNOWN, ref(score, "name")));
			expect(watched([score, hidden], "preview")).to.deep.equal(["a Errors score"]);
			const elsewhere = alarm("a", "Errors", concat(UNKNOWN, ref(score, "name")), { namespace: "AWS/SQS" });
			expect(watched([score, elsewhere], "preview")).to.deep.equal(["a Errors"]);
			const table = resource("aws:dynamodb/table:Table", "table");
			expect(watched([table, alarm("a", "Errors", { TableName: ref(table, "name") })], "preview")).to.deep.equal([
				"a Errors unknown dimensions.TableName",
			]);
			expect(watched([score, alarm("a", "Errors", { A: UNKNOWN, B: UNKNOWN })])).to.deep.equal([
				"a Errors unknown dimensions.A",
			]);
			const wrongType = alarm("a", "Sent", { QueueName: ref(score, "name") });
			expect(watched([score, wrongType], "preview")).to.deep.equal(["a Sent unknown dimensions.QueueName"]);
			expect(watched([score, alarm("a", "Errors", { FunctionName: "nobody" })])).to.deep.equal(["a Errors"]);
		});
	});

	describe("are heard", () => {
		const own = (props: Record<string, unknown> = {}) => alarm("own", "Errors", {}, props);
		const silent = { alarmActions: undefined };
		const composite = (
			alarmRule: unknown,
			props: Record<string, unknown> = { alarmActions: [TOPIC] },
			name = "above",
		) => resource("aws:cloudwatch/compositeAlarm:CompositeAlarm", name, { alarmRule, ...props });
		const asked = (ask: typeof isHeard, specs: readonly ResourceSpec[], run: Run = "raw") => {
			const stack = graphOf(specs, run);
			const fact = ask(stack, nodeOf(stack, "own"));
			return fact.state === "unknown" ? `unknown ${fact.property}` : fact.state;
		};
		const heard = (specs: readonly ResourceSpec[], run?: Run) => asked(isHeard, specs, run);

		it("by an action of their own, unless they are switched off", () => {
			expect(heard([own()])).to.equal("known");
			expect(heard([own({ actionsEnabled: true })])).to.equal("known");
			expect(heard([own({ alarmActions: UNKNOWN })])).to.equal("known");
			expect(heard([own({ alarmActions: [UNKNOWN] })])).to.equal("known");
			expect(heard([own({ actionsEnabled: false })])).to.equal("absent");
			expect(heard([own({ actionsEnabled: UNKNOWN })])).to.equal("unknown actionsEnabled");
			for (const alarmActions of [undefined, [], [""]]) expect(heard([own({ alarmActions })])).to.equal("absent");
		});

		it("by actions of other states only where it is asked whether they do anything", () => {
			for (const property of ["okActions", "insufficientDataActions"]) {
				expect(heard([own({ ...silent, [property]: [TOPIC] })]), property).to.equal("absent");
				expect(asked(acts, [own({ ...silent, [property]: [TOPIC] })]), property).to.equal("known");
			}
			expect(asked(acts, [own()])).to.equal("known");
			expect(asked(acts, [own(silent)])).to.equal("absent");
			expect(asked(acts, [own({ ...silent, okActions: [TOPIC], actionsEnabled: UNKNOWN })])).to.equal(
				"unknown actionsEnabled",
			);
		});

		it("by a composite alarm above them, at any height", () => {
			const named = own({ ...silent, name: "own-live", arn: "arn:aws:cloudwatch:us-east-1:1:alarm:own-live" });
			for (const rule of [
				"ALARM(own-live)",
				'ALARM("own-live")',
				"ALARM('own-live')",
				'alarm ( "own-live" )',
				"ALARM(other) OR ALARM(own-live)",
				"ALARM(arn:aws:cloudwatch:us-east-1:1:alarm:own-live)",
			])
				expect(heard([named, composite(rule)]), rule).to.equal("known");
			for (const rule of [
				"NOT ALARM(own-live)",
				"NOT  ALARM (own-live)",
				"OK(own-live)",
				"ALARM(own-live-2)",
				"MYALARM(own-live)",
				"",
			])
				expect(heard([named, composite(rule)]), rule).to.equal("absent");
			const above = composite("ALARM(own-live)", { name: "above-live" });
			expect(heard([named, above])).to.equal("absent");
			expect(heard([named, above, composite("ALARM(above-live)", { alarmActions: [TOPIC] }, "top")])).to.equal("known");
			expect(heard([named, composite("ALARM(own-live)", { alarmActions: [TOPIC], actionsEnabled: UNKNOWN })])).to.equal(
				"unknown actionsEnabled",
			);
			expect(heard([own({ name: "own-live", actionsEnabled: UNKNOWN }), above])).to.equal("unknown actionsEnabled");
			const first = composite("ALARM(own-live)", {}, "first");
			expect(heard([named, first, composite("ALARM(own-live)", { alarmActions: [TOPIC] }, "second")])).to.equal(
				"known",
			);
		});

		it("by a composite whose rule depends on them while the names in it are made up", () => {
			const quiet = own(silent);
			for (const run of ["raw", "applied", "preview"] as const)
				expect(heard([quiet, composite(concat("ALARM(", ref(quiet, "name"), ")"))], run), run).to.equal("known");
			const named = own({ ...silent, name: "own-live" });
			const other = alarm("other", "Errors", {}, { ...silent, name: "other-live" });
			expect(
				heard([named, other, composite(concat("ALARM(other-live) OR OK(", ref(named, "name"), ")"))]),
				"all are named",
			).to.equal("absent");
			expect(
				heard([named, other, composite(concat("ALARM(elsewhere) OR OK(", ref(named, "name"), ")"))]),
				"one may be it",
			).to.equal("known");
			const queue = resource("aws:sqs/queue:Queue", "queue");
			expect(heard([quiet, queue, composite(ref(queue, "name"))], "preview")).to.equal("absent");
		});

		it("and end on composites that follow each other", () => {
			const named = own({ ...silent, name: "own-live" });
			const a = composite("ALARM(own-live) OR ALARM(b-live)", { name: "a-live" }, "a");
			const b = composite("ALARM(a-live)", { name: "b-live" }, "b");
			expect(heard([named, a, b])).to.equal("absent");
			expect(heard([named, a, composite("ALARM(a-live)", { name: "b-live", alarmActions: [TOPIC] }, "b")])).to.equal(
				"known",
			);
		});
	});
});
