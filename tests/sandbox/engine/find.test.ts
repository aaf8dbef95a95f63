/**
 * Tests of which engine is taken: which versions will do, and when a record still holds.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { engineFolder, findEngine, identityOf, isAcceptable, recordedEngine } from "../../../sandbox/engine/find.mjs";

describe("sandbox/engine/find", () => {
	let directory: string;
	beforeEach(() => {
		directory = mkdtempSync(join(tmpdir(), "triplane-find-"));
	});
	afterEach(() => rmSync(directory, { recursive: true, force: true }));

	const place = (folder: string, version: string): string => {
		mkdirSync(folder, { recursive: true });
		const command = join(folder, "pulumi");
		writeFileSync(command, `#!/bin/sh\necho ${version}\n`);
		chmodSync(command, 0o755);
		return command;
	};

	it("takes the version that is wanted and newer ones of the same major version", () => {
		for (const version of ["3.259.0", "v3.259.0", "3.259.1", "3.260.0-alpha.1", "3.1000.0"])
			expect(isAcceptable(version), version).to.equal(true);
		for (const version of ["3.258.9", "3.259.0-rc.1", "4.0.0", "2.999.0", "", "3.259", "dev"])
			expect(isAcceptable(version), version).to.equal(false);
	});

	it("judges any text without failing", () => {
		fc.assert(
			fc.property(fc.string(), (text) => {
				expect(isAcceptable(text)).to.be.a("boolean");
			}),
		);
	});

	it("looks on PATH first, past what is too old, and then in Pulumi's own folder", () => {
		const path = ["relative", join(directory, "none"), join(directory, "old"), join(directory, "new")].join(":");
		place(join(directory, "old"), "v3.100.0");
		expect(findEngine({ path, home: directory })).to.equal(undefined);
		const home = place(engineFolder(directory), "v3.259.0");
		expect(findEngine({ path, home: directory })).to.deep.equal({ version: "3.259.0", source: "home", command: home });
		const onPath = place(join(directory, "new"), "v3.261.0");
		expect(findEngine({ path, home: directory })).to.deep.equal({
			version: "3.261.0",
			source: "path",
			command: onPath,
		});
	});

	it("believes a record until the executable changes", () => {
		const command = place(directory, "v3.259.0");
		const file = join(directory, "engine.json");
		const engine = { version: "3.259.0", source: "built", command };
		writeFileSync(file, JSON.stringify({ ...engine, identity: identityOf(command) }));
		expect(recordedEngine(file)).to.deep.equal(engine);
		place(directory, "v3.259.0 # replaced");
		expect(recordedEngine(file)).to.equal(undefined);
		rmSync(command);
		expect(recordedEngine(file)).to.equal(undefined);
	});

	it("takes any damaged record for none", () => {
		const file = join(directory, "engine.json");
		fc.assert(
			fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
				writeFileSync(file, text);
				expect(recordedEngine(file)).to.equal(undefined);
			}),
		);
	});
});
