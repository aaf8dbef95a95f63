/** Rollouts of a realtime model in the sandbox, each version trained and judged for real: promoted where it is good, else taken back. */
import { expect } from "chai";
import { VARIANTS } from "../../charter/rollout.ts";
import { promoteBetween } from "../../cli/commands/promote.ts";
import { answerApproval } from "../../cli/platform/approval.ts";
import { rollBack } from "../../cli/platform/by-hand.ts";
import { errorsOf } from "../../cli/platform/error-counts.ts";
import { reading } from "../../cli/platform/reading.ts";
import { eventually } from "../support/eventually.ts";
import { type Fared, type RolloutSandbox, raiseRollouts } from "../support/rollout-sandbox.ts";
import { slowMs } from "../support/samples/slow.ts";

const MODEL = "tumour-risk";
const REQUESTS_MIN = 5_000;
/** More than the SLO's 150 ms, and far below a request's limit, with few at once: on a busy machine they take three times as long. */
const SLOW_MS = 250;
const SLOW_RPS = 4;
/** Of one rollout with its training. */
const PATIENCE_MS = 240_000;

describe("Rollouts of a realtime model", function () {
	this.timeout(PATIENCE_MS);
	const scope = new AsyncDisposableStack();
	const unharmed: Fared[] = [];
	let sandbox: RolloutSandbox;
	before(async () => {
		sandbox = await raiseRollouts(scope);
	});
	after(() => scope.disposeAsync());

	const championIs = async (version: number) =>
		expect((await sandbox.route())?.variants).to.deep.equal([{ name: "champion", version, weight: 100 }]);
	const reasonOf = ({ end }: Fared) => `${end.outcome}: ${end.rollout?.reason ?? ""} ${end.cause ?? ""}`;

	it("promotes a good version, and no client notices", async () => {
		const fared = await sandbox.rollOut(["--seed", "2"]);
		expect(fared.end.outcome, reasonOf(fared)).to.equal("PROMOTED");
		expect(fared.end.judgements.at(-1)?.verdict).to.equal("promote");
		expect(fared.traffic.failures).to.deep.equal([]);
		await championIs(2);
		unharmed.push(fared);
	});

	it("changes nothing by an up after a promotion", async () => {
		expect(await sandbox.reset({})).to.equal(0);
		await championIs(2);
	});

	it("takes a version back that fails requests, and none fails but its own", async () => {
		const sinceMs = Date.now();
		const fared = await sandbox.rollOut(["--seed", "2", "--defect", "errors"]);
		expect(fared.end.outcome, reasonOf(fared)).to.equal("ROLLED_BACK");
		expect(fared.end.judgements.at(-1)?.verdict).to.equal("rollback");
		expect(fared.traffic.failures.length).to.be.above(0);
		const arms = [
			{ version: 3, variant: VARIANTS.canary },
			{ version: 2, variant: VARIANTS.champion },
		];
		const failed = () => errorsOf(sandbox.stage.aws, MODEL, arms, sinceMs);
		await eventually(async () => expect(await failed()).to.deep.equal([fared.traffic.failures.length, 0]));
		await championIs(2);
	});

	it("takes a version back that is slow, and no request fails", async () => {
		const slow = ["--defect", "slow", "--slow-ms", await slowMs(SLOW_MS, MODEL)];
		const fared = await sandbox.rollOut(["--seed", "2", ...slow], SLOW_RPS);
		expect(fared.end.outcome, reasonOf(fared)).to.equal("ROLLED_BACK");
		expect(fared.end.rollout?.reason).to.match(/slow/);
		expect(fared.traffic.failures).to.deep.equal([]);
		await championIs(2);
		unharmed.push(fared);
	});

	it("takes a version back in the shadow that predicts otherwise, before it gets any traffic", async () => {
		await sandbox.reset({ mirrorPct: 50 });
		const fared = await sandbox.rollOut(["--seed", "2", "--defect", "skew"]);
		expect(fared.end.outcome, reasonOf(fared)).to.equal("ROLLED_BACK");
		expect(fared.end.rollout?.reason).to.match(/differs/);
		expect(fared.end.judgements.map(({ state }) => state)).to.satisfy((states: string[]) =>
			states.every((state) => state === "SHADOWING"),
		);
		expect(fared.traffic.failures).to.deep.equal([]);
		expect(fared.traffic.byVersion).to.have.all.keys("2");
		await championIs(2);
		unharmed.push(fared);
	});

	it("promotes a registered version to a stack that has it already without a second one", async () => {
		const { stage, platform } = sandbox;
		const stack = { aws: stage.aws, outputs: platform.outputs };
		const promotion = await promoteBetween(stack, stack, MODEL, 2);
		expect(promotion).to.include({ from: 2, to: 2, parent: 1, isNew: false, isChampion: true });
	});

	it("goes back to the champion before by hand, and has failed no request of 5,000 by all of this", async () => {
		const { stage, platform } = sandbox;
		const asked = { model: MODEL, action: "rollback", reason: "Seen enough." } as const;
		const request = { ...asked, execution: "by-hand-1", champion: true };
		const sent = unharmed.reduce((sum, { traffic }) => sum + traffic.sent, 0);
		const byHand = () => rollBack(stage.aws, platform.outputs, request);
		const already = await rollBack(stage.aws, platform.outputs, { ...asked, execution: "by-hand-0" });
		expect(already).to.include({ state: "ROLLED_BACK", isDone: true });
		await championIs(2);
		const { done, traffic } = await sandbox.underTraffic(byHand, REQUESTS_MIN - sent);
		expect(done).to.include({ state: "PROMOTED", isDone: true });
		await championIs(1);
		expect(Object.keys(traffic.byVersion).toSorted()).to.deep.equal(["1", "2"]);
		expect(sent + traffic.sent).to.be.at.least(REQUESTS_MIN);
		expect([...unharmed.flatMap((fared) => fared.traffic.failures), ...traffic.failures]).to.deep.equal([]);
		expect(await byHand()).to.include({ rollout: done.rollout, state: "PROMOTED", isDone: true });
		await championIs(1);
	});

	it("gives no traffic to a version that a person refuses, and ends its rollout", async () => {
		const { stage, platform } = sandbox;
		await sandbox.reset({ approval: true });
		const faring = sandbox.rollOut(["--seed", "3"]);
		const asking = () => reading(stage.aws, platform.outputs, (registry) => registry.lastRollout(MODEL));
		await eventually(async () => expect(await asking()).to.include({ state: "AWAITING_APPROVAL" }), PATIENCE_MS);
		await answerApproval(stage.aws, MODEL, await asking(), { isApproved: false, reason: "Not on a Friday." });
		const fared = await faring;
		expect(fared.end.outcome, reasonOf(fared)).to.equal("ROLLED_BACK");
		expect(fared.end.rollout?.reason).to.equal("a person refused it: Not on a Friday.");
		expect(fared.traffic.failures).to.deep.equal([]);
		expect(fared.traffic.byVersion).to.have.all.keys("1");
		await championIs(1);
	});
});
