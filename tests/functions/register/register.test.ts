/** Registration through the function's public door: a real run in, the registry's items and the artifact out. */
import { createHash } from "node:crypto";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { expect } from "chai";
import fc from "fast-check";
import { ENVIRONMENT } from "../../../charter/environment.ts";
import { evaluationKey } from "../../../charter/pipeline.ts";
import { artifactKey, contentKey, modelKey, ROUTE_KEY, stagingPrefix, versionKey } from "../../../charter/registry.ts";
import { createRegisterService } from "../../../functions/register/service.ts";
import { MemoryAws } from "../../support/functions-aws.ts";
import { memoryBus } from "../../support/functions-events.ts";
import { artifactBytes, MODEL, manifest, manifestText, TABLES } from "../../support/functions-predict.ts";
import { memoryTelemetry } from "../../support/functions-telemetry.ts";

const REMOVED = { removeUndefinedValues: true };
const NOW_MS = Date.UTC(2026, 0, 2);
const { sha256, bytes } = manifest.artifact;

function setUp(more: Record<string, string> = {}) {
	const aws = new MemoryAws();
	const { client: events, told } = memoryBus();
	const { telemetry, lines, spans } = memoryTelemetry({ now: () => NOW_MS });
	const environment = {
		[ENVIRONMENT.registryTable]: TABLES.registry,
		[ENVIRONMENT.artifactBucket]: TABLES.bucket,
		...more,
	};
	const handler = createRegisterService({ environment, telemetry, ...aws.clients(), events });
	const stage = (run: string, artifact: Uint8Array = artifactBytes, text = manifestText) => {
		aws.objects.set(`${stagingPrefix(MODEL, run)}model.onnx`, artifact);
		aws.objects.set(`${stagingPrefix(MODEL, run)}manifest.json`, Buffer.from(text));
	};
	const register = (run: string, model = MODEL) => handler({ model, run });
	const item = (sk: string) => {
		const found = aws.dynamodb.item(TABLES.registry, modelKey(MODEL), sk);
		return found && unmarshall(found);
	};
	const refusal = async (event: unknown) => {
		const thrown: unknown = await handler(event).catch((error: unknown) => error);
		return thrown instanceof Error ? { name: thrown.name, message: thrown.message } : { name: "none", message: "" };
	};
	return { aws, handler, stage, register, refusal, item, lines, spans, told };
}

/** A manifest of other bytes, which make another version. */
function otherRun(content: string, change: object = {}) {
	const artifact = Buffer.from(content);
	const hash = createHash("sha256").update(artifact).digest("hex");
	return {
		artifact,
		text: JSON.stringify({ ...manifest, artifact: { sha256: hash, bytes: artifact.length }, ...change }),
	};
}

