/** Models in memory: one load a version, the checksum, and release when nobody uses one any more. */
import { createHash } from "node:crypto";
import { expect } from "chai";
import { createModels } from "../../../../functions/shared/inference/models.ts";
import { versionRecord } from "../../../support/functions-predict.ts";

const bytesOf = (version: number): Uint8Array => Buffer.from(`model ${version}`);
const record = (version: number, bytes = bytesOf(version)) =>
	versionRecord(version, { artifactKey: `v${version}`, sha256: createHash("sha256").update(bytes).digest("hex") });

function setUp() {
	const log: string[] = [];
	const artifacts = {
		isDown: false,
		read: async (key: string) => {
			log.push(`read ${key}`);
			if (artifacts.isDown) throw new Error("down");
			return bytesOf(Number(key.slice(1)));
		},
	};
	const models = createModels(artifacts, {
		load: async (bytes) => {
			const name = Buffer.from(bytes).toString();
			log.push(`load ${name}`);
			return {
				run: async () => [],
				release: async () => {
					log.push(`release ${name}`);
				},
			};
		},
	});
	return { models, artifacts, log };
}
const nothing = async () => undefined;

describe("functions/shared/inference/models", () => {
	it("loads a version once for requests at once and later", async () => {
		const { models, log } = setUp();
		await Promise.all([models.use(record(1), nothing), models.use(record(1), nothing)]);
		await models.use(record(1), nothing);
		expect(log).to.deep.equal(["read v1", "load model 1"]);
	});

	it("keeps three and releases the longest unused", async () => {
		const { models, log } = setUp();
		for (const version of [1, 2, 3, 1, 4]) await models.use(record(version), nothing);
		expect(log.filter((line) => line.startsWith("release"))).to.deep.equal(["release model 2"]);
		await models.use(record(1), nothing);
		expect(log.filter((line) => line.startsWith("read"))).to.deep.equal(["read v1", "read v2", "read v3", "read v4"]);
	});

	it("keeps those that serve, however many others are used, and lets them go when others serve", async () => {
		const { models, log } = setUp();
		models.keep([1, 2, 3, 4]);
		for (const version of [1, 2, 3, 4, 5, 6, 7]) await models.use(record(version), nothing);
		expect(log.filter((line) => line.startsWith("release"))).to.deep.equal(["release model 5", "release model 6"]);
		models.keep([7]);
		await models.use(record(8), nothing);
		await Promise.resolve();
		expect(log.filter((line) => line.startsWith("release"))).to.have.members(
			[5, 6, 1, 2, 3].map((version) => `release model ${version}`),
		);
	});

	it("releases no model while a request uses it", async () => {
		const { models, log } = setUp();
		const { promise: end, resolve } = Promise.withResolvers<undefined>();
		const using = models.use(record(1), () => end);
		for (const version of [2, 3, 4]) await models.use(record(version), nothing);
		expect(log).not.to.include("release model 1");
		resolve(undefined);
		await using;
		await Promise.resolve();
		expect(log).to.include("release model 1");
	});

	it("refuses an artifact whose SHA-256 is not the registered one, and does not load it", async () => {
		const { models, log } = setUp();
		const thrown = await models.use(record(1, bytesOf(9)), nothing).catch((error: unknown) => error);
		expect(thrown).to.be.instanceOf(Error).with.property("name", "ArtifactError");
		expect(log).to.deep.equal(["read v1"]);
	});

	it("is unavailable while the artifact cannot be read, and loads it when it can", async () => {
		const { models, artifacts } = setUp();
		artifacts.isDown = true;
		expect(await models.use(record(1), nothing).catch((error: unknown) => error)).to.include({ status: 503 });
		artifacts.isDown = false;
		expect(await models.use(record(1), async () => "ran")).to.equal("ran");
	});
});
