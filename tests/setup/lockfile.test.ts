/**
 * Tests of the completed lock file, and that the committed one is complete: else `npm ci` refuses it on a fresh clone.
 */
import { readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { completePackages } from "../../setup/lockfile.mjs";

const tool = { version: "2.0.0", dev: true, optionalDependencies: {} };

describe("setup/lockfile", () => {
	it("finds nothing to add to the lock file of this repository", () => {
		const { packages } = JSON.parse(readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8"));
		expect(Object.keys(completePackages(packages))).to.deep.equal(Object.keys(packages));
	});

	it("adds an entry for an optional package of another platform, with what its name says", () => {
		const optionalDependencies = {
			"@t/cli-linux-arm64-musl": "2.0.0",
			"@t/cli-win32-x64": "2.0.0",
			"t-arm-gnueabihf": "1.0.0",
		};
		const packages = completePackages({ "": {}, "node_modules/tool": { ...tool, optionalDependencies } });
		const common = { dev: true, optional: true };
		expect(packages).to.deep.include({
			"node_modules/@t/cli-linux-arm64-musl": {
				...{ ...common, version: "2.0.0" },
				...{ os: ["linux"], cpu: ["arm64"], libc: ["musl"] },
			},
			"node_modules/@t/cli-win32-x64": { ...common, version: "2.0.0", os: ["win32"], cpu: ["x64"] },
			"node_modules/t-arm-gnueabihf": { ...common, version: "1.0.0", cpu: ["arm"] },
		});
	});

	it("leaves alone what is locked already, at the top or nested", () => {
		const optionalDependencies = { "t-linux-x64": "2.0.0", "t-darwin-x64": "2.0.0" };
		const packages = {
			"": {},
			"node_modules/a": { version: "1.0.0" },
			"node_modules/a/node_modules/t-linux-x64": { version: "2.0.0" },
			"node_modules/a/node_modules/tool": { ...tool, optionalDependencies },
			"node_modules/t-darwin-x64": { version: "2.0.0" },
		};
		expect(completePackages(packages)).to.deep.equal(packages);
	});

	it("adds nothing for an optional package that is for no one platform, or of no exact version", () => {
		const optionalDependencies = { fast: "1.0.0", "t-linux-x64": "^2.0.0" };
		const packages = { "node_modules/tool": { ...tool, optionalDependencies } };
		expect(completePackages(packages)).to.deep.equal(packages);
	});

	it("keeps every entry, and finds nothing more to add the second time", () => {
		const name = fc.constantFrom("a", "b-linux-x64", "@c/d-darwin-arm64", "e");
		const entry = fc.record({
			version: fc.constant("1.0.0"),
			optionalDependencies: fc.dictionary(name, fc.constant("1.0.0")),
		});
		const path = fc
			.array(name, { minLength: 1, maxLength: 3 })
			.map((names) => `node_modules/${names.join("/node_modules/")}`);
		fc.assert(
			fc.property(fc.dictionary(path, entry), (packages) => {
				const complete = completePackages(packages);
				expect(complete).to.include(packages);
				expect(completePackages(complete)).to.deep.equal(complete);
			}),
		);
	});
});
