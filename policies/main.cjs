/**
 * What Pulumi's runner requires: builds the pack's bundle where it is missing or older than its sources, then loads it.
 * Runs on any Node, and without a build step by hand. A published pack has its bundle and no sources.
 */
const fs = require("node:fs");
const path = require("node:path");

const NODE_MAJOR_MINIMUM = 22;

const major = Number(process.versions.node.split(".")[0]);
if (major < NODE_MAJOR_MINIMUM) {
	console.error(
		`The policy pack needs Node ${NODE_MAJOR_MINIMUM} or later, this is ${process.versions.node}: put a newer node first on PATH.`,
	);
	process.exit(1);
}

if (fs.existsSync(path.join(__dirname, "index.ts"))) require("./bundle.cjs");
require("./dist/index.cjs");
