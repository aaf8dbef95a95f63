/** A failed job, redriven out of a real dead-letter queue and worked on by a real worker: `triplane jobs redrive` on the embedded AWS. */
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { redriveJobs } from "../../cli/platform/redrive.ts";
import { messageOf } from "../../functions/shared/jobs/job-queue.ts";
import { startTestCloud } from "../support/cloud/test-cloud.ts";
import { eventually } from "../support/eventually.ts";
import { startWorkerCloud } from "../support/worker-cloud.ts";
import { digitRows, digitsAnswer, digitsRequest } from "../support/worker-digits.ts";

describe("Redriving failed jobs", () => {
	const scope = new AsyncDisposableStack();
	after(() => scope.disposeAsync());

	it("brings a failed job to its end, leaves what is none, and does it once", async () => {
		const test = await startTestCloud(scope);
		const cloud = await startWorkerCloud(test, scope);
		const { dynamodb, sqs } = test.context.clients;
		const { jobs: queueUrl, deadLetters: deadLetterQueueUrl } = cloud.queues;
		const rows = digitRows.slice(0, 1);
		const { job } = await cloud.submit(
			{ request: digitsRequest(rows), state: "FAILED", failures: 3, error: { code: "INTERNAL", message: "It broke." } },
			{ copies: 0 },
		);
		const failed = await cloud.job(job);
		const setAside = (MessageBody: string) =>
			sqs.send(new SendMessageCommand({ QueueUrl: deadLetterQueueUrl, MessageBody }));
		await setAside(JSON.stringify(messageOf(failed)));
		await setAside("no pointer at all");
		const before = await cloud.inFlight(failed.tenant);
		const slots = [{ queueUrl, deadLetterQueueUrl }];
		const run = () => redriveJobs({ dynamodb, sqs, table: "jobs", now: Date.now }, failed.model, slots);

		expect(await run()).to.deep.equal({ redriven: 1, resent: 0, settled: 0, left: 1 });
		expect(await cloud.job(job))
			.to.include({ state: "QUEUED", failures: 0 })
			.and.not.have.property("error");
		expect(await cloud.inFlight(failed.tenant)).to.equal(before + 1);

		await cloud.startWorker((await cloud.startModelServer()).port);
		await eventually(async () => expect(await cloud.job(job)).to.include({ state: "SUCCEEDED" }), 60_000);
		expect(digitsAnswer((await cloud.job(job)).response ?? "").labels).to.deep.equal(rows.map(({ label }) => label));
		expect(await cloud.inFlight(failed.tenant)).to.equal(before);
		expect(await run()).to.deep.equal({ redriven: 0, resent: 0, settled: 0, left: 1 });
	});
});
