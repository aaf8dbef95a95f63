import { expect } from "chai";
import { HOURS_PER_MONTH, SECONDS_PER_MONTH } from "../../charter/prices.ts";

describe("charter/prices", () => {
	it("counts a month as AWS's calculator does", () => {
		expect(HOURS_PER_MONTH).to.equal(730);
		expect(SECONDS_PER_MONTH).to.equal(2_628_000);
	});
});
