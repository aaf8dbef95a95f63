/** A training task of the pipeline, by the embedded AWS's Step Functions: the trainer, then the uploader beside it. */
import { join } from "node:path";
import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { stagingPrefix } from "../../charter/registry.ts";
import { exitCodes } from "../support/cloud/task-bench.ts";
import { startTrainingBench, type TrainingBench } from "../support/cloud/training.ts";
import { pythonPath } from "../support/samples/trainer.ts";

const MODEL = "tumour-risk";

describe("A training task", () => {
	const scope = new AsyncDisposableStack();
	let bench: TrainingBench;
	before(async () => {
		bench = await startTrainingBench(scope, pythonPath(), join(import.meta.dirname, "../../samples/train.py"));
	});
	after(() => scope.disposeAsync());

	const staged = async (run: string): Promise<string[]> => {
		const { s3 } = bench.cloud.context.clients;
		const { Contents = [] } = await s3.send(
			new ListObjectsV2Command({ Bucket: bench.bucket, Prefix: stagingPrefix(MODEL, run) }),
		);
		return Contents.map(({ Key = "" }) => Key);
	};

	it("leaves the run's files where the pipeline reads, with the image that has trained.", async () => {
		const { status, cause } = await bench.train("run-1", "--seed", "5");
		expect(status, `${cause}\n${(await bench.log()).join("\n")}`).to.equal("SUCCEEDED");
		const files = ["heldout.json", "manifest.json", "model.onnx"];
		expect((await staged("run-1")).sort()).to.deep.equal(files.map((name) => stagingPrefix(MODEL, "run-1") + name));
		const { Body } = await bench.cloud.context.clients.s3.send(
			new GetObjectCommand({ Bucket: bench.bucket, Key: `${stagingPrefix(MODEL, "run-1")}manifest.json` }),
		);
		const { model, lineage } = JSON.parse((await Body?.transformToString()) ?? "{}");
		expect({ model, image: lineage?.image }).to.deep.equal({ model: MODEL, image: `trainer@sha256:${"a".repeat(64)}` });
	});

	it("fails the workflow with the trainer's exit code where it fails, and uploads nothing.", async () => {
		const { status, error, cause } = await bench.train("run-2", "--floor", "accuracy=1");
		expect({ status, error }).to.deep.equal({ status: "FAILED", error: "States.TaskFailed" });
		const task = JSON.parse(cause ?? "{}");
		expect(exitCodes(task)).to.deep.equal({ trainer: 1, "upload-run": undefined });
		expect(task.stoppedReason).to.equal(
			'Container "upload-run" cannot start: "trainer", whose success it waits for, exited with 1.',
		);
		expect((await bench.log()).join()).to.contain("under its floor of 1. Nothing was written");
		expect(await staged("run-2")).to.deep.equal([]);
	});

	it("fails the workflow where the run is of another model than the task's.", async () => {
		const { status, cause } = await bench.train("run-3", "--model", "disease-progress");
		expect(status).to.equal("FAILED");
		expect(exitCodes(JSON.parse(cause ?? "{}"))).to.deep.equal({ trainer: 0, "upload-run": 1 });
		expect((await bench.log()).join()).to.contain('is of the model \\"disease-progress\\", not of \\"tumour-risk\\"');
		expect(await staged("run-3")).to.deep.equal([]);
	});
});