describe("functions/register", () => {
	it("keeps the artifact by content and makes a model's first version its champion", async () => {
		const { stage, register, aws, item } = setUp();
		stage("run-1");
		expect(await register("run-1")).to.deep.equal({ model: MODEL, version: 1, sha256, champion: true });
		expect(aws.objects.get(artifactKey(MODEL, sha256))).to.deep.equal(artifactBytes);
		expect(item(versionKey(1))).to.deep.equal({
			pk: "MODEL#tumour-risk",
			sk: "VERSION#000001",
			model: MODEL,
			version: 1,
			artifactKey: artifactKey(MODEL, sha256),
			sha256,
			bytes,
			signature: manifest.signature,
			metrics: manifest.metrics,
			lineage: manifest.lineage,
			run: "run-1",
			registeredAt: "2026-01-02T00:00:00.000Z",
		});
		expect(item(ROUTE_KEY)).to.deep.include({ revision: 1, variants: [{ name: "champion", version: 1, weight: 100 }] });
		expect(item("ALIAS#champion")).to.include({ version: 1 });
		expect(item(contentKey(sha256))).to.include({ version: 1 });
	});

	it("registers what was evaluated, and neither what was refused nor what was put in its place", async () => {
		const { stage, register, refusal, aws, item } = setUp();
		const evaluated = (isAccepted: boolean, artifactSha256?: string) =>
			aws.dynamodb.put(
				TABLES.registry,
				marshall({ pk: modelKey(MODEL), sk: evaluationKey("run-1"), isAccepted, lineage: { artifactSha256 } }, REMOVED),
			);
		stage("run-1");
		evaluated(false, sha256);
		expect(await refusal({ model: MODEL, run: "run-1" })).to.deep.equal({
			name: "RegistryConflictError",
			message:
				'The run "run-1" of "tumour-risk" was refused by its evaluation. Train it anew, or register it by hand under another run\'s name.',
		});
		for (const other of ["0".repeat(64), undefined]) {
			evaluated(true, other);
			expect((await refusal({ model: MODEL, run: "run-1" })).message).to.include(`but ${other} was evaluated`);
		}
		expect([item(versionKey(1)), aws.objects.get(artifactKey(MODEL, sha256))]).to.deep.equal([undefined, undefined]);
		evaluated(true, sha256);
		expect(await register("run-1")).to.include({ version: 1 });
	});

	it("gives later versions the next number and leaves the route alone", async () => {
		const { stage, register, item } = setUp();
		stage("run-1");
		await register("run-1");
		const { artifact, text } = otherRun("other");
		stage("run-2", artifact, text);
		expect(await register("run-2")).to.include({ version: 2, champion: false });
		expect(item(ROUTE_KEY)).to.deep.include({ revision: 1, variants: [{ name: "champion", version: 1, weight: 100 }] });
	});

	it("notes the run, the image that trained, and the champion of the time", async () => {
		const { stage, register, item } = setUp();
		stage("run-1");
		await register("run-1");
		const image = `trainer@sha256:${"a".repeat(64)}`;
		const { artifact, text } = otherRun("other", { lineage: { ...manifest.lineage, image } });
		stage("run-2", artifact, text);
		await register("run-2");
		expect(item(versionKey(1))).not.to.have.any.keys("parent");
		expect(item(versionKey(2))).to.deep.include({
			run: "run-2",
			parent: 1,
			lineage: { ...manifest.lineage, image },
		});
	});

	it("tells of a version on the event bus, again when the run is registered again, and never of another run's", async () => {
		const { stage, register, told } = setUp({ [ENVIRONMENT.eventBus]: "triplane-dev" });
		stage("run-1");
		stage("run-2");
		for (const run of ["run-1", "run-1", "run-2"]) await register(run);
		const event = {
			bus: "triplane-dev",
			type: "model.registered",
			detail: { model: MODEL, version: 1, run: "run-1", sha256, metrics: manifest.metrics },
		};
		expect(told).to.deep.equal([event, event]);
	});

	it("tells nobody where there is no event bus", async () => {
		const { stage, register, told } = setUp();
		stage("run-1");
		await register("run-1");
		expect(told).to.deep.equal([]);
	});

	it("registers the same content once, and says again what it said first", async () => {
		const { stage, register, aws } = setUp();
		stage("run-1");
		const first = await register("run-1");
		stage("run-2");
		expect(await register("run-2")).to.deep.equal(first);
		expect(aws.dynamodb.items(TABLES.registry)).to.have.length(4);
	});

	it("gives registrations at once distinct versions, one of them the champion", async () => {
		const { stage, register } = setUp();
		const runs = Array.from({ length: 8 }, (_, i) => `run-${i}`);
		for (const run of runs) {
			const { artifact, text } = otherRun(run);
			stage(run, artifact, text);
		}
		const responses = await Promise.all(runs.map((run) => register(run)));
		expect(responses.map(({ version }) => version).sort()).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8]);
		expect(responses.filter(({ champion }) => champion).map(({ version }) => version)).to.deep.equal([1]);
	});

	it("gives the same content registered at once one version", async () => {
		const { stage, register } = setUp();
		for (const run of ["a", "b", "c"]) stage(run);
		const responses = await Promise.all(["a", "b", "c"].map((run) => register(run)));
		expect(responses.map(({ version }) => version)).to.deep.equal([1, 1, 1]);
	});

	it("refuses the same bytes with another signature", async () => {
		const { stage, register, refusal } = setUp();
		stage("run-1");
		await register("run-1");
		const { features: _, ...signature } = manifest.signature;
		stage("run-2", artifactBytes, JSON.stringify({ ...manifest, signature }));
		expect(await refusal({ model: MODEL, run: "run-2" })).to.include({ name: "RegistryConflictError" });
	});

	for (const [what, artifact] of [
		["other bytes of the same size", Buffer.from(artifactBytes).fill(0, 10, 20)],
		["fewer bytes", artifactBytes.subarray(0, 100)],
	] as const)
		it(`refuses ${what} than the manifest says, and writes nothing`, async () => {
			const { stage, refusal, aws } = setUp();
			stage("run-1", artifact);
			expect(await refusal({ model: MODEL, run: "run-1" })).to.include({ name: "ArtifactMismatchError" });
			expect(aws.dynamodb.items(TABLES.registry)).to.deep.equal([]);
			expect(aws.calls).not.to.include("PutObject");
		});

	for (const missing of ["manifest.json", "model.onnx"])
		it(`says which file is missing where the run left no ${missing}`, async () => {
			const { stage, refusal, aws } = setUp();
			stage("run-1");
			aws.objects.delete(`${stagingPrefix(MODEL, "run-1")}${missing}`);
			const { name, message } = await refusal({ model: MODEL, run: "run-1" });
			expect(name).to.equal("RunNotFoundError");
			expect(message).to.include(`staging/tumour-risk/run-1/${missing}`);
		});

	it("refuses a manifest that is larger than a function may hold", async () => {
		const { stage, refusal, aws } = setUp();
		stage("run-1");
		aws.objects.set(`${stagingPrefix(MODEL, "run-1")}manifest.json`, new Uint8Array(1_048_577));
		const { name, message } = await refusal({ model: MODEL, run: "run-1" });
		expect(name).to.equal("RunFileTooLargeError");
		expect(message).to.include("has 1048577 bytes, and at most 1048576 are read");
	});

	const { signature } = manifest;
	const { features = { input: "", entityInput: "", columns: [] } } = signature;
	const faults: [what: string, change: object | string, message: RegExp][] = [
		["is no JSON", "{", /is no JSON/],
		["lacks its metrics", { metrics: undefined }, /metrics/],
		["has an unknown key", { extra: 1 }, /extra/],
		["is of another model", { model: "other" }, /is of the model "other", not of "tumour-risk"/],
		["has a checksum that is none", { artifact: { sha256: "abc", bytes } }, /64 lower-case hex digits/],
		[
			"has an input twice",
			{ signature: { ...signature, inputs: [...signature.inputs, ...signature.inputs] } },
			/"features" twice/,
		],
		[
			"has features of no input",
			{ signature: { ...signature, features: { ...features, input: "x" } } },
			/"x", which is no input/,
		],
		[
			"has an entity input that is an input",
			{ signature: { ...signature, features: { ...features, entityInput: "features" } } },
			/an input already/,
		],
		[
			"has too few columns",
			{ signature: { ...signature, features: { ...features, columns: ["a"] } } },
			/1 names, but "features" has the shape \[-1,30\]/,
		],
		[
			"has a column twice",
			{ signature: { ...signature, features: { ...features, columns: Array(30).fill("a") } } },
			/"a" twice/,
		],
	];
	for (const [what, change, expected] of faults)
		it(`refuses a manifest that ${what}`, async () => {
			const { stage, refusal } = setUp();
			stage("run-1", artifactBytes, typeof change === "string" ? change : JSON.stringify({ ...manifest, ...change }));
			const { name, message } = await refusal({ model: MODEL, run: "run-1" });
			expect(name).to.equal("ManifestError");
			expect(message).to.match(expected);
		});

	it("refuses any request but a model's and a run's name, before it reads anything", async () => {
		const { refusal, aws } = setUp();
		const part = fc.oneof(fc.constantFrom("../x", "a/b", "", "A", "."), fc.string());
		const events = fc.oneof(
			fc.jsonValue(),
			fc.record({ model: part, run: fc.constant("..") }),
			fc.record({ model: fc.constant("a--b"), run: part }),
		);
		await fc.assert(
			fc.asyncProperty(events, async (event) => {
				expect(await refusal(event)).to.include({ name: "RegisterRequestError" });
			}),
		);
		expect(aws.calls).to.deep.equal([]);
	});

	it("leaves a record and a span of each registration", async () => {
		const { stage, register, refusal, lines, spans } = setUp();
		stage("run-1");
		await register("run-1");
		await refusal({});
		expect(
			lines.records.map(({ level, message, model, version }) => ({ level, message, model, version })),
		).to.deep.equal([
			{ level: "INFO", message: "register", model: MODEL, version: 1 },
			{ level: "ERROR", message: "register", model: undefined, version: undefined },
		]);
		expect(spans.getFinishedSpans().map(({ name, status }) => [name, status.code])).to.deep.equal([
			["register", 0],
			["register", 2],
		]);
	});
});
