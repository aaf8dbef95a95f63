import { expect } from "chai";
import { rulesFedBy, rulesOn } from "../../../policies/graph/event-buses.ts";
import { concat, json, type ResourceSpec, type Run, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { allowing, role } from "../../support/policies-grants.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";

describe("policies/graph/event-buses", () => {
	const orders = resource("aws:cloudwatch/eventBus:EventBus", "orders");
	const audit = resource("aws:cloudwatch/eventBus:EventBus", "audit");
	const rule = (name: string, eventPattern: unknown, eventBusName?: unknown) =>
		resource("aws:cloudwatch/eventRule:EventRule", name, {
			eventPattern: typeof eventPattern === "object" ? json(eventPattern) : eventPattern,
			...(eventBusName === undefined ? {} : { eventBusName }),
		});
	const any = { "detail-type": ["order"] };
	const onOrders = rule("on-orders", any, ref(orders, "name"));
	const onAudit = rule("on-audit", any, ref(audit, "name"));
	const onDefault = rule("on-default", any);
	const onForeign = rule("on-foreign", any, "arn:aws:events:us-east-1:999999999999:event-bus/partners");
	const runner = role();
	const fn = resource("aws:lambda/function:Function", "score", { role: ref(runner, "arn") });
	const named = (nodes: readonly { name: string }[]) => nodes.map(({ name }) => name).sort();
	/** The rules that the function feeds, allowed so. */
	const fed = (grants: readonly ResourceSpec[], run: Run = "raw", more: ResourceSpec[] = []) => {
		const stack = graphOf(
			[orders, audit, onOrders, onAudit, onDefault, onForeign, runner, fn, ...grants, ...more],
			run,
		);
		return named(rulesFedBy(stack, nodeOf(stack, "score")));
	};
	const put = (...Resource: unknown[]) => [allowing(runner, "events:PutEvents", Resource)];

	it("finds the rules on a bus, by reference and by its name", () => {
		const byName = rule("by-name", any, "orders-live");
		const live = { ...orders, props: { name: "orders-live" } };
		const stack = graphOf([live, onOrders, byName, onDefault]);
		expect(named(rulesOn(stack, nodeOf(stack, "orders")))).to.deep.equal(["by-name", "on-orders"]);
		const none = graphOf([audit, onOrders]);
		expect(rulesOn(none, nodeOf(none, "audit"))).to.deep.equal([]);
	});

	it("leaves out rules that no event of a program can match", () => {
		const patterns = {
			scheduled: undefined,
			aws: { source: ["aws.s3", "aws.ec2"] },
			mixed: { source: ["aws.s3", "shop"] },
			own: { source: ["shop"] },
			any: { source: [] },
			matched: { source: [{ prefix: "shop" }] },
			open: UNKNOWN,
			broken: "{",
		};
		const rules = Object.entries(patterns).map(([name, pattern]) => rule(name, pattern, ref(orders, "name")));
		const stack = graphOf([orders, ...rules]);
		expect(named(rulesOn(stack, nodeOf(stack, "orders")))).to.deep.equal(["any", "matched", "mixed", "open", "own"]);
	});

	it("feeds the rules of the bus that a statement names, in every run", () => {
		for (const run of ["raw", "checked", "applied", "preview"] as const)
			expect(fed(put(ref(orders, "arn")), run), run).to.deep.equal(["on-orders"]);
		expect(fed(put(ref(orders, "arn"), ref(audit, "arn")), "applied")).to.deep.equal(["on-audit", "on-orders"]);
	});

	it("feeds the rules of buses that a pattern covers, the default one and foreign ones included", () => {
		const bus = (pattern: string) => `arn:aws:events:us-east-1:123456789012:event-bus/${pattern}`;
		expect(fed(put("*"))).to.deep.equal(["on-audit", "on-default", "on-foreign", "on-orders"]);
		expect(fed(put(bus("default")))).to.deep.equal(["on-default"]);
		expect(fed(put(bus("partners")))).to.deep.equal(["on-foreign"]);
		expect(fed(put("arn:aws:events:us-east-1:123456789012:rule/default"))).to.deep.equal([]);
		expect(fed(put(bus("nobody")))).to.deep.equal([]);
		const live = resource("aws:cloudwatch/eventBus:EventBus", "live", { name: "orders-live" });
		const onLive = rule("on-live", any, ref(live, "name"));
		expect(fed(put(bus("orders-*")), "raw", [live, onLive])).to.deep.equal(["on-live"]);
		expect(fed(put(bus("default"), bus("orders-live")), "raw", [live, onLive])).to.deep.equal([
			"on-default",
			"on-live",
		]);
	});

	it("goes by what a statement depends on where its text names no bus of the stack", () => {
		expect(fed(put(concat(ref(orders, "arn"), "*")), "applied")).to.deep.equal(["on-orders"]);
		const literal = "arn:aws:events:us-east-1:123456789012:event-bus/audit-live";
		const live = resource("aws:cloudwatch/eventBus:EventBus", "live", { name: "audit-live", arn: literal });
		const document = json({
			Statement: [{ Effect: "Allow", Action: "events:PutEvents", Resource: literal, Sid: ref(orders, "name") }],
		});
		const policy = resource("aws:iam/rolePolicy:RolePolicy", "may", { role: ref(runner, "name"), policy: document });
		const onLive = rule("on-live", any, ref(live, "name"));
		expect(fed([policy], "raw", [live, onLive]), "the text names one").to.deep.equal(["on-live"]);
	});

	it("feeds none without the permission, and what an open document depends on", () => {
		expect(fed([])).to.deep.equal([]);
		expect(fed([allowing(runner, "events:PutRule", ["*"])])).to.deep.equal([]);
		const queue = resource("aws:sqs/queue:Queue", "jobs");
		const open = resource("aws:iam/rolePolicy:RolePolicy", "may", {
			role: ref(runner, "name"),
			policy: concat(UNKNOWN, ref(orders, "arn"), ref(queue, "arn")),
		});
		expect(fed([open], "preview", [queue])).to.deep.equal(["on-orders"]);
		const stack = graphOf([orders, onOrders, resource("aws:lambda/function:Function", "score")]);
		expect(rulesFedBy(stack, nodeOf(stack, "score")), "no role in the stack").to.deep.equal([]);
	});
});
