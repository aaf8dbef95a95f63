/**
 * Builds the pack's bundle where it is missing or older than its sources, the charter's among them. Run before a pack is
 * loaded from its sources, and before it is published; a published pack has no sources and no need of it.
 */
const fs = require("node:fs");
const path = require("node:path");

const BUNDLE = path.join(__dirname, "dist", "index.cjs");
const STAMP = path.join(__dirname, "dist", "sources.sha256");
/** As in package.json's engines. */
const TARGET = "node22";

build();

function build() {
	const stamp = hashOf([__dirname, path.join(__dirname, "..", "charter")]);
	if (fs.existsSync(BUNDLE) && read(STAMP) === stamp) return;
	// Two packs may start at once: each builds under a name of its own, and a rename puts it in place whole.
	const scratch = path.join(__dirname, `dist/.${process.pid}.cjs`);
	require("esbuild").buildSync({
		entryPoints: [path.join(__dirname, "index.ts")],
		bundle: true,
		platform: "node",
		target: TARGET,
		format: "cjs",
		packages: "external",
		outfile: scratch,
		logLevel: "error",
	});
	fs.renameSync(scratch, BUNDLE);
	fs.writeFileSync(`${scratch}.stamp`, stamp);
	fs.renameSync(`${scratch}.stamp`, STAMP);
}

/** Hash over names and contents of all sources below some folders, built output apart. */
function hashOf(folders) {
	const hash = require("node:crypto").createHash("sha256");
	for (const folder of folders)
		for (const entry of fs.readdirSync(folder, { recursive: true }).sort()) {
			if (!/\.(ts|json)$/.test(entry) || /(^|[\\/])(dist|node_modules)[\\/]/.test(entry)) continue;
			hash
				.update(entry)
				.update("\0")
				.update(fs.readFileSync(path.join(folder, entry)))
				.update("\0");
		}
	return hash.digest("hex");
}

function read(file) {
	try {
		return fs.readFileSync(file, "utf8");
	} catch {
		return undefined;
	}
}
