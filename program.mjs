/**
 * Where Pulumi's language host starts the program: says in one sentence when this Node cannot read TypeScript.
 * Not the program, which is index.ts; whatever already runs on Node 24 (the command line, tests) imports that.
 */
import { RunError } from "@pulumi/pulumi";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18))
	throw new RunError(
		`Triplane's program is TypeScript that Node reads itself, which needs Node 22.18 or later, but Pulumi started Node ${process.versions.node}: put a newer Node first on PATH (npm has installed Node 24 at node_modules/.bin/node), as in PATH="$PWD/node_modules/.bin:$PATH" pulumi preview.`,
	);

export default (await import("./index.ts")).default;
