/** How long a service waits for another start. */
import { expect } from "chai";
import { Restarts } from "../../../sandbox/ecs-agent/restarts.ts";

const SERVICE = "service:digits";

/** When it may start next, to a tenth of a second. */
function waitMs(restarts: Restarts, fromMs: number): number {
	for (let waited = 0; ; waited += 100) if (restarts.mayStart(SERVICE, fromMs + waited)) return waited;
}

describe("The restarts of a service", () => {
	it("come at once where no task has ended by itself.", () => {
		expect(new Restarts().mayStart(SERVICE, 0)).to.equal(true);
	});

	it("wait twice as long after each task that ended at once, up to a minute.", () => {
		const restarts = new Restarts();
		const waits = [1, 2, 3, 4, 5, 6, 7, 8].map((time) => {
			restarts.ended(SERVICE, 200, time * 1_000_000);
			return waitMs(restarts, time * 1_000_000);
		});
		expect(waits).to.deep.equal([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
		expect(restarts.mayStart("service:other", 8_000_000)).to.equal(true);
	});

	it("come at once again when a task has run for a while.", () => {
		const restarts = new Restarts();
		restarts.ended(SERVICE, 200, 0);
		restarts.ended(SERVICE, 10_001, 1_000);
		expect(restarts.mayStart(SERVICE, 1_000)).to.equal(true);
	});
});
