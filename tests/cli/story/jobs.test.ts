import { expect } from "chai";
import { secondsOf } from "../../../cli/story/jobs.ts";

const job = (seconds: number) => ({
	createdAt: "2026-01-01T00:00:00.000Z",
	endedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString(),
});

describe("cli/story/jobs", () => {
	it("tells the time that 95 of 100 jobs kept", () => {
		const jobs = Array.from({ length: 100 }, (_, i) => job(100 - i));
		expect(secondsOf(jobs, 0.95)).to.equal(95);
	});

	it("tells the middle and the slowest of a few", () => {
		expect([0.5, 1].map((share) => secondsOf([job(3), job(9), job(1)], share))).to.deep.equal([3, 9]);
	});
});
