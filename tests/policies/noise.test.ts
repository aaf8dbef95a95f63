import { expect } from "chai";
import { findingsOn, ordinaryPrograms, readNoisePage } from "../support/policies-noise.ts";

describe("docs/policies/noise.md", function () {
	// The AWS SDK of Pulumi takes seconds to load the first time.
	this.timeout(60_000);
	const page = readNoisePage();

	it("has a section for each of the five ordinary programs", () => {
		expect(ordinaryPrograms()).to.have.length(5);
		expect([...page.rows.keys()].sort()).to.deep.equal(ordinaryPrograms());
	});

	for (const file of ordinaryPrograms()) {
		it(`lists exactly what the pack finds in ${file}`, async () => {
			const listed = page.rows.get(file)?.map(({ finding, on, level }) => ({ finding, on, level }));
			expect(listed).to.deep.equal(await findingsOn(file, "applied"));
		});

		it(`lists all that the pack rejects in ${file} at preview`, async () => {
			const listed = page.rows.get(file)?.flatMap(({ finding, on }) => on.map((label) => `${finding} ${label}`));
			const atPreview = (await findingsOn(file, "preview")).flatMap(({ finding, on }) =>
				on.map((label) => `${finding} ${label}`),
			);
			expect(atPreview.filter((each) => !listed?.includes(each))).to.deep.equal([]);
		});
	}

	it("gives each row a verdict and a reason", () => {
		for (const row of [...page.rows.values()].flat()) {
			expect(row.verdict, row.finding).to.be.oneOf(["agree", "disagree"]);
			expect(row.why, row.finding).to.match(/\w+ \w+/);
		}
	});

	it("counts them right", () => {
		const rows = [...page.rows.values()].flat();
		const sum = (verdict: string) =>
			rows.filter((row) => row.verdict === verdict).reduce((total, { on }) => total + on.length, 0);
		expect(page.text).to.include(
			`**${sum("agree") + sum("disagree")} findings: the reviewer agrees with ${sum("agree")} and disagrees with ${sum("disagree")}.**`,
		);
	});
});
