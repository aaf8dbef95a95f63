import { expect } from "chai";
import { isScheduled, requestsPerSecond } from "../../../policies/graph/costs-usage.ts";
import { json, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { costOf, expectCost, HOURS, REQUESTS } from "../../support/policies-costs.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";

type Props = Record<string, unknown>;

const fn = (props: Props = {}) =>
	resource("aws:lambda/function:Function", "predict", { memorySize: 512, timeout: 3, ...props });
const warm = (name: string, functionName: unknown, provisionedConcurrentExecutions: unknown) =>
	resource("aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig", name, {
		functionName,
		qualifier: "live",
		provisionedConcurrentExecutions,
	});
const states = { StartAt: "A", States: { A: { Type: "Pass", Next: "B" }, B: { Type: "Succeed" } } };
const machine = (props: Props = {}) =>
	resource("aws:sfn/stateMachine:StateMachine", "flow", { definition: json(states), ...props });
const queue = (props: Props = {}) => resource("aws:sqs/queue:Queue", "jobs", props);
const table = (props: Props = {}) => resource("aws:dynamodb/table:Table", "items", props);

describe("policies/graph/costs-usage", () => {
	it("takes the rate that a model declares, its peak where it declares no other, and none for a batch model", () => {
		expect(requestsPerSecond({ name: "m", traffic: { rps: 2, peakRps: 9 } })).to.equal(2);
		expect(requestsPerSecond({ name: "m", traffic: { peakRps: 9 } })).to.equal(9);
		expect(requestsPerSecond({ name: "m" })).to.equal(0);
		expect(requestsPerSecond({ name: "m", serve: "batch", traffic: { rps: 2 } })).to.equal(0);
	});

	it("prices a function by requests, memory and the p95, which its timeout bounds", () => {
		const gbSecond = 0.0000166667;
		expectCost([fn()], REQUESTS * (0.2e-6 + 0.5 * 0.5 * gbSecond), "10 requests/s of 0.5 s at 0.5 GB");
		expectCost([fn()], REQUESTS * (0.2e-6 + 3 * 0.5 * gbSecond), "10 requests/s of 3 s at 0.5 GB", {
			slo: { p95Ms: 9000 },
		});
		expectCost([fn()], REQUESTS * (0.2e-6 + 3 * 0.5 * gbSecond), "10 requests/s of 3 s at 0.5 GB", { slo: undefined });
		const byDefault = [resource("aws:lambda/function:Function", "predict")];
		expectCost(byDefault, REQUESTS * (0.2e-6 + 0.5 * 0.125 * gbSecond), "10 requests/s of 0.5 s at 0.125 GB");
	});

	it("knows both processors, and what is kept warm on an alias and on the function", () => {
		const words = "10 requests/s of 0.5 s at 0.5 GB";
		expectCost([fn({ architectures: ["x86_64"] })], REQUESTS * (0.2e-6 + 0.25 * 0.0000166667), words);
		const arm = fn({ architectures: ["arm64"] });
		expectCost([arm], REQUESTS * (0.2e-6 + 0.25 * 0.0000133334), words);
		const alias = resource("aws:lambda/alias:Alias", "live", { functionName: ref(fn(), "name"), name: "live" });
		const kept = [warm("a", ref(alias, "arn"), 2), warm("b", ref(fn(), "name"), 3)];
		const seconds = HOURS * 3600;
		expectCost(
			[fn(), alias, ...kept],
			5 * 0.5 * seconds * 0.0000041667,
			"0 requests/s of 0.5 s at 0.5 GB, 5 kept warm",
			{
				traffic: undefined,
			},
		);
		expectCost(
			[arm, warm("b", ref(fn(), "name"), 3)],
			3 * 0.5 * seconds * 0.0000033334,
			"0 requests/s of 0.5 s at 0.5 GB, 3 kept warm",
			{
				traffic: undefined,
			},
		);
	});

	it("cannot price a function while its memory, its timeout or what is kept warm is not known yet", () => {
		expect(costOf([fn({ memorySize: UNKNOWN })])).to.deep.equal({ state: "unknown", property: "memorySize" });
		expect(costOf([fn({ timeout: UNKNOWN })])).to.deep.equal({ state: "unknown", property: "timeout" });
		expect(costOf([fn(), warm("a", ref(fn(), "name"), UNKNOWN)])).to.deep.equal({
			state: "unknown",
			property: "provisionedConcurrentExecutions",
		});
	});

	it("counts no requests for what clocks alone start, and all of them where anything else calls too", () => {
		const schedule = resource("aws:scheduler/schedule:Schedule", "nightly", {
			scheduleExpression: "rate(1 day)",
			target: { arn: ref(fn(), "arn") },
		});
		const clock = resource("aws:cloudwatch/eventRule:EventRule", "clock", { scheduleExpression: "rate(1 hour)" });
		const event = resource("aws:cloudwatch/eventRule:EventRule", "event", {
			eventPattern: json({ source: ["orders"] }),
		});
		const target = (rule: typeof clock) =>
			resource("aws:cloudwatch/eventTarget:EventTarget", `${rule.name}-target`, {
				rule: ref(rule, "name"),
				arn: ref(fn(), "arn"),
			});
		const permission = (principal: string) =>
			resource("aws:lambda/permission:Permission", "may", { function: ref(fn(), "name"), principal });
		const isClocked = (...specs: Parameters<typeof graphOf>[0]) => {
			const stack = graphOf([fn(), ...specs]);
			return isScheduled(stack, nodeOf(stack, "predict"));
		};
		expect(isClocked()).to.equal(false);
		expect(isClocked(schedule)).to.equal(true);
		expect(isClocked(clock, target(clock), permission("events.amazonaws.com"))).to.equal(true);
		const open = resource("aws:cloudwatch/eventRule:EventRule", "open", { scheduleExpression: UNKNOWN });
		expect(isClocked(open, target(open))).to.equal(true);
		expect(isClocked(event, target(event))).to.equal(false);
		expect(isClocked(schedule, event, target(event))).to.equal(false);
		expect(isClocked(schedule, permission("s3.amazonaws.com"))).to.equal(false);
		expectCost([fn(), schedule], 0, "10 requests/s of 0.5 s at 0.5 GB");
	});

	it("counts none either for what is started by way of them, in circles too, or by AWS's own events", () => {
		const task = { Type: "Task", Resource: "arn:aws:states:::lambda:invoke", End: true };
		const flow = machine({
			definition: json({ StartAt: "A", States: { A: { ...task, Parameters: { FunctionName: "arn:predict" } } } }),
		});
		const rule = (name: string, source: string) =>
			resource("aws:cloudwatch/eventRule:EventRule", name, { eventPattern: json({ source: [source] }) });
		const target = (from: ReturnType<typeof rule>) =>
			resource("aws:cloudwatch/eventTarget:EventTarget", `${from.name}-target`, {
				rule: ref(from, "name"),
				arn: ref(flow, "arn"),
			});
		const isClocked = (...specs: Parameters<typeof graphOf>[0]) => {
			const stack = graphOf([fn({ arn: "arn:predict" }), flow, ...specs]);
			return ["flow", "predict"].map((name) => isScheduled(stack, nodeOf(stack, name)));
		};
		const [uploads, orders] = [rule("uploads", "aws.s3"), rule("orders", "orders")];
		expect(isClocked()).to.deep.equal([false, false]);
		expect(isClocked(uploads, target(uploads))).to.deep.equal([true, true]);
		expect(isClocked(uploads, target(uploads), orders, target(orders))).to.deep.equal([false, false]);
	});

	it("prices both kinds of API by request", () => {
		expectCost([resource("aws:apigateway/restApi:RestApi", "api")], REQUESTS * 3.5e-6, "10 requests/s");
		expectCost([resource("aws:apigatewayv2/api:Api", "api")], REQUESTS * 1e-6, "10 requests/s");
	});

	it("prices a queue's messages three times, as they are sent, received and deleted", () => {
		expectCost([queue()], REQUESTS * 3 * 0.4e-6, "10 messages/s");
		expectCost([queue({ fifoQueue: true })], REQUESTS * 3 * 0.5e-6, "10 messages/s");
	});

	it("prices a workflow by its states, and an Express one by its starts", () => {
		expectCost([machine()], REQUESTS * 2 * 25e-6, "10 starts/s of 2 states");
		expectCost([machine({ type: "EXPRESS" })], REQUESTS * 1e-6, "10 starts/s of 2 states");
		expectCost([machine({ definition: "no JSON" })], REQUESTS * 25e-6, "10 starts/s of 1 states");
		expect(costOf([machine({ definition: UNKNOWN })])).to.deep.equal({ state: "unknown", property: "definition" });
		expect(costOf([machine({ definition: UNKNOWN })], { traffic: undefined })).to.deep.equal({ state: "absent" });
	});

	it("prices a table by request, or by the capacity that it has at the least", () => {
		expectCost([table({ billingMode: "PAY_PER_REQUEST" })], REQUESTS * 0.125e-6, "10 requests/s");
		const scaled = (kind: string, minCapacity: unknown) =>
			resource("aws:appautoscaling/target:Target", kind, {
				resourceId: "table/items",
				scalableDimension: `dynamodb:table:${kind}CapacityUnits`,
				minCapacity,
			});
		const provisioned = table({ name: "items", readCapacity: 20, writeCapacity: 10 });
		const perHour = (reads: number, writes: number) => (reads * 0.00013 + writes * 0.00065) * HOURS;
		expectCost([provisioned], perHour(20, 10), "20 read and 10 write units");
		expectCost([provisioned, scaled("Read", 5)], perHour(5, 10), "5 read and 10 write units");
		expectCost([provisioned, scaled("Write", 4)], perHour(20, 4), "20 read and 4 write units");
		expectCost([table()], 0, "0 read and 0 write units");
		for (const [specs, property] of [
			[[table({ billingMode: UNKNOWN })], "billingMode"],
			[[table({ readCapacity: UNKNOWN })], "readCapacity"],
			[[table({ writeCapacity: UNKNOWN })], "writeCapacity"],
			[[provisioned, scaled("Read", UNKNOWN)], "minCapacity"],
		] as const)
			expect(costOf(specs)).to.deep.equal({ state: "unknown", property });
	});
});
