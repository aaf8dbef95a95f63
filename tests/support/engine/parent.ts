/**
 * A process that brings the small stack up and is ended by the test in the midst of it. Not a test.
 * Its argument is the directory of all runs; once the update is at work, it prints the id of its own.
 */
import { createRun } from "../../../sandbox/processes/runs.ts";
import { startWarden } from "../../../sandbox/processes/warden.ts";
import { openThing } from "./stacks.ts";

const [, , runs] = process.argv;
if (runs === undefined) throw new Error("Say where the runs are kept.");
const run = await createRun(runs);
const warden = await startWarden({ run: run.id });
const stack = await openThing(run.directory, { holdSeconds: 120 }, { warden });
await stack.up({
	onProgress: (event) => {
		if (event.kind === "resource" && event.name === "right" && event.state === "done") console.log(run.id);
	},
});
