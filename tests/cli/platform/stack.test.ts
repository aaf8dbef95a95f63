import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { TriplaneError } from "../../../charter/errors.ts";
import { registerRun } from "../../../cli/platform/registration.ts";
import { findTarget } from "../../../cli/platform/stack.ts";

const outputs = {
	url: "https://abc123.execute-api.eu-west-1.amazonaws.com/dev",
	registryTable: "registry",
	artifactBucket: "artifacts",
	featureTable: "features",
	tenantTable: "tenants",
	registerFunction: "register",
	pipelines: [],
	batchModels: [],
	queuedModels: [],
	models: [{ name: "tumour-risk", serve: "realtime" }],
	tenants: ["acme"],
};
const refusalOf = async (work: Promise<unknown>) => {
	const refusal = await work.catch((error: unknown) => error);
	expect(refusal).to.be.instanceOf(TriplaneError);
	return String(refusal);
};

describe("cli/platform", () => {
	let folder = "";
	let file = "";
	beforeEach(async () => {
		folder = await mkdtemp(join(tmpdir(), "triplane-platform-"));
		file = join(folder, "outputs.json");
	});
	afterEach(() => rm(folder, { recursive: true }));

	it("finds a stack on AWS by its outputs, in the region of its own address", async () => {
		await writeFile(file, JSON.stringify(outputs));
		expect(await findTarget(folder, file)).to.deep.equal({ aws: { region: "eu-west-1" }, outputs });
	});

	it("says which output is missing", async () => {
		await writeFile(file, JSON.stringify({ ...outputs, tenantTable: undefined }));
		expect(await refusalOf(findTarget(folder, file))).to.equal(
			`TriplaneError: ${file} cannot be used: A Triplane stack has other outputs: tenantTable: Invalid input: expected string, received undefined. Make it with \`pulumi stack output --json\`.`,
		);
	});

	it("refuses anything else with one sentence that says how to make the file", async () => {
		await fc.assert(
			fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
				await writeFile(file, text);
				expect(await refusalOf(findTarget(folder, file))).to.contain("Make it with `pulumi stack output --json`.");
			}),
			{ numRuns: 30 },
		);
	});

	it("names the file that a training run lacks, before anything is uploaded", async () => {
		const nowhere = { region: "eu-west-1", endpoint: "http://127.0.0.1:1" };
		await writeFile(join(folder, "model.onnx"), "onnx");
		const refusal = await refusalOf(registerRun(nowhere, outputs, { model: "tumour-risk", run: "r" }, folder));
		expect(refusal).to.contain(`${join(folder, "manifest.json")} cannot be read`);
	});
});
