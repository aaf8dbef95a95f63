/**
 * Tests of locating the engine: what the set-up recorded comes first, and none at all is said plainly.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { TriplaneError } from "../../../charter/errors.ts";
import { commandOf, locateEngine } from "../../../sandbox/engine/engine.ts";
import { identityOf } from "../../../sandbox/engine/find.mjs";

describe("sandbox/engine/engine", () => {
	let directory: string;
	const before = { PATH: process.env.PATH, HOME: process.env.HOME };
	beforeEach(() => {
		directory = mkdtempSync(join(tmpdir(), "triplane-locate-"));
	});
	afterEach(() => {
		Object.assign(process.env, before);
		rmSync(directory, { recursive: true, force: true });
	});

	const record = () => {
		const command = join(directory, "some-pulumi");
		writeFileSync(command, "#!/bin/sh\necho v3.261.0\n");
		chmodSync(command, 0o755);
		const engine = { version: "3.261.0", source: "built" as const, command };
		const file = join(directory, "engine.json");
		writeFileSync(file, JSON.stringify({ ...engine, identity: identityOf(command) }));
		return { engine, file };
	};

	it("takes the engine that the set-up recorded", () => {
		const { engine, file } = record();
		expect(locateEngine(file)).to.deep.equal(engine);
	});

	it("says what to do where there is none", () => {
		Object.assign(process.env, { PATH: directory, HOME: directory });
		expect(() => locateEngine(join(directory, "none.json"))).to.throw(
			TriplaneError,
			'No Pulumi engine 3.259.0 or newer is on this machine. Run "node setup.mjs" in the checkout: it fetches or builds one.',
		);
	});

	it("gives the Automation API an engine of any name and place, also the second time", async () => {
		const { engine } = record();
		await commandOf(engine, directory);
		const { command, version } = await commandOf(engine, directory);
		expect(command).to.equal(join(directory, "engine/bin/pulumi"));
		expect(version?.version).to.equal("3.261.0");
	});
});
