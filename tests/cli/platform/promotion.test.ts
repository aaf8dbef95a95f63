/** A version from one registry in memory to another, registered there by the control plane's own code. */
import { createHash } from "node:crypto";
import { expect } from "chai";
import { HELDOUT_FILE } from "../../../charter/heldout.ts";
import { artifactKey, stagingPrefix, type VersionRecord } from "../../../charter/registry.ts";
import { promoteVersion } from "../../../cli/platform/promotion.ts";
import { register } from "../../../functions/register/register.ts";
import { registryTable } from "../../../functions/register/registry-table.ts";
import { anAlias, aVersion, MODEL, registryWith, TABLE } from "../../support/cli-registry.ts";
import { failureOf } from "../../support/failure.ts";

const ARTIFACT = Buffer.from("an ONNX model");
const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const SHA256 = hashOf(ARTIFACT);
const version = (change: Partial<VersionRecord> = {}) =>
	aVersion(3, { sha256: SHA256, bytes: ARTIFACT.byteLength, run: "run-7", parent: 2, ...change });

/** The stack that has version 3 as its champion, and one that has nothing. */
function stacks(change: Partial<VersionRecord> = {}) {
	const objects = new Map<string, Uint8Array>([[artifactKey(MODEL, SHA256), ARTIFACT]]);
	const source = {
		objects,
		registry: registryWith(version(change), anAlias("champion", 3)).registry,
		read: async (key: string) => objects.get(key),
	};
	const { aws, registry } = registryWith();
	const bucket = new Map<string, Uint8Array>();
	const put = async (key: string, bytes: Uint8Array) => void bucket.set(key, bytes);
	const ports = {
		bucket: { read: async (key: string) => bucket.get(key), write: put },
		registry: registryTable(aws.clients().dynamodb, TABLE),
		now: () => Date.UTC(2026, 10, 25),
	};
	const target = {
		bucket,
		registry,
		write: put,
		register: (request: { model: string; run: string }) => register(ports, request),
	};
	return { source, target };
}

describe("cli/platform/promotion", () => {
	it("registers the same content with its lineage, and says what serves", async () => {
		const { source, target } = stacks();
		expect(await promoteVersion(source, target, MODEL)).to.deep.equal({
			model: MODEL,
			from: 3,
			to: 1,
			sha256: SHA256,
			parent: undefined,
			isNew: true,
			isChampion: true,
		});
		const { lineage, metrics, signature, run } = version();
		expect(await target.registry.version(MODEL, 1)).to.deep.include({
			sha256: SHA256,
			lineage,
			metrics,
			signature,
			run,
		});
		expect(target.bucket.get(artifactKey(MODEL, SHA256))).to.deep.equal(ARTIFACT);
	});

	it("changes nothing when it is done again", async () => {
		const { source, target } = stacks();
		await promoteVersion(source, target, MODEL, 3);
		expect(await promoteVersion(source, target, MODEL, 3)).to.include({ to: 1, isNew: false });
		expect(await target.registry.versions(MODEL)).to.have.length(1);
	});

	it("keeps the target's champion, and has it as the parent", async () => {
		const { source, target } = stacks();
		await promoteVersion(source, target, MODEL);
		const other = Buffer.from("another ONNX model");
		const sha256 = hashOf(other);
		const later = stacks({ sha256, bytes: other.byteLength, artifactKey: artifactKey(MODEL, sha256) }).source;
		later.objects.set(artifactKey(MODEL, sha256), other);
		expect(await promoteVersion(later, target, MODEL)).to.include({ to: 2, parent: 1, isChampion: false });
		expect(await target.registry.aliases(MODEL)).to.deep.equal({ champion: 1 });
	});

	it("refuses an artifact that is not what its record says, before the target has any of it", async () => {
		const { source, target } = stacks();
		source.objects.set(artifactKey(MODEL, SHA256), Buffer.from("changed"));
		expect(await failureOf(promoteVersion(source, target, MODEL))).to.match(
			/^The artifact of version 3 of tumour-risk has the SHA-256 [0-9a-f]{64}, but its record says/,
		);
		source.objects.clear();
		expect(await failureOf(promoteVersion(source, target, MODEL))).to.match(/version 3 of tumour-risk is lost\.$/);
		expect(target.bucket.size).to.equal(0);
	});

	it("takes the held-out rows and what the metrics were measured by, as long as the source has them", async () => {
		const { source, target } = stacks();
		const heldout = Buffer.from('{"model":"tumour-risk","rows":[]}');
		const evaluation = {
			task: "classification" as const,
			output: "label",
			heldout: { sha256: hashOf(heldout), rows: 1 },
		};
		const { signature, metrics, lineage } = version();
		const artifact = { sha256: SHA256, bytes: ARTIFACT.byteLength };
		const manifest = { model: MODEL, artifact, signature, metrics, lineage, evaluation };
		const prefix = stagingPrefix(MODEL, "run-7");
		source.objects.set(`${prefix}${HELDOUT_FILE}`, heldout);
		source.objects.set(`${prefix}manifest.json`, Buffer.from(JSON.stringify(manifest)));
		await promoteVersion(source, target, MODEL);
		expect(target.bucket.get(`${prefix}${HELDOUT_FILE}`)).to.deep.equal(heldout);
		expect(JSON.parse(String(target.bucket.get(`${prefix}manifest.json`)))).to.deep.equal(manifest);

		const changed = stacks();
		changed.source.objects.set(`${prefix}${HELDOUT_FILE}`, Buffer.from("other rows"));
		changed.source.objects.set(`${prefix}manifest.json`, Buffer.from(JSON.stringify(manifest)));
		await promoteVersion(changed.source, changed.target, MODEL);
		expect(changed.target.bucket.has(`${prefix}${HELDOUT_FILE}`)).to.equal(false);
	});

	it("asks for the version where nothing serves in the source", async () => {
		const { target } = stacks();
		const source = { registry: registryWith(version()).registry, read: async () => ARTIFACT };
		expect(await failureOf(promoteVersion(source, target, MODEL))).to.equal(
			"Nothing serves tumour-risk in the source: name the version that is meant by --version.",
		);
	});
});
