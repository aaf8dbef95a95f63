import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { z } from "zod";
import { issueToken } from "../../charter/tokens.ts";
import type { HeldoutRow } from "../../cli/platform/heldout.ts";
import { SAMPLES } from "../../cli/story/samples.ts";
import type { Stage } from "../../cli/story/stage.ts";
import { raisedPlatform } from "../support/sandbox.ts";

const SESSION = join(import.meta.dirname, "tritonclient-session.py");
const ROWS = 5;

const Tensors = z.array(z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.int()) }));
const Session = z.object({
	live: z.boolean(),
	ready: z.boolean(),
	modelReady: z.boolean(),
	serverMetadata: z.object({ name: z.string(), version: z.string(), extensions: z.array(z.string()) }),
	metadata: z.object({
		name: z.string(),
		versions: z.array(z.string()),
		platform: z.string(),
		inputs: Tensors,
		outputs: Tensors,
	}),
	id: z.string(),
	labels: z.array(z.int()),
	probabilities: z.array(z.array(z.number())),
	labelsByDefault: z.array(z.int()),
});

async function converse(python: string, url: string, model: string, heldout: string, token: string) {
	const child = spawn(python, [SESSION, url, model, heldout, String(ROWS)], {
		stdio: ["ignore", "pipe", "pipe"],
		env: { ...process.env, TRIPLANE_TOKEN: token },
	});
	const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
	return { status, stdout, stderr };
}

/** The rows as the session reads them. */
async function heldoutFile({ run }: Stage, rows: readonly HeldoutRow[]): Promise<string> {
	const file = join(run.directory, "heldout.json");
	await writeFile(file, JSON.stringify({ rows }));
	return file;
}

describe("tritonclient against the API", () => {
	it("gets health, metadata and the trainer's own predictions, unchanged", async () => {
		const { platform, stage } = await raisedPlatform();
		const { heldout, manifest } = platform.trained;
		const rows = heldout.slice(0, ROWS);
		const file = await heldoutFile(stage, heldout);
		// The loosest tier: a client that retries nothing must not meet the throttle.
		const token = platform.tenants.at(-1)?.token ?? "";
		const { status, stdout, stderr } = await converse(
			stage.python,
			platform.outputs.url,
			SAMPLES.realtime,
			file,
			token,
		);
		expect(status, stderr).to.equal(0);

		const session = Session.parse(JSON.parse(stdout));
		expect(session).to.include({ live: true, ready: true, modelReady: true, id: "triton-1" });
		expect(session.serverMetadata.name).to.equal("triplane");
		expect(session.metadata.name).to.equal(SAMPLES.realtime);
		expect(session.metadata.versions).to.deep.equal([String(platform.registered.version)]);
		expect(session.metadata.inputs).to.deep.equal(manifest.signature.inputs);
		expect(session.metadata.outputs).to.deep.equal(manifest.signature.outputs);
		expect(session.labels).to.deep.equal(rows.flatMap(({ answers }) => answers.label ?? []));
		expect(session.labelsByDefault).to.deep.equal(session.labels);
		expect(session.probabilities).to.have.lengthOf(rows.length);
		rows.forEach(({ id, answers }, row) => {
			answers.probabilities?.forEach((own, column) => {
				expect(session.probabilities[row]?.[column], `${id}, class ${column}`).to.be.closeTo(own, 1e-5);
			});
		});
	});

	it("reads our error of an unknown token as its own exception, with status and message", async () => {
		const { platform, stage } = await raisedPlatform();
		const file = await heldoutFile(stage, platform.trained.heldout);
		const stranger = issueToken(platform.tenants[0]?.name ?? "");
		const { status, stderr } = await converse(stage.python, platform.outputs.url, SAMPLES.realtime, file, stranger);
		expect(status).to.equal(1);
		expect(stderr).to.match(/status 401: \S.*/);
	});
});
