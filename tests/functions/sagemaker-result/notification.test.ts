/** What is read from SageMaker's notifications, and that whatever else is published leads to no job. */
import { expect } from "chai";
import fc from "fast-check";
import { inferenceId } from "../../../charter/sagemaker.ts";
import { NotificationError, readNotification } from "../../../functions/sagemaker-result/notification.ts";
import { completedAt, failedWith, notificationOf } from "../../support/sagemaker.ts";

const jobId = fc.uuid();
const attempt = fc.integer({ min: 1, max: 999_999_999 });
const faultOf = (text: string): string => {
	try {
		readNotification(text);
	} catch (thrown) {
		if (thrown instanceof NotificationError) return thrown.message;
		throw thrown;
	}
	return "none";
};

describe("functions/sagemaker-result/notification", () => {
	it("reads where the output of a completed request lies", () => {
		const text = notificationOf("j-1#2", completedAt("s3://jobs/sagemaker/digits/output/a b#c.out"));
		expect(readNotification(text)).to.deep.equal({
			job: "j-1",
			attempt: 2,
			kind: "completed",
			output: { bucket: "jobs", key: "sagemaker/digits/output/a b#c.out" },
		});
	});

	it("reads why a request failed, and how long SageMaker had it", () => {
		const reason = "ClientError: Received server error (500) from model.";
		expect(readNotification(notificationOf("j-1#2", failedWith(reason)))).to.deep.equal({
			job: "j-1",
			attempt: 2,
			kind: "failed",
			reason,
			seconds: 20.153,
		});
		const bare = JSON.stringify({ invocationStatus: "Failed", inferenceId: "j-1#2" });
		expect(readNotification(bare)).to.include({ reason: "no reason was given", seconds: undefined });
	});

	for (const [title, text, part] of [
		["no JSON", "{", "at fault: the whole"],
		["another status", notificationOf("j#1", { invocationStatus: "Started" }), "at fault: invocationStatus"],
		["no output", notificationOf("j#1", { invocationStatus: "Completed" }), "at fault: responseParameters"],
		[
			"an output elsewhere",
			notificationOf("j#1", completedAt("https://s3/x")),
			'"https://s3/x", which is no place in S3',
		],
		["a name that SageMaker made up", notificationOf("11111111-2222", failedWith("x")), "named as no attempt at a job"],
	] as const)
		it(`refuses ${title}, and says what is at fault`, () => {
			expect(faultOf(text)).to.include(part);
		});

	it("gives back every attempt that a request was named after, in a name that SageMaker takes", () => {
		fc.assert(
			fc.property(jobId, attempt, (job, count) => {
				const id = inferenceId({ job, attempt: count });
				expect(id).to.match(/^[\x20-\x7e]{1,64}$/);
				expect(readNotification(notificationOf(id, failedWith("x")))).to.include({ job, attempt: count });
			}),
		);
	});

	it("reads a notification or refuses it, whatever is published", () => {
		const status = fc.constantFrom("Completed", "Failed", "Other");
		const shaped = fc.record(
			{
				invocationStatus: fc.oneof(status, fc.jsonValue()),
				inferenceId: fc.oneof(fc.constant("j#1"), fc.string(), fc.jsonValue()),
				responseParameters: fc.oneof(fc.record({ outputLocation: fc.oneof(fc.string(), fc.webUrl()) }), fc.jsonValue()),
				failureReason: fc.oneof(fc.string(), fc.jsonValue()),
				receivedTime: fc.oneof(fc.string(), fc.jsonValue()),
				eventTime: fc.oneof(fc.string(), fc.jsonValue()),
			},
			{ requiredKeys: [] },
		);
		const text = fc.oneof(
			fc.string(),
			fc.json(),
			shaped.map((value) => JSON.stringify(value)),
		);
		fc.assert(
			fc.property(text, (published) => {
				const fault = faultOf(published);
				if (fault !== "none") {
					expect(fault).to.match(/at fault: |named as no attempt|no place in S3\.$/);
					return;
				}
				const { job, attempt: count } = readNotification(published);
				expect([typeof job, Number.isSafeInteger(count)]).to.deep.equal(["string", true]);
			}),
			{ numRuns: 500 },
		);
	});
});
