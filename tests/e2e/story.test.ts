import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { readHeldout } from "../../cli/platform/heldout.ts";
import type { Report } from "../../cli/report.ts";
import { RULES } from "../../policies/pack.ts";
import { processesOf, type Running, runs, runsOfCommand, start, triplane } from "../support/command.ts";
import { eventually } from "../support/eventually.ts";
import { train } from "../support/samples/trainer.ts";
import { CHECKOUT } from "../support/sandbox.ts";

const REPORT = join(CHECKOUT, ".sandbox", "report.json");
const FIXTURE = join(CHECKOUT, "tests", "fixtures", "tumour-risk", "heldout.json");
const CORE = [
	"api-tenant-throttling",
	"cost-allocation-tags",
	"function-reserved-concurrency",
	"function-timeout-explicit",
	"queue-before-non-elastic-backend",
	"timeout-chain",
];

/** The run that a command made, once it has. */
async function runOf(command: Running): Promise<string> {
	let run: string | undefined;
	await eventually(async () => {
		run = runsOfCommand(command)[0];
		expect(run).to.be.a("string");
	}, 60_000);
	return run ?? "";
}

const says = (running: Running, words: string | RegExp) =>
	eventually(async () => expect(running.printed()).to.match(new RegExp(words)), 240_000);

async function expectNothingLeft(run: string) {
	await eventually(async () => expect(processesOf(run)).to.deep.equal([]), 20_000);
}

const storedReport = async (): Promise<Report> => JSON.parse(await readFile(REPORT, "utf8"));

describe("npm start", () => {
	it("tells of the realtime path alone where it is asked to, takes it down, and leaves nothing behind", async () => {
		await rm(REPORT, { force: true });
		const running = start("npm", ["start", "--", "--only", "realtime"]);
		const run = await runOf(running);
		const { code } = await running.ended;
		expect(code, running.printed()).to.equal(0);
		await expectNothingLeft(run);
		expect(runs()).to.not.include(run);
		expect(running.printed()).to.match(/✓ down +\d{3} resources deleted/);
		const report = await storedReport();
		expect(report.predictions).to.have.lengthOf(15);
		expect(report).not.to.have.any.keys("jobs", "batch");
		expect(report.rollouts).to.deep.equal([]);
	});
});

