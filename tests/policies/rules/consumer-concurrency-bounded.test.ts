import { expect } from "chai";
import { consumerConcurrencyBounded as rule } from "../../../policies/rules/consumer-concurrency-bounded.ts";
import {
	answers,
	expectAccepts,
	expectFails,
	firstFault,
	open,
	type ResourceSpec,
	ref,
	resource,
	UNKNOWN,
} from "../../support/policies.ts";
import { exceptionTo } from "../../support/policies-exceptions.ts";

const jobs = resource("aws:sqs/queue:Queue", "jobs");
const fn = (reserved?: unknown) =>
	resource("aws:lambda/function:Function", "settle", {
		role: "any",
		...(reserved === undefined ? {} : { reservedConcurrentExecutions: reserved }),
	});
const mapping = (name: string, props: Record<string, unknown>) =>
	resource("aws:lambda/eventSourceMapping:EventSourceMapping", name, { functionName: ref(fn(), "arn"), ...props });
const polls = (maximumConcurrency?: unknown, props: Record<string, unknown> = {}, name = "jobs") =>
	mapping(name, {
		eventSourceArn: ref(jobs, "arn"),
		...(maximumConcurrency === undefined ? {} : { scalingConfig: { maximumConcurrency } }),
		...props,
	});
const stream = (props: Record<string, unknown>) => resource("aws:kinesis/stream:Stream", "clicks", props);
const reads = (props: Record<string, unknown> = {}) =>
	mapping("clicks", { eventSourceArn: ref(stream({}), "arn"), ...props });

