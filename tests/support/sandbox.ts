/** The realtime platform in the sandbox for end-to-end tests, raised once for those of a file and torn down after them. */
import { fileURLToPath } from "node:url";
import { readSettings } from "../../cli/settings.ts";
import { Steps } from "../../cli/steps.ts";
import { onlyServed } from "../../cli/story/only.ts";
import { STACK, type Stage, setStage } from "../../cli/story/stage.ts";
import { type Platform, raise } from "../../cli/story/story.ts";

export const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url));

export interface RaisedPlatform {
	stage: Stage;
	platform: Platform;
	/** Token by the tenant's name. */
	tokens: Record<string, string>;
}

let raised: Promise<RaisedPlatform> | undefined;
let scope = new AsyncDisposableStack();

/** The platform; a file's first call raises it. */
export function raisedPlatform(): Promise<RaisedPlatform> {
	raised ??= (async () => {
		const { config } = await readSettings(CHECKOUT, STACK);
		const stage = await setStage(CHECKOUT, scope, onlyServed(config, "realtime"));
		const platform = await raise(stage, new Steps(process.stderr));
		return { stage, platform, tokens: Object.fromEntries(platform.tokens.map(({ name, token }) => [name, token])) };
	})();
	return raised;
}

/** Ends it, if any test raised it; the next call raises another. */
export async function endPlatform(): Promise<void> {
	const ending = scope;
	raised = undefined;
	scope = new AsyncDisposableStack();
	await ending.disposeAsync();
}
