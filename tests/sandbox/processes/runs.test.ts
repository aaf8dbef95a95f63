/**
 * Tests of the run directories: whose they are, and what is swept when the owner is dead.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createRun, sweepRuns } from "../../../sandbox/processes/runs.ts";
import { isAlive } from "../../support/processes/watching.ts";

describe("sandbox/processes/runs", () => {
	let runs: string;
	beforeEach(() => {
		runs = join(mkdtempSync(join(tmpdir(), "triplane-runs-")), "runs");
	});
	afterEach(() => rmSync(runs, { recursive: true, force: true }));

	const endedPid = async (): Promise<number> => {
		const child = spawn(process.execPath, ["-e", ""]);
		await new Promise((resolve) => child.once("exit", resolve));
		return child.pid ?? 0;
	};

	it("sweeps nothing where no run has ever been", async () => {
		expect(await sweepRuns(runs)).to.deep.equal([]);
	});

	it("gives every run a directory of its own and leaves it alone while its owner lives", async () => {
		const [one, two] = [await createRun(runs), await createRun(runs)];
		expect(one.id).to.not.equal(two.id);
		expect(one.directory).to.equal(join(runs, one.id));
		expect(await sweepRuns(runs)).to.deep.equal([]);
		await one.remove();
		expect([existsSync(one.directory), existsSync(two.directory)]).to.deep.equal([false, true]);
	});

	it("leaves a run alone whose owner has not written its file yet", async () => {
		mkdirSync(join(runs, `m0-${process.pid}-abc`), { recursive: true });
		expect(await sweepRuns(runs)).to.deep.equal([]);
	});

	it("sweeps the run of a dead owner, and ends what is left of it", async () => {
		const id = `m0-${await endedPid()}-abc`;
		mkdirSync(join(runs, id, "state"), { recursive: true });
		const left = spawn(process.execPath, ["-e", "console.log(); setInterval(() => {}, 1000)"], {
			env: { TRIPLANE_PROCESS: `${id}/emulator` },
		});
		await new Promise((resolve) => left.stdout.once("data", resolve));
		expect(await sweepRuns(runs)).to.deep.equal([id]);
		expect(existsSync(join(runs, id))).to.equal(false);
		expect(isAlive(left.pid ?? 0)).to.equal(false);
	});

	it("sweeps a run whose owner's id belongs to a later process", async () => {
		const id = `m0-${process.pid}-abc`;
		mkdirSync(join(runs, id), { recursive: true });
		writeFileSync(join(runs, id, "owner.json"), JSON.stringify({ started: "long ago" }));
		expect(await sweepRuns(runs)).to.deep.equal([id]);
	});

	it("sweeps what is no run at all", async () => {
		mkdirSync(join(runs, "something"), { recursive: true });
		expect(await sweepRuns(runs)).to.deep.equal(["something"]);
	});
});
