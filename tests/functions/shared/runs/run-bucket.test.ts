/** The bucket of runs: what it reads, and what is too large to be read. */
import { expect } from "chai";
import { RUN_BYTES_MAX } from "../../../../charter/run-files.ts";
import { runBucket, runFile } from "../../../../functions/shared/runs/run-bucket.ts";
import { failureOf } from "../../../support/failure.ts";
import { MemoryAws } from "../../../support/functions-aws.ts";

const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);

function bucketWith(key: string) {
	const aws = new MemoryAws();
	aws.objects.set(key, bytes);
	return runBucket(aws.clients().s3, "artifacts");
}

describe("functions/shared/runs/run-bucket", () => {
	it("reads an object as it is, up to as many bytes as it may have", async () => {
		const bucket = bucketWith("some");
		expect(Buffer.compare((await bucket.read("some", bytes.length)) ?? new Uint8Array(), bytes)).to.equal(0);
		expect(await bucket.read("other", bytes.length)).to.equal(undefined);
		expect(await failureOf(bucket.read("some", bytes.length - 1))).to.equal(
			"some has 100000 bytes, and at most 99999 are read. Let the trainer leave a smaller file.",
		);
	});

	it("knows a run's files by their bounds", async () => {
		expect(RUN_BYTES_MAX).to.deep.equal({
			"manifest.json": 1_048_576,
			"model.onnx": 402_653_184,
			"heldout.json": 33_554_432,
		});
		expect(await runFile(bucketWith("staging/m/r/manifest.json"), "staging/m/r/", "manifest.json")).to.have.length(
			bytes.length,
		);
	});
});
