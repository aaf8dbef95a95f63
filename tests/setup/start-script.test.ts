import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";

const { scripts } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"));

/** An old Node that, as the set-up does, brings the new one. */
const OLD_NODE = `#!/bin/sh
[ "$1" = setup.mjs ] || { echo "old node runs $*"; exit 1; }
mkdir -p node_modules/.bin
printf '#!/bin/sh\\necho "new node runs $*"\\n' > node_modules/.bin/node
chmod +x node_modules/.bin/node
`;

describe("the script of npm start on a fresh clone", () => {
	let directory = "";
	beforeEach(() => {
		directory = mkdtempSync(join(tmpdir(), "triplane-start-"));
		writeFileSync(join(directory, "node"), OLD_NODE, { mode: 0o755 });
	});
	afterEach(() => rmSync(directory, { recursive: true }));

	for (const shell of ["sh", "bash"])
		it(`runs the command by the Node that the set-up brought, though ${shell} remembers the old one`, () => {
			const output = execFileSync(shell, ["-c", `${scripts.start} --keep`], {
				cwd: directory,
				encoding: "utf8",
				env: { PATH: `node_modules/.bin:${directory}:${process.env.PATH}` },
			});
			expect(output).to.equal("new node runs cli/main.ts up --keep\n");
		});
});
