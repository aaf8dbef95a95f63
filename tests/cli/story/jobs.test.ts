import { expect } from "chai";
import { p95Seconds } from "../../../cli/story/jobs.ts";

const job = (seconds: number) => ({
	createdAt: "2026-01-01T00:00:00.000Z",
	endedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString(),
});

describe("cli/story/jobs", () => {
	it("tells the time that 95 of 100 jobs kept", () => {
		const jobs = Array.from({ length: 100 }, (_, i) => job(100 - i));
		expect(p95Seconds(jobs)).to.equal(95);
	});

	it("tells the slowest of a few", () => {
		expect(p95Seconds([job(3), job(9), job(1)])).to.equal(9);
	});
});
