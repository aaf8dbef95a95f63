import { expect } from "chai";
import { arrivalsOf } from "./arrivals.ts";
import { randomOf } from "./random.ts";

const tenants = [
	{ tenant: "acme", rps: 20 },
	{ tenant: "ember", rps: 5 },
	{ tenant: "idle", rps: 0 },
];

describe("tests/chaos/arrivals", () => {
	const arrivals = arrivalsOf(tenants, 100, randomOf(1, "arrivals"));

	it("come at each tenant's rate, and of none that has none", () => {
		const count = (name: string) => arrivals.filter(({ tenant }) => tenant === name).length;
		expect(count("acme") / 100).to.be.closeTo(20, 1.5);
		expect(count("ember") / 100).to.be.closeTo(5, 0.8);
		expect(count("idle")).to.equal(0);
	});

	it("come in their order, within the time", () => {
		const times = arrivals.map(({ afterMs }) => afterMs);
		expect(times).to.deep.equal(times.toSorted((a, b) => a - b));
		expect([Math.min(...times) >= 0, Math.max(...times) < 100_000]).to.deep.equal([true, true]);
	});
});
