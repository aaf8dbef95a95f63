/** What a model server loads before it is ready, and what keeps it from being so. */
import { expect } from "chai";
import { ENVIRONMENT } from "../../../charter/environment.ts";
import { readConfig } from "../../../functions/model-server/config.ts";
import { loadFirst } from "../../../functions/model-server/first-load.ts";
import { DIGITS } from "../../support/worker-digits.ts";
import { startModelServer } from "../../support/worker-model-server.ts";

const environment = {
	[ENVIRONMENT.serviceName]: "model-server",
	[ENVIRONMENT.environment]: "dev",
	[ENVIRONMENT.model]: DIGITS,
	[ENVIRONMENT.registryTable]: "registry",
	[ENVIRONMENT.artifactBucket]: "artifacts",
	[ENVIRONMENT.modelServerPort]: "8080",
};

describe("functions/model-server/first-load", () => {
	const scope = new AsyncDisposableStack();
	let server: Awaited<ReturnType<typeof startModelServer>>;
	before(async () => {
		server = await startModelServer(scope);
	});
	after(() => scope.disposeAsync());

	it("has the version in memory that it is started for, before anybody asks", async () => {
		await loadFirst(server.ports, 1);
		expect(server.aws.calls).to.include("GetObject");
		const { length } = server.aws.calls;
		await loadFirst(server.ports, undefined);
		expect(server.aws.calls.slice(length), "the route is read, the model is there").to.deep.equal(["GetItem"]);
	});

	it("does not start where that version cannot be loaded, or is none", async () => {
		server.version(2, "models/digit-reader/gone/model.onnx");
		for (const version of [2, 9])
			expect(await loadFirst(server.ports, version).catch((error: unknown) => error)).to.be.instanceOf(Error);
	});

	it("starts without one where nothing serves yet, and says so", async () => {
		const routing = { route: async () => Promise.reject(new Error("none")) };
		await loadFirst({ ...server.ports, routing }, undefined);
		expect(server.records.at(-1)).to.include({ level: "WARN" });
	});

	it("is told of a version by its environment, or of none, and of nothing else", () => {
		const versionOf = (text?: string) =>
			readConfig({ ...environment, ...(text === undefined ? {} : { [ENVIRONMENT.modelVersion]: text }) }).version;
		expect([versionOf(), versionOf(""), versionOf("7")]).to.deep.equal([undefined, undefined, 7]);
		for (const text of ["0", "1.5", "-1", "latest", "1000000"])
			expect(() => versionOf(text), text).to.throw(ENVIRONMENT.modelVersion);
	});
});
