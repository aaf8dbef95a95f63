import { expect } from "chai";
import { partialBatchResponse as rule } from "../../../policies/rules/partial-batch-response.ts";
import {
	answers,
	expectAccepts,
	expectFails,
	firstFault,
	open,
	ref,
	resource,
	UNKNOWN,
} from "../../support/policies.ts";
import { exceptionTo } from "../../support/policies-exceptions.ts";

const jobs = resource("aws:sqs/queue:Queue", "jobs");
const mapping = (props: Record<string, unknown> = {}) =>
	resource("aws:lambda/eventSourceMapping:EventSourceMapping", "settle-jobs", {
		eventSourceArn: ref(jobs, "arn"),
		functionName: "settle",
		...props,
	});
const REPORTS = { functionResponseTypes: ["ReportBatchItemFailures"] };

describe("policies/rules/partial-batch-response", () => {
	it("has nothing to say of a stack without mappings", () => {
		expect(answers(rule, [jobs])).to.deep.equal([]);
	});

	it("asks nothing of streams and brokers", () => {
		for (const eventSourceArn of ["arn:aws:kinesis:a:b:stream/clicks", "arn:aws:mq:a:b:broker:c"])
			expect(answers(rule, [mapping({ eventSourceArn })])).to.deep.equal(["not applicable settle-jobs"]);
	});

	it("asks nothing of a batch of one, however it is written", () => {
		expectAccepts(rule, [jobs, mapping({ batchSize: 1 })]);
		expectAccepts(rule, [jobs, mapping({ batchSize: "1" })]);
	});

	it("accepts a mapping that reports, in a list or alone", () => {
		expectAccepts(rule, [jobs, mapping(REPORTS)]);
		expectAccepts(rule, [jobs, mapping({ functionResponseTypes: "ReportBatchItemFailures" })]);
	});

	it("rejects one that does not, by default at 10 messages", () => {
		expectFails(rule, [jobs, mapping()], ["settle-jobs"]);
		expectFails(rule, [jobs, mapping({ batchSize: 2, functionResponseTypes: [] })], ["settle-jobs"]);
		expectFails(
			rule,
			[mapping({ eventSourceArn: "arn:aws:sqs:a:b:jobs.fifo", functionResponseTypes: ["other"] })],
			["settle-jobs"],
		);
		expect(firstFault(rule, [jobs, mapping()])).to.deep.equal({
			what: "takes batches of up to 10 messages, and retries all of them where one fails",
			fix: 'Set functionResponseTypes to ["ReportBatchItemFailures"] and return the failed messages, or set batchSize to 1.',
		});
	});

	it("cannot tell while the source, the batch or the answer is not known that could break it", () => {
		const atPreview = (props: Record<string, unknown>) => open(rule, [jobs, mapping(props)], { run: "preview" });
		expect(atPreview({ eventSourceArn: UNKNOWN })).to.deep.equal(["cannot tell settle-jobs"]);
		expect(atPreview({ batchSize: UNKNOWN })).to.deep.equal(["cannot tell settle-jobs"]);
		expect(atPreview({ functionResponseTypes: UNKNOWN })).to.deep.equal(["cannot tell settle-jobs"]);
		expect(atPreview({ functionResponseTypes: [UNKNOWN] })).to.deep.equal(["cannot tell settle-jobs"]);
		expect(atPreview({ eventSourceArn: UNKNOWN, batchSize: UNKNOWN, ...REPORTS })).to.deep.equal([]);
	});

	it("honours an exception", () => {
		const exceptions = [exceptionTo(rule.name, "settle-jobs")];
		expect(open(rule, [jobs, mapping()], { config: { exceptions } })).to.deep.equal([]);
	});
});
