/** What holds of a model at every instant, and what must be so when its rollouts have come to an end. */
import { expect } from "chai";
import { isEnded } from "../../../charter/jobs.ts";
import { CANARY_SLOT, isRolloutEnded, LOCK_KEY, type LockRecord } from "../../../charter/rollout.ts";
import { routeFault } from "../../../functions/shared/inference/route-form.ts";
import { allRollouts } from "./pipeline.ts";
import type { RolloutWorld } from "./world.ts";

const aliasOf = (world: RolloutWorld, alias: string): unknown =>
	Reflect.get(world.registry.peek(world.pk, `ALIAS#${alias}`) ?? {}, "version");

/** A reader at any instant sees a whole route, whose first variant is the champion, and the sum of whose weights is exact. */
export function assertWhole(world: RolloutWorld): void {
	const { route } = world;
	expect(routeFault(route), "the route").to.equal(undefined);
	expect(route.variants.reduce((sum, { weight }) => sum + weight, 0)).to.equal(100);
	const [first, second] = route.variants;
	expect([first?.name, first?.version]).to.deep.equal(["champion", aliasOf(world, "champion")]);
	if (second) expect(second.version).to.equal(aliasOf(world, "challenger"));
	const unfinished = allRollouts(world).filter(({ state }) => !isRolloutEnded(state));
	expect(unfinished.length, "unfinished rollouts").to.be.at.most(1);
}

/** @param serving version that must be the champion */
export function assertEnded(world: RolloutWorld, serving: number): void {
	const { route, plan } = world;
	expect(world.unforeseen).to.deep.equal([]);
	const slot = plan.serve === "queued" && route.rollout !== undefined ? { slot: "a" } : {};
	expect(route.variants).to.deep.equal([{ name: "champion", version: serving, weight: 100, ...slot }]);
	expect(route.sticky).to.equal(undefined);
	expect([aliasOf(world, "champion"), aliasOf(world, "challenger")]).to.deep.equal([serving, undefined]);
	const lock = world.registry.peek(world.pk, LOCK_KEY) as LockRecord | undefined;
	if (lock) expect(world.executions.get(lock.execution)?.isRunning, `the lock of ${lock.execution}`).to.equal(false);
	assertHistory(world);
	assertSlots(world, serving);
	assertJobs(world);
}

function assertHistory(world: RolloutWorld): void {
	const rollouts = allRollouts(world);
	expect(rollouts.map(({ rollout }) => rollout)).to.deep.equal(rollouts.map((_, i) => i + 1));
	for (const { rollout, execution, state, endedAtMs, reason, untold, judgements, approvalToken } of rollouts) {
		expect(isRolloutEnded(state), `rollout ${rollout} is ${state}`).to.equal(true);
		expect(typeof endedAtMs).to.equal("number");
		expect(typeof reason, `the reason of rollout ${rollout}`).to.equal("string");
		expect(untold).to.equal(undefined);
		expect(approvalToken).to.equal(undefined);
		const kept = world.registry.under(world.pk, `JUDGEMENT#${String(rollout).padStart(6, "0")}#`);
		expect(kept).to.have.length(judgements);
		const told = world.events
			.filter(({ detail }) => Reflect.get(detail, "rollout") === rollout)
			.map(({ type }) => type);
		const isTurnedBack = !world.executions.has(execution);
		expect(told).to.include.members(
			isTurnedBack
				? ["rollout.rolled_back"]
				: ["rollout.started", state === "PROMOTED" ? "rollout.promoted" : "rollout.rolled_back"],
		);
	}
}

/** What runs in a queued model's slots. */
export function assertSlots(world: RolloutWorld, serving: number): void {
	const [a, b] = [world.services.get("reader-a"), world.services.get("reader-b")];
	if (!a || !b) return;
	expect(b.desiredCount, "tasks of the canary's slot").to.equal(0);
	expect(a.desiredCount).to.be.at.least(1);
	if (serving === 1) expect(a.taskDefinition).to.match(/reader-a:1$/);
	else expect(a.taskDefinition).to.match(new RegExp(`-v${serving}$`));
}

/** No submission comes any more: what is left has to be done, each job once. */
function assertJobs(world: RolloutWorld): void {
	world.isSubmitting = false;
	world.pass(300);
	const open = world.jobs.open.map(({ job, slot, state }) => `${job} is ${state} in slot ${slot}`);
	expect(open).to.deep.equal([]);
	for (const job of world.jobs.records.values()) {
		expect(isEnded(job.state)).to.equal(true);
		if (job.state === "CANCELLED") expect(job.shadowOf, `${job.job} was cancelled`).to.be.a("string");
		else expect(world.jobs.answered.get(job.job)).to.have.length(1);
		expect(job.state === "SUCCEEDED" && job.slot === CANARY_SLOT && job.endedAtMs === undefined).to.equal(false);
	}
}
