/**
 * The warden's own process: reads the ids of the children from its parent, and ends them all when the parent is gone.
 * Holds no logic of its own beyond that, so that there is nothing in it to fail.
 */
import { createInterface } from "node:readline";
import { endProcesses } from "./ending.ts";

const GRACE_SECONDS = 2;

const mark = process.argv[2];
if (mark === undefined) throw new Error("The warden is started by startWarden(), which tells it the mark of the run.");

// What ends the parent may be sent to the warden as well; its work only begins then.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});

const children = new Set<number>();
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
	const pid = Number(line.slice(1));
	if (line.startsWith("+")) children.add(pid);
	else children.delete(pid);
});
lines.once("close", async () => {
	await endProcesses({ roots: [...children], mark, ask: "all", graceSeconds: GRACE_SECONDS });
	process.exit();
});
process.stdout.write("ready\n");
