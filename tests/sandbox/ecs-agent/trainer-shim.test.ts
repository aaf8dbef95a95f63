/** The program that stands for a trainer's image: with a script of Node's in place of Python's, what passes through it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { writeTrainerShim } from "../../../sandbox/ecs-agent/trainer-shim.ts";

const SCRIPT = `
const [act, ...words] = process.argv.slice(2);
console.log(process.env.TRIPLANE_RUN + " " + words.join());
if (act === "wait") {
	process.on("SIGTERM", () => process.exit(143));
	console.log("ready");
	setInterval(() => {}, 1000);
} else if (act === "die") process.kill(process.pid, "SIGKILL");
else process.exit(Number(act));
`;

describe("The program that stands for a trainer", () => {
	let folder: string;
	before(() => {
		folder = mkdtempSync(join(tmpdir(), "triplane-shim-"));
		writeFileSync(join(folder, "train.mjs"), SCRIPT);
	});
	after(() => rmSync(folder, { recursive: true, force: true }));

	const start = async (words: string[], python = process.execPath) => {
		const program = await writeTrainerShim({
			folder: join(folder, "trainer"),
			python,
			script: join(folder, "train.mjs"),
		});
		const child = spawn(process.execPath, [join(program, "index.mjs"), ...words], { env: { TRIPLANE_RUN: "run-1" } });
		let output = "";
		child.stdout.on("data", (text) => {
			output += text;
		});
		return { child, output: () => output };
	};
	const exitCode = async (child: ChildProcess) => (await once(child, "close"))[0];

	it("passes words, environment, output and exit code through.", async () => {
		const { child, output } = await start(["3", "--seed", "5"]);
		expect(await exitCode(child)).to.equal(3);
		expect(output()).to.equal("run-1 --seed,5\n");
	});

	it("passes a signal on, and the exit code that comes of it.", async () => {
		const { child, output } = await start(["wait"]);
		while (!output().includes("ready")) await once(child.stdout, "data");
		child.kill("SIGTERM");
		expect(await exitCode(child)).to.equal(143);
	});

	it("ends with 128 and the signal's number where a signal ended the trainer, with 127 where there is no Python.", async () => {
		expect(await exitCode((await start(["die"])).child)).to.equal(137);
		expect(await exitCode((await start(["0"], join(folder, "python"))).child)).to.equal(127);
	});
});
