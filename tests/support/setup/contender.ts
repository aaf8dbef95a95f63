/**
 * A process that takes the lock, writes down that it is in, stays a moment, and writes down that it is out. Not a test.
 */
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { acquireLock } from "../../../setup/lock.mjs";

const [, , file, log] = process.argv;
if (file === undefined || log === undefined) throw new Error("Say which lock and which log.");
const lock = await acquireLock(file);
appendFileSync(log, `in ${process.pid}\n`);
await sleep(30);
appendFileSync(log, `out ${process.pid}\n`);
lock.release();
