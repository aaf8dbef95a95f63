/**
 * The real engine with real CrossGuard, on a program of components alone: no provider, no emulator.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { SettingsError } from "../../charter/errors.ts";
import { EngineError, type ProgressEvent } from "../../sandbox/engine/stack.ts";
import { sweepRuns } from "../../sandbox/processes/runs.ts";
import { carriersOf } from "../../sandbox/processes/table.mjs";
import { markOf } from "../../sandbox/processes/warden.ts";
import { openThing } from "../support/engine/stacks.ts";
import { until } from "../support/processes/watching.ts";

const WHOLE = "test:engine:Thing::whole";

describe("e2e: the engine", () => {
	let runDir: string;
	beforeEach(() => {
		runDir = mkdtempSync(join(tmpdir(), "triplane-engine-"));
	});
	afterEach(() => rmSync(runDir, { recursive: true, force: true }));

	const failureOf = async (thing: Record<string, unknown>): Promise<unknown> =>
		(await openThing(runDir, thing)).preview().catch((error: unknown) => error);

	it("deploys, finds nothing to change, and destroys", async () => {
		const stack = await openThing(runDir);
		const heard: ProgressEvent[] = [];
		const up = await stack.up({ onProgress: (event) => heard.push(event) });
		expect(up).to.deep.include({ ok: true, resources: 4, changes: { create: 4 }, violations: [], diagnostics: [] });
		const outputs = { urn: `urn:pulumi:test::triplane::${WHOLE}`, size: 1, parts: ["left", "right"] };
		expect(up.outputs).to.deep.equal(outputs);
		expect(up.durationSeconds).to.be.greaterThan(0);
		expect(heard).to.deep.include({
			...{ kind: "resource", state: "done", op: "create", type: "test:engine:Thing", name: "left" },
			urn: "urn:pulumi:test::triplane::test:engine:Thing$test:engine:Thing::left",
		});

		const again = await (await openThing(runDir)).up();
		expect(again).to.deep.include({ ok: true, resources: 4, changes: { same: 4 }, outputs });
		expect(await stack.outputs()).to.deep.equal(outputs);
		expect((await stack.exportState()).deployment.resources).to.have.length(4);

		const gone = await stack.destroy();
		expect(gone).to.deep.include({ ok: true, resources: 0, changes: { delete: 4 } });
		expect((await stack.exportState()).deployment.resources ?? []).to.deep.equal([]);
	});

	it("remembers what an update has made when it fails, so that it can be destroyed", async () => {
		const stack = await openThing(runDir, { failure: "late" });
		expect(await stack.up().catch((error: unknown) => error)).to.be.instanceOf(EngineError);
		expect((await stack.exportState()).deployment.resources ?? []).to.have.length(4);
		expect((await stack.destroy()).ok).to.equal(true);
		expect((await stack.exportState()).deployment.resources ?? []).to.deep.equal([]);
	});

	it("rejects a preview by a mandatory policy, says what is wrong with which resource, and deploys nothing", async () => {
		const stack = await openThing(runDir, { size: 4 });
		const { ok, violations, diagnostics } = await stack.preview();
		expect({ ok, diagnostics }).to.deep.equal({ ok: false, diagnostics: [] });
		const about = { pack: "engine-test-pack", packVersion: "1.2.3", resource: WHOLE };
		const urn = `urn:pulumi:test::triplane::${WHOLE}`;
		expect(violations).to.have.deep.members([
			{ ...about, urn, policy: "small-things", level: "mandatory", message: "Things are small.\nSize 4 is over 3." },
			{ ...about, urn, policy: "odd-things", level: "advisory", message: "Things are odd.\nSize 4 is even." },
		]);
		expect((await stack.exportState()).deployment.resources ?? []).to.deep.equal([]);
	});

	it("lets an advisory violation pass, and reports it", async () => {
		const { ok, violations } = await (await openThing(runDir, { size: 2 })).preview();
		expect(ok).to.equal(true);
		expect(violations.map(({ policy, level }) => [policy, level])).to.deep.equal([["odd-things", "advisory"]]);
	});

	it("gives the pack its config", async () => {
		const policyPackConfig = { "small-things": { maximum: 10 } };
		const { ok } = await (await openThing(runDir, { size: 4 }, { policyPackConfig })).preview();
		expect(ok).to.equal(true);
	});

	it("throws the program's own error as it is", async () => {
		const error = await failureOf({ failure: "settings" });
		expect(error).to.be.instanceOf(SettingsError);
		expect(error).to.have.property("message", "The size is wrong. Choose another.");
	});

	for (const [failure, message] of [
		["plain", "the program broke"],
		["late", "an output broke"],
	] as const)
		it(`carries what the engine said when a program fails otherwise (${failure})`, async () => {
			const error = await failureOf({ failure });
			if (!(error instanceof EngineError)) throw error;
			expect(error.message).to.match(/^pulumi preview of stack "test" failed:\n/);
			expect(error.diagnostics).to.have.length(1);
			expect(error.diagnostics[0]).to.contain(message);
		});

	it("runs on after a failure, in the same process", async () => {
		await failureOf({ failure: "plain" });
		expect((await (await openThing(runDir)).preview()).ok).to.equal(true);
	});

	it("leaves no process and no directory when its parent is killed in the midst of an update", async () => {
		const parentFile = fileURLToPath(new URL("../support/engine/parent.ts", import.meta.url));
		const parent = spawn(process.execPath, [parentFile, runDir], { stdio: ["ignore", "pipe", "inherit"] });
		const id = await new Promise<string>((resolve) =>
			parent.stdout.once("data", (text: Buffer) => resolve(text.toString().trim())),
		);
		const family = () => carriersOf(markOf(id));
		// The engine itself, and the runner of its policy pack in a group of its own.
		expect(family()).to.have.length.greaterThanOrEqual(2);
		parent.kill("SIGKILL");
		await until("all of them have ended", () => family().length === 0);
		expect(existsSync(join(runDir, id))).to.equal(true);
		expect(await sweepRuns(runDir)).to.deep.equal([id]);
		expect(existsSync(join(runDir, id))).to.equal(false);
	});
});
