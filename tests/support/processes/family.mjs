/**
 * A process with a family that is hard to end: a child that ignores SIGTERM, a grandchild in a session of its own,
 * and an orphan whose parent is gone. It prints their ids, one a line, and then does nothing. Not a test.
 */
import { spawn } from "node:child_process";

const idle = "setInterval(() => {}, 1000);";
const stubborn = `process.on("SIGTERM", () => {}); ${idle}`;
const orphaner = `
	const { spawn } = require("node:child_process");
	const orphan = spawn(process.execPath, ["-e", ${JSON.stringify(idle)}], { detached: true, stdio: "ignore" });
	orphan.unref();
	console.log(orphan.pid);
	process.exit();
`;

const first = spawn(process.execPath, ["-e", stubborn], { stdio: "ignore" });
const second = spawn(process.execPath, ["-e", idle], { detached: true, stdio: "ignore" });
const third = spawn(process.execPath, ["-e", orphaner], { stdio: ["ignore", "inherit", "inherit"] });
third.once("exit", () => console.log([process.pid, first.pid, second.pid, "complete"].join("\n")));
setInterval(() => {}, 1000);
