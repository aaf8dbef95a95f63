/**
 * The container's entry to the scoring: one process, one chunk, named by the environment; exits with 0 when its output is
 * written, with 1 otherwise. Nothing is kept in between, so a container that is taken away is simply started again.
 */
import { ENVIRONMENT } from "../../charter/environment.ts";
import { requiredText } from "../shared/environment.ts";
import { scoreParts } from "./parts.ts";
import { createScoreService } from "./service.ts";

const EXIT_FAILED = 1;

// The first process of a container is deaf to signals that it does not ask for; spot gives two minutes' notice by one.
process.on("SIGTERM", () => process.exit(EXIT_FAILED));
try {
	const score = createScoreService(scoreParts(process.env));
	await score(JSON.parse(requiredText(process.env, ENVIRONMENT.scoreRequest)));
	// Clients keep their connections open; nothing is left to wait for.
	process.exit();
} catch (thrown) {
	process.stderr.write(`${thrown instanceof Error ? thrown.stack : thrown}\n`);
	process.exit(EXIT_FAILED);
}
