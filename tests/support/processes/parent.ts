/**
 * A parent that starts the family below a warden, waits for it, and is then ended by the test. Not a test.
 * Its only argument is the file to which the family writes its process ids.
 */
import { fileURLToPath } from "node:url";
import { startWarden } from "../../../sandbox/processes/warden.ts";

const [, , logFile, ending] = process.argv;
if (logFile === undefined) throw new Error("Say where the ids are to be written.");
const warden = await startWarden();
const family = fileURLToPath(new URL("./family.mjs", import.meta.url));
await warden.spawn(process.execPath, [family], { logFile });
if (ending === "crash") setTimeout(() => Promise.reject(new Error("a crash on purpose")), 500);
else setInterval(() => {}, 1000);
