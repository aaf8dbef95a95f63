import { spawnSync } from "node:child_process";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { TriplaneError } from "../../charter/errors.ts";
import { announce, findCurrent, requireCurrent, withdraw } from "../../cli/current.ts";
import { startOf } from "../../sandbox/processes/table.mjs";

const sandbox = {
	url: "http://127.0.0.1:1/v1",
	endpoint: "http://127.0.0.1:1",
	region: "us-east-1",
	tenants: [{ name: "acme", token: "secret" }],
	outputs: {
		url: "http://127.0.0.1:1/v1",
		registryTable: "registry",
		artifactBucket: "artifacts",
		featureTable: "features",
		tenantTable: "tenants",
		registerFunction: "register",
		pipelines: [],
		batchModels: [],
		queuedModels: [],
		models: [{ name: "tumour-risk", serve: "realtime" }],
		tenants: ["acme"],
	},
};

describe("cli/current", () => {
	let checkout = "";
	beforeEach(async () => {
		checkout = await mkdtemp(join(tmpdir(), "triplane-current-"));
	});
	afterEach(() => rm(checkout, { recursive: true }));

	it("finds the sandbox that a living process announced, until it is withdrawn", async () => {
		await announce(checkout, sandbox);
		expect(await findCurrent(checkout)).to.deep.equal({
			...sandbox,
			pid: process.pid,
			started: startOf(process.pid),
		});
		await withdraw(checkout);
		expect(await findCurrent(checkout)).to.equal(undefined);
	});

	it("keeps the tokens from other users of the machine", async () => {
		await announce(checkout, sandbox);
		expect((await stat(join(checkout, ".sandbox", "current.json"))).mode & 0o777).to.equal(0o600);
	});

	const announced = (change: object) =>
		writeFile(
			join(checkout, ".sandbox", "current.json"),
			JSON.stringify({ ...sandbox, pid: process.ppid, started: startOf(process.ppid), ...change }),
		);

	it("takes the announcement of a process that is gone, or of a later one with its id, for none", async () => {
		await announce(checkout, sandbox);
		const { pid } = spawnSync(process.execPath, ["--version"]);
		await announced({ pid });
		expect(await findCurrent(checkout)).to.equal(undefined);
		await announced({ started: "another time" });
		expect(await findCurrent(checkout)).to.equal(undefined);
	});

	it("leaves another process's announcement alone", async () => {
		await announce(checkout, sandbox);
		await announced({});
		await withdraw(checkout);
		expect((await findCurrent(checkout))?.pid).to.equal(process.ppid);
	});

	it("says of any damaged announcement that it is one", async () => {
		await announce(checkout, sandbox);
		await fc.assert(
			fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
				await writeFile(join(checkout, ".sandbox", "current.json"), text);
				const refusal = await findCurrent(checkout).catch((error: unknown) => error);
				expect(String(refusal)).to.match(/is damaged\. Remove it/);
			}),
			{ numRuns: 30 },
		);
	});

	it("says how to start a sandbox where none is up", async () => {
		const refusal = await requireCurrent(checkout).catch((error: unknown) => error);
		expect(refusal).to.be.instanceOf(TriplaneError);
		expect(String(refusal)).to.contain("npm start -- --keep");
	});
});
