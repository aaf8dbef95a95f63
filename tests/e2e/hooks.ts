/** Ends what the end-to-end tests of a file raised together. Files run side by side, two at a time: see .mocharc.e2e.json. */
import { endPlatform } from "../support/sandbox.ts";

export const mochaHooks = {
	async afterAll(this: Mocha.Context) {
		this.timeout(60_000);
		await endPlatform();
	},
};
