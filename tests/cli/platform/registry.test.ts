import { expect } from "chai";
import fc from "fast-check";
import { TriplaneError } from "../../../charter/errors.ts";
import { modelKey } from "../../../charter/registry.ts";
import {
	aContent,
	aJudgement,
	anAlias,
	anEvaluation,
	aRollout,
	aRoute,
	aVersion,
	MODEL,
	registryWith,
} from "../../support/cli-registry.ts";
import { failureOf } from "../../support/failure.ts";

describe("cli/platform/registry", () => {
	it("reads a model's records, each kind for itself and in its order", async () => {
		const [first, second] = [aVersion(1), aVersion(2, { run: "run-1", parent: 1 })];
		const items = [
			...[first, second, aContent(second), anAlias("champion", 1), anAlias("challenger", 2)],
			...[aRoute(), aRollout(1), aRollout(2), aJudgement(2, 1), aJudgement(2, 2), aJudgement(1, 1)],
			anEvaluation("run-1"),
		];
		const { registry } = registryWith(...items.toReversed(), { ...aVersion(9), pk: modelKey("other") });
		expect(await registry.versions(MODEL)).to.deep.equal([first, second]);
		expect(await registry.version(MODEL, 2)).to.deep.equal(second);
		expect(await registry.versionOf(MODEL, second.sha256)).to.equal(2);
		expect(await registry.aliases(MODEL)).to.deep.equal({ champion: 1, challenger: 2 });
		expect(await registry.route(MODEL)).to.deep.equal(aRoute());
		expect(await registry.rollouts(MODEL)).to.deep.equal([aRollout(1), aRollout(2)]);
		expect(await registry.lastRollout(MODEL)).to.deep.equal(aRollout(2));
		expect(await registry.judgements(MODEL, 2)).to.deep.equal([aJudgement(2, 1), aJudgement(2, 2)]);
		expect(await registry.evaluation(MODEL, "run-1")).to.deep.equal(anEvaluation("run-1"));
	});

	it("reads judgements page by page, and only those after one that is known", async () => {
		const all = Array.from({ length: 25 }, (_, i) => aJudgement(1, i + 1));
		const { aws, registry } = registryWith(...all);
		aws.dynamodb.pageSize = 10;
		expect(await registry.judgements(MODEL, 1)).to.deep.equal(all);
		expect(aws.calls).to.have.length(3);
		expect(await registry.judgements(MODEL, 1, 20)).to.deep.equal(all.slice(20));
		expect(aws.calls).to.have.length(4);
	});

	it("finds nothing of a model that has nothing", async () => {
		const { registry } = registryWith();
		expect(await registry.versions(MODEL)).to.deep.equal([]);
		expect(await registry.aliases(MODEL)).to.deep.equal({});
		expect(await registry.route(MODEL)).to.equal(undefined);
		expect(await registry.lastRollout(MODEL)).to.equal(undefined);
		expect(await registry.evaluation(MODEL, "run-1")).to.equal(undefined);
		expect(await registry.versionOf(MODEL, "0")).to.equal(undefined);
		expect(await failureOf(registry.version(MODEL, 7))).to.equal(
			"tumour-risk has no version 7. `triplane models show tumour-risk` lists those that it has.",
		);
	});

	it("names the item and the field of what has not the shape of its kind", async () => {
		const { registry } = registryWith({ ...aVersion(1), metrics: "good" });
		expect(await failureOf(registry.versions(MODEL))).to.match(
			/^The registry's item MODEL#tumour-risk \/ VERSION#000001 is damaged: metrics: /,
		);
	});

	it("keeps what a later release has added", async () => {
		const { registry } = registryWith({ ...aVersion(1), colour: "blue" });
		expect(await registry.version(MODEL, 1)).to.deep.equal({ ...aVersion(1), colour: "blue" });
	});

	it("gives a whole record or a sentence, whatever is in the table", async () => {
		const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.string()));
		const damaged = fc.dictionary(fc.constantFrom("model", "version", "metrics", "variants", "revision"), value);
		await fc.assert(
			fc.asyncProperty(damaged, async (change) => {
				const { registry } = registryWith({ ...aVersion(1), ...change }, { ...aRoute(), ...change });
				for (const read of [registry.versions(MODEL), registry.route(MODEL)])
					await read.catch((error: unknown) => expect(error).to.be.instanceOf(TriplaneError));
			}),
			{ numRuns: 50 },
		);
	});
});
