/** What is read of a model: the records of the charter, and a word where an item is none of them. */
import { expect } from "chai";
import fc from "fast-check";
import { rolloutStore } from "../../../../functions/shared/registry/rollout-store.ts";
import { failureOf } from "../../../support/failure.ts";
import { MemoryRegistry } from "../../../support/rollout/registry.ts";
import { MODEL, PLANS, RolloutWorld, SIGNATURE } from "../../../support/rollout/world.ts";

const PK = `MODEL#${MODEL}`;

describe("functions/shared/registry/rollout-store", () => {
	it("reads a model's route, aliases and versions", async () => {
		const store = rolloutStore(new RolloutWorld(PLANS.realtime).registry);
		expect(await store.route(MODEL)).to.deep.include({ revision: 1 });
		expect(await store.aliases(MODEL)).to.deep.equal({ champion: 1 });
		expect(await store.version(MODEL, 3)).to.deep.include({ version: 3, signature: SIGNATURE });
		expect(await store.version(MODEL, 4)).to.equal(undefined);
		expect(await store.lastRollout(MODEL)).to.equal(undefined);
	});

	const reads: [sk: string, read: (store: ReturnType<typeof rolloutStore>) => Promise<unknown>][] = [
		["ROUTE", (store) => store.route(MODEL)],
		["ALIAS#champion", (store) => store.aliases(MODEL)],
		["LOCK", (store) => store.lock(MODEL)],
		["ROLLOUT#000001", (store) => store.rollout(MODEL, 1)],
		["ROLLOUT#000009", (store) => store.lastRollout(MODEL)],
		["JUDGEMENT#000001#000001", (store) => store.lastJudgement(MODEL, 1)],
		["EXPERIMENT#000001", (store) => store.lastExperiment(MODEL)],
		["VERSION#000001", (store) => store.version(MODEL, 1)],
	];
	for (const [sk, read] of reads)
		it(`says what is wrong where the item ${sk} is not in its form`, async () => {
			const registry = new MemoryRegistry();
			registry.put({ pk: PK, sk, ...{ revision: "1" } });
			expect(await failureOf(read(rolloutStore(registry)))).to.match(
				new RegExp(`The item ${sk} of ${PK} in the registry is not in its form: .+\\. Nothing was changed\\.`),
			);
		});

	it("refuses whatever else may lie there by the same word, and never breaks", async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.dictionary(fc.string(), fc.jsonValue()),
				fc.constantFrom(...reads),
				async (junk, [sk, read]) => {
					const registry = new MemoryRegistry();
					registry.put({ ...junk, pk: PK, sk });
					const thrown: unknown = await read(rolloutStore(registry)).catch((error: unknown) => error);
					expect(thrown).to.be.instanceOf(Error).with.property("name", "RegistryRecordError");
				},
			),
		);
	});
});