describe("policies/rules/consumer-concurrency-bounded", () => {
	it("has nothing to say of a stack without mappings", () => {
		expect(answers(rule, [jobs, fn(5)])).to.deep.equal([]);
	});

	describe("maximum", () => {
		it("wants one on a queue's mapping, whatever the function reserves", () => {
			expectAccepts(rule, [jobs, fn(), polls(5)]);
			expectFails(rule, [jobs, fn(5), polls()], ["jobs (maximum)"]);
			expectFails(rule, [jobs, fn(5), polls(undefined, { scalingConfig: {} })], ["jobs (maximum)"]);
			expectFails(rule, [jobs, fn(5), polls(0)], ["jobs (maximum)"]);
			expectFails(
				rule,
				[mapping("jobs", { eventSourceArn: "arn:aws:sqs:a:b:jobs", functionName: "elsewhere" })],
				["jobs (maximum)"],
			);
		});

		it("takes provisioned pollers with a maximum for one", () => {
			expectAccepts(rule, [
				jobs,
				fn(20),
				polls(undefined, { provisionedPollerConfig: { minimumPollers: 2, maximumPollers: 2 } }),
			]);
			expectFails(
				rule,
				[jobs, fn(19), polls(undefined, { provisionedPollerConfig: { maximumPollers: 2 } })],
				["settle (reservation)"],
			);
		});

		it("asks none of streams and brokers", () => {
			expectAccepts(rule, [stream({}), fn(5), reads()]);
			expectAccepts(rule, [fn(5), mapping("broker", { eventSourceArn: "arn:aws:mq:a:b:broker:c", queues: ["jobs"] })]);
		});

		it("cannot tell of a source that is not known", () => {
			const specs = [fn(5), mapping("jobs", { eventSourceArn: UNKNOWN })];
			expect(open(rule, specs, { run: "preview" })).to.deep.equal(["cannot tell jobs (maximum)"]);
		});
	});

	describe("reservation", () => {
		it("accepts maxima that sum to exactly it", () => {
			expectAccepts(rule, [jobs, fn(5), polls(5)]);
			expectAccepts(rule, [jobs, fn("10"), polls(5), polls("5", {}, "more")]);
		});

		it("rejects one more, with the sum, through whichever alias", () => {
			const live = resource("aws:lambda/alias:Alias", "live", { functionName: ref(fn(), "name") });
			const specs = [jobs, fn(9), live, polls(5), polls(5, { functionName: ref(live, "arn") }, "more")];
			expectFails(rule, specs, ["settle (reservation)"]);
			expect(firstFault(rule, specs)).to.deep.equal({
				what: 'reserves 9 and is polled for with up to 10: 5 of EventSourceMapping "jobs" + 5 of EventSourceMapping "more"',
				fix: "Raise reservedConcurrentExecutions to 10 or lower the maxima to it.",
			});
			expectFails(rule, [jobs, fn(0), polls(2)], ["settle (reservation)"]);
		});

		it("leaves a function without a reservation to the rule of that", () => {
			expectAccepts(rule, [jobs, fn(), polls(900)]);
			expectAccepts(rule, [jobs, fn(-1), polls(900)]);
		});

		it("counts a stream as its shards times its factor", () => {
			const specs = (reserved: number, props: Record<string, unknown>, factor?: number) => [
				stream(props),
				fn(reserved),
				reads(factor === undefined ? {} : { parallelizationFactor: factor }),
			];
			expectAccepts(rule, specs(8, { shardCount: 4 }, 2));
			expectAccepts(rule, specs(1, {}));
			expectFails(rule, specs(8, { shardCount: 3 }, 3), ["settle (reservation)"]);
			expect(firstFault(rule, specs(8, { shardCount: 3 }, 3))?.what).to.equal(
				'reserves 8 and is polled for with up to 9: 9 of EventSourceMapping "clicks" (shards × factor)',
			);
			expectFails(rule, [jobs, ...specs(8, { shardCount: 4 }), polls(5)], ["settle (reservation)"]);
		});

		it("does not count what the stack does not bound: on-demand streams, tables, streams elsewhere", () => {
			const onDemand = stream({ streamModeDetails: { streamMode: "ON_DEMAND" } });
			expectAccepts(rule, [onDemand, fn(2), reads({ parallelizationFactor: 10 })]);
			expectAccepts(rule, [fn(2), mapping("events", { eventSourceArn: "arn:aws:dynamodb:a:b:table/c/stream/d" })]);
		});

		it("cannot tell while a number is not known that could break it", () => {
			const atPreview = (...specs: ResourceSpec[]) => open(rule, specs, { run: "preview" });
			expect(atPreview(jobs, fn(UNKNOWN), polls(5))).to.deep.equal(["cannot tell settle (reservation)"]);
			expect(atPreview(jobs, fn(5), polls(UNKNOWN))).to.deep.equal(["cannot tell jobs (reservation)"]);
			expect(atPreview(jobs, fn(5), polls(6), polls(UNKNOWN, {}, "more"))).to.deep.equal(["fail settle (reservation)"]);
			expect(atPreview(stream({ shardCount: UNKNOWN }), fn(5), reads())).to.deep.equal([
				"cannot tell clicks (reservation)",
			]);
			const mode = stream({ streamModeDetails: { streamMode: UNKNOWN } });
			expect(atPreview(mode, fn(5), reads())).to.deep.equal(["cannot tell clicks (reservation)"]);
		});
	});

	describe("window", () => {
		it("is needed over 10 messages a batch, and by queues alone", () => {
			expectAccepts(rule, [jobs, fn(5), polls(5, { batchSize: 10 })]);
			expectAccepts(rule, [jobs, fn(5), polls(5, { batchSize: 11, maximumBatchingWindowInSeconds: 1 })]);
			expectFails(rule, [jobs, fn(5), polls(5, { batchSize: 11 })], ["jobs (window)"]);
			expectFails(
				rule,
				[jobs, fn(5), polls(5, { batchSize: "100", maximumBatchingWindowInSeconds: 0 })],
				["jobs (window)"],
			);
			expectAccepts(rule, [stream({}), fn(5), reads({ batchSize: 500 })]);
			expect(firstFault(rule, [jobs, fn(5), polls(5, { batchSize: 100 })])).to.deep.equal({
				what: "asks for batches of 100 without a window to fill them in",
				fix: "Set maximumBatchingWindowInSeconds to 1 or more, or batchSize to at most 10.",
			});
		});

		it("cannot tell while one of the two is not known that could break it", () => {
			const atPreview = (props: Record<string, unknown>) =>
				open(rule, [jobs, fn(5), polls(5, props)], { run: "preview" });
			expect(atPreview({ batchSize: UNKNOWN })).to.deep.equal(["cannot tell jobs (window)"]);
			expect(atPreview({ batchSize: UNKNOWN, maximumBatchingWindowInSeconds: 1 })).to.deep.equal([]);
			expect(atPreview({ batchSize: 100, maximumBatchingWindowInSeconds: UNKNOWN })).to.deep.equal([
				"cannot tell jobs (window)",
			]);
			expect(atPreview({ batchSize: 10, maximumBatchingWindowInSeconds: UNKNOWN })).to.deep.equal([]);
		});
	});

	it("honours an exception to one finding alone", () => {
		const exceptions = [exceptionTo("consumer-concurrency-bounded/maximum", "jobs")];
		const specs = [jobs, fn(5), polls(undefined, { batchSize: 100 })];
		expect(open(rule, specs, { config: { exceptions } })).to.deep.equal(["fail jobs (window)"]);
	});
});