describe("triplane up --keep", () => {
	let kept: Running;
	let run: string;

	before(async () => {
		await rm(REPORT, { force: true });
		kept = triplane("up", "--keep");
		run = await runOf(kept);
	});

	after(async () => {
		if (kept.child.exitCode === null) kept.child.kill("SIGTERM");
		await kept.ended;
	});

	it("tells the whole story, and reports it", async () => {
		await says(kept, "The platform is up");
		const report = await storedReport();
		expect(report.engine.version).to.match(/^\d+\.\d+\.\d+/);
		expect(report.resources).to.be.above(100);
		expect(report.policies.rules).to.deep.equal(RULES.map(({ name }) => name));
		expect(report.policies.violations).to.deep.equal([]);
		expect([...new Set(report.rejected.violations.map(({ policy }) => policy))]).to.include.members(CORE);
		expect(report.model).to.include({ name: "tumour-risk", version: 1 });
		expect(report.model.sha256).to.match(/^[0-9a-f]{64}$/);
		expect(report.model.accuracy).to.be.above(0.92);
		expect(new Set(report.predictions.map(({ tenant }) => tenant)).size).to.equal(2);
		for (const prediction of report.predictions) {
			expect(prediction.status).to.equal(200);
			expect(prediction.requestId).to.match(/\S/);
			expect(prediction.traceId).to.match(/^[0-9a-f]{32}$/);
			expect(prediction.output).to.have.all.keys("label", "probabilities");
		}
		expect(report.throttled).to.include({ status: 429 });
		expect(report.throttled.retryAfter).to.be.at.least(1);
		expect(report.jobs).to.include({ model: "digit-reader", submitted: 90, succeeded: 90 });
		expect(report.jobs?.killedTask).to.match(/^arn:aws:ecs:/);
		expect(report.batch).to.include({ model: "disease-progress", rows: 89, chunks: 4 });
		expect(report.rollouts.map(({ model, from, to, outcome }) => [model, from, to, outcome])).to.deep.equal([
			["tumour-risk", 1, 2, "PROMOTED"],
			["tumour-risk", 2, 3, "ROLLED_BACK"],
		]);
		const [good, broken] = report.rollouts;
		expect(good?.requests.failed).to.equal(0);
		expect(good?.verdicts.at(-1)).to.deep.include({ verdict: "promote", weight: 100 });
		expect(good?.requests.toNew).to.be.below(good?.requests.sent ?? 0);
		expect(broken?.verdicts.at(-1)?.verdict).to.equal("rollback");
		expect(broken?.requests.failed).to.be.within(1, broken?.requests.toNew ?? 0);
		for (const { sentence } of report.rollouts.flatMap(({ verdicts }) => verdicts))
			expect(kept.printed()).to.contain(sentence);
		expect(report.durationSeconds).to.be.above(0);
	});

	it("stays up for the other commands, refuses a second one, and ends with down", async () => {
		const status = JSON.parse((await triplane("status", "--json").ended).stdout);
		expect(status.models).to.deep.include({ name: "tumour-risk", version: 2, serve: "realtime" });
		expect(status.models).to.deep.include({ name: "digit-reader", version: 1, serve: "queued" });
		expect(status.tenants.map(({ name }: { name: string }) => name)).to.deep.equal(["acme", "globex", "initech"]);

		const rows = join(CHECKOUT, ".sandbox", "rows.json");
		const [row] = await readHeldout(FIXTURE);
		await writeFile(rows, JSON.stringify([row?.features]));
		const predicted = await triplane("predict", "tumour-risk", "--data", rows, "--tenant", "acme", "--json").ended;
		await rm(rows);
		expect(predicted.code).to.equal(0);
		expect(JSON.parse(predicted.stdout).body.outputs[0]).to.deep.include({ name: "label", data: row?.answers.label });

		const digits = join(CHECKOUT, "tests", "fixtures", "digit-reader", "heldout.json");
		const [digit] = await readHeldout(digits);
		await writeFile(rows, JSON.stringify([digit?.features]));
		const read = await triplane("predict", "digit-reader", "--data", rows, "--tenant", "acme", "--json").ended;
		await rm(rows);
		expect(JSON.parse(read.stdout).body.outputs[0]).to.deep.include({ name: "label", data: digit?.answers.label });

		const json = async (...args: string[]) => JSON.parse((await triplane(...args, "--json").ended).stdout);
		const [listed] = await json("models", "list");
		expect(listed).to.include({ model: "tumour-risk", champion: 2, previous: 1, challenger: null, rollout: null });
		const shown = await json("models", "show", "tumour-risk");
		expect(shown.versions).to.have.length(3);
		expect(shown.versions[1].evaluation).to.include({ isAccepted: true, championVersion: 1 });
		expect(shown.rollouts.map(({ state }: { state: string }) => state)).to.deep.equal(["PROMOTED", "ROLLED_BACK"]);
		const diff = await json("models", "diff", "tumour-risk", "1", "v2");
		expect(diff.isSameContent).to.equal(false);
		const arms = ["--variant", "a=1:50", "--variant", "b=2:50", "--sticky", "tenant"];
		const again = triplane("rollback", "tumour-risk", "--json");
		expect(JSON.parse((await again.ended).stdout)).to.include({ rollout: 2, state: "ROLLED_BACK" });
		expect(again.printed()).to.contain("Nothing has changed: rollout 2 is rolled back already.");
		expect((await json("models", "list"))[0]).to.include({ champion: 2, previous: 1 });
		const back = await json("rollback", "tumour-risk", "--champion");
		expect(back).to.deep.include({ model: "tumour-risk", rollout: 3, state: "PROMOTED" });
		expect((await json("models", "list"))[0]).to.include({ champion: 1, previous: null });
		expect((await json("status")).models).to.deep.include({ name: "tumour-risk", version: 1, serve: "realtime" });
		expect((await triplane("experiment", "tumour-risk", ...arms.slice(0, 2)).ended).code).to.equal(2);
		expect(await json("experiment", "tumour-risk", ...arms)).to.include({ experiment: 1, isRunning: true });
		expect(await json("experiment", "tumour-risk", "--end")).to.include({ experiment: 1, isRunning: false });
		expect((await triplane("train", "tumour-risk", "--version", "1").ended).code).to.equal(0);
		const unknown = triplane("rollout", "tumour-risk", "--version", "99");
		expect((await unknown.ended).code).to.equal(1);
		expect(unknown.printed()).to.contain("tumour-risk has no version 99").and.not.contain("Started");
		const untrained = triplane("train", "disease-progress");
		expect((await untrained.ended).code).to.equal(1);
		expect(untrained.printed()).to.contain("disease-progress has no `train` in its settings");
		// A batch model that no pipeline trains: its versions are registered, and rolled out all the same.
		const folder = join(CHECKOUT, ".sandbox", "second-run");
		train("--model", "disease-progress", "--defect", "slow", "--slow-ms", "1", "--overwrite", "--output", folder);
		expect(await json("register", "disease-progress", "--run", folder)).to.include({ version: 2 });
		await rm(folder, { recursive: true });
		const rolledOut = await json("rollout", "disease-progress", "--version", "2");
		expect(rolledOut).to.include({ model: "disease-progress", outcome: "PROMOTED" });
		expect((await json("status")).models).to.deep.include({ name: "disease-progress", version: 2, serve: "batch" });
		const asked = triplane("approve", "tumour-risk");
		expect((await asked.ended).code).to.equal(1);
		expect(asked.printed()).to.contain("No rollout of tumour-risk waits for approval.");

		const second = triplane("up", "--keep");
		expect((await second.ended).code).to.equal(1);
		expect(second.printed()).to.match(/already up/);

		expect((await triplane("down").ended).code).to.equal(0);
		expect((await kept.ended).code).to.equal(143);
		await expectNothingLeft(run);
		expect((await triplane("status").ended).code).to.equal(1);
	});

	it("takes everything with it when it is killed in the middle of an up", async () => {
		const killed = triplane("up");
		const run = await runOf(killed);
		await says(killed, "✓ cloud");
		await eventually(async () => expect(processesOf(run).length).to.be.above(2), 30_000);
		killed.child.kill("SIGKILL");
		await killed.ended;
		await expectNothingLeft(run);
	});

	it("ends in order on Ctrl-C", async () => {
		const stopped = triplane("up");
		const run = await runOf(stopped);
		await says(stopped, "✓ cloud");
		stopped.child.kill("SIGINT");
		expect((await stopped.ended).code).to.equal(130);
		await expectNothingLeft(run);
		expect(runs()).to.not.include(run);
	});
});

describe("triplane", () => {
	it("exits with 2 and the help where the call is off", async () => {
		const off = triplane("upp");
		expect((await off.ended).code).to.equal(2);
		expect(off.printed()).to.match(/unknown command/);
	});
});
