import { expect } from "chai";
import { JOB_LIMITS } from "../../charter/jobs.ts";
import { disturbancesOf, startDisturber } from "./disturbances.ts";
import { randomOf } from "./random.ts";
import type { Fleet, Task } from "./tasks.ts";

const first = (count: number, seed = 1) => disturbancesOf(randomOf(seed, "disturbances")).take(count).toArray();

/** A fleet of one task that only notes what it is sent. */
function fleetOfOne(signals: string[]): Fleet {
	const task: Task = {
		number: 1,
		isEnding: () => false,
		inWork: async () => 1,
		signal: (container, signal) => signals.push(`${container} ${signal}`) > 0,
		stop: () => void signals.push("notice"),
		ended: Promise.resolve(0),
	};
	return { tasks: () => [task], started: () => 1, stop: async () => {} };
}

describe("tests/chaos/disturbances", () => {
	it("come in the same order of the same seed", () => {
		expect(first(30)).to.deep.equal(first(30));
		expect(first(30, 2)).not.to.deep.equal(first(30));
	});

	it("meet every kind within a round", () => {
		const kinds = first(13).map(({ kind }) => kind);
		expect([...new Set(kinds)].sort()).to.deep.equal([
			"hangModelServer",
			"hangWorker",
			"killModelServer",
			"killWorker",
			"noticeWorker",
		]);
	});

	it("pause a worker for longer than its leases hold", () => {
		for (const { kind, hangMs } of first(200))
			if (kind === "hangWorker") expect(hangMs).to.be.above(JOB_LIMITS.leaseSeconds * 1000);
	});

	it("let whatever hangs go on when they are stopped", async () => {
		const signals: string[] = [];
		const disturber = startDisturber(fleetOfOne(signals), {
			...randomOf(1, "quick"),
			between: () => 1,
			shuffle: () => [],
		});
		while (signals.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
		await disturber.stop();
		expect(signals.slice(-2)).to.deep.equal(["worker SIGSTOP", "worker SIGCONT"]);
		expect(disturber.counts().hangWorker).to.be.at.least(1);
	});
});
