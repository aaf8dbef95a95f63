/** Ends what the end-to-end tests raised together. */
import { endPlatform } from "../support/sandbox.ts";

export const mochaHooks = {
	async afterAll(this: Mocha.Context) {
		this.timeout(60_000);
		await endPlatform();
	},
};
