import { expect } from "chai";
import { withoutKeys } from "../../../../cli/commands/models/json.ts";
import { statesOf, tableOfStates } from "../../../../cli/commands/models/list.ts";
import { routeWords } from "../../../../cli/commands/models/words.ts";
import { anAlias, aRollout, aRoute, MODEL, registryWith } from "../../../support/cli-registry.ts";

const COLUMNS = 100;
const cellsOf = (table: string): string[][] =>
	table
		.split("\n")
		.filter((line) => line.startsWith("│"))
		.map((line) =>
			line
				.split("│")
				.slice(1, -1)
				.map((cell) => cell.trim()),
		);

const canary = aRoute({
	variants: [
		{ name: "champion", version: 1, weight: 75 },
		{ name: "canary", version: 2, weight: 25 },
	],
});

describe("triplane models list", () => {
	it("shows what serves, and the rollout in work, in a hundred columns", async () => {
		const aliases = [anAlias("champion", 1), anAlias("challenger", 2)];
		const { registry } = registryWith(canary, ...aliases, aRollout(1));
		const states = await statesOf(registry, [
			{ name: MODEL, serve: "realtime" },
			{ name: "disease-progress", serve: "batch" },
		]);
		const table = tableOfStates(states);
		expect(Math.max(...table.split("\n").map((line) => line.length))).to.be.at.most(COLUMNS);
		expect(cellsOf(table)).to.deep.equal([
			["model", "serve", "champion", "previous", "challenger", "route", "rollout"],
			["tumour-risk", "realtime", "v1", "–", "v2", "v1 75 %, canary", "v1 → v2"],
			["", "", "", "", "", "v2 25 %", "SHIFTING, at"],
			["", "", "", "", "", "", "25 %"],
			["disease-progress", "batch", "–", "–", "–", "–", "–"],
		]);
	});

	it("shows no rollout that has ended", async () => {
		const { registry } = registryWith(aRoute(), aRollout(1, { state: "PROMOTED" }));
		const [state] = await statesOf(registry, [{ name: MODEL, serve: "realtime" }]);
		expect(state?.rollout).to.equal(undefined);
	});

	it("writes a route as people read it", () => {
		expect(routeWords(undefined)).to.equal("–");
		expect(routeWords({ ...canary, sticky: { by: "tenant", salt: "s" } })).to.equal(
			"v1 75 %, canary v2 25 %, all of a tenant's alike",
		);
		const third = [1, 2, 3].map((version) => ({
			name: `arm-${version}`,
			version,
			weight: version < 3 ? 33.3 : 100 - 66.6,
		}));
		expect(routeWords(aRoute({ variants: third }))).to.equal("arm-1 v1 33.3 %, arm-2 v2 33.3 %, arm-3 v3 33.4 %");
		const shadow = { name: "shadow", version: 2, weight: 0, mirrorPct: 20 };
		expect(routeWords(aRoute({ variants: [...aRoute().variants, shadow] }))).to.equal(
			"v1 100 %, shadow v2 mirrors 20 %",
		);
	});

	it("prints neither the registry's keys nor the token of an approval", () => {
		const printed = withoutKeys(aRollout(1, { approvalToken: "secret" }));
		expect(printed).to.not.have.any.keys("pk", "sk", "approvalToken");
		expect(printed.rollout).to.equal(1);
	});
});
