/** How long a request may take: the caller's wish against the function's own time. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import fc from "fast-check";
import { createDeadline } from "../../../functions/shared/deadline.ts";

/** What is kept back to flush spans and answer. */
const RESERVE_MS = 250;

function setUp(wish: string | undefined, remainingMs: number) {
	const clock = { nowMs: 1_000 };
	return { clock, deadline: createDeadline(wish, remainingMs, () => clock.nowMs) };
}

describe("functions/shared/deadline", () => {
	it("is the shorter of the caller's wish and the function's own time less its reserve", () => {
		expect(setUp("100", 1_000).deadline.leftMs()).to.equal(100);
		expect(setUp("5000", 1_000).deadline.leftMs()).to.equal(1_000 - RESERVE_MS);
		expect(setUp(undefined, 1_000).deadline.leftMs()).to.equal(1_000 - RESERVE_MS);
		expect(setUp(undefined, 10).deadline.leftMs()).to.equal(0);
	});

	it("lets work begin before it has passed, and not after", () => {
		const { deadline, clock } = setUp("100", 1_000);
		clock.nowMs += 99;
		deadline.check("the model ran");
		clock.nowMs += 1;
		expect(() => deadline.check("the model ran")).to.throw(
			"The 100 ms that x-request-timeout-ms allows were over before the model ran. Send fewer rows, or allow more time.",
		);
	});

	it("names the function's own time where that is the shorter one, which no header can lengthen", () => {
		for (const wish of [undefined, "750", "5000"])
			expect(setUp(wish, 1_000).deadline.exceeded("the model ran")).to.include({
				code: "DEADLINE_EXCEEDED",
				message: "The 750 ms that a request may take were over before the model ran. Send fewer rows, or try again.",
			});
	});

	it("waits for work that ends in time, and gives its result or its error", async () => {
		const { deadline } = setUp("1000", 2_000);
		expect(await deadline.wait(Promise.resolve("done"), "x")).to.equal("done");
		const thrown = await deadline.wait(Promise.reject(new Error("own")), "x").catch((error: unknown) => error);
		expect(thrown).to.include({ message: "own" });
	});

	it("stops waiting for work that does not end", async () => {
		const { deadline } = setUp("5", 2_000);
		const thrown = await deadline.wait(new Promise(() => undefined), "it ended").catch((error: unknown) => error);
		expect(thrown).to.include({ code: "DEADLINE_EXCEEDED", status: 504 });
	});

	it("does not begin to wait after the deadline, and swallows the work's own late error", async () => {
		const { deadline, clock } = setUp("5", 2_000);
		clock.nowMs += 5;
		const thrown = await deadline.wait(Promise.reject(new Error("own")), "it ended").catch((error: unknown) => error);
		expect(thrown).to.include({ code: "DEADLINE_EXCEEDED" });
	});

	it("gives work a signal that aborts at the cap where that is sooner", async () => {
		const { deadline } = setUp("1000", 2_000);
		await deadline.limit(5, (signal) => new Promise((resolve) => signal.addEventListener("abort", resolve)));
	});

	it("gives what work within the cap gives, and does not abort it later", async () => {
		const { deadline } = setUp("1000", 2_000);
		let kept: AbortSignal | undefined;
		const work = async (signal: AbortSignal) => {
			kept = signal;
			return "done";
		};
		expect(await deadline.limit(5, work)).to.equal("done");
		await sleep(20);
		expect(kept?.aborted).to.equal(false);
	});

	it("takes any whole number from 1 as a wish, and nothing else", () => {
		fc.assert(
			fc.property(fc.oneof(fc.integer({ min: 1, max: 999_999_999 }).map(String), fc.string()), (wish) => {
				const isWhole = /^[1-9][0-9]{0,8}$/.test(wish);
				const create = () => setUp(wish, 1_000);
				if (isWhole) expect(create().deadline.leftMs()).to.be.within(1, 750);
				else expect(create).to.throw("Send a whole number of milliseconds from 1 to 999999999.");
			}),
		);
	});
});
