/** `triplane down`: ends the sandbox that is up, with everything that it started. */
import { startOf } from "../../sandbox/processes/table.mjs";
import { findCurrent } from "../current.ts";

const PATIENCE_MS = 60_000;
const POLL_MS = 100;

/** Exit code 0 where nothing is up any more, 1 where the sandbox would not end. */
export async function down(checkout: string, options: { json?: boolean }): Promise<number> {
	const tell = (text: string, ended: boolean) => console.log(options.json ? JSON.stringify({ down: ended }) : text);
	const current = await findCurrent(checkout);
	if (!current) {
		tell("Nothing is up in this checkout.", true);
		return 0;
	}
	process.kill(current.pid, "SIGTERM");
	const deadlineMs = performance.now() + PATIENCE_MS;
	while (performance.now() < deadlineMs) {
		if (startOf(current.pid) !== current.started) {
			tell("Torn down.", true);
			return 0;
		}
		await new Promise((resolve) => setTimeout(resolve, POLL_MS));
	}
	tell(
		`Process ${current.pid} did not end within ${PATIENCE_MS / 1000} s. Look at what it prints, or end it by hand.`,
		false,
	);
	return 1;
}
