/**
 * Tests of what the progress writes on a terminal and elsewhere.
 */
import { expect } from "chai";
import { createProgress, elapsed } from "../../setup/progress.mjs";

describe("setup/progress", () => {
	const record = (isTTY: boolean) => {
		let time = 0;
		let text = "";
		const stream = { isTTY, write: (chunk: string) => (text += chunk) };
		const progress = createProgress({ stream, now: () => time });
		const pass = (seconds: number) => {
			time += seconds * 1000;
		};
		return { progress, pass, text: () => text };
	};

	it("says when a step begins and how long it took, in whole lines where there is no terminal", async () => {
		const { progress, pass, text } = record(false);
		await progress.step("Working", async () => pass(65));
		expect(text()).to.equal("Working …\nWorking: done in 1 min 05 s\n");
	});

	it("writes over its line on a terminal", async () => {
		const { progress, pass, text } = record(true);
		await progress.step("Working", async () => pass(3));
		expect(text()).to.equal("\r\x1b[KWorking … 0 s\r\x1b[KWorking: done in 3 s\n");
	});

	it("says that a step failed, and passes on why", async () => {
		const { progress, text } = record(false);
		const failure = new Error("no");
		const result = await progress.step("Working", () => Promise.reject(failure)).catch((error: unknown) => error);
		expect(result).to.equal(failure);
		expect(text()).to.equal("Working …\nWorking: failed after 0 s\n");
	});

	it("writes minutes from sixty seconds on", () => {
		expect([0, 59.9, 60, 754].map(elapsed)).to.deep.equal(["0 s", "59 s", "1 min 00 s", "12 min 34 s"]);
	});
});
