import { expect } from "chai";
import fc from "fast-check";
import { assertReservationsFit, reservedConcurrency, sumOf } from "../../charter/concurrency.ts";
import { SettingsError } from "../../charter/errors.ts";

const rate = fc.double({ min: 0.01, max: 1000, noNaN: true });
const milliseconds = fc.double({ min: 1, max: 18_000, noNaN: true });

describe("charter/concurrency", () => {
	it("reserves peak × seconds × headroom, and never less than two", () => {
		expect(reservedConcurrency({ peakRps: 60, p95Ms: 150 })).to.equal(14);
		expect(reservedConcurrency({ peakRps: 0.1, p95Ms: 10 })).to.equal(2);
		expect(reservedConcurrency()).to.equal(2);
	});

	it("sums several loads before it rounds", () => {
		expect(reservedConcurrency({ peakRps: 10, p95Ms: 250 }, { peakRps: 3, p95Ms: 1000 })).to.equal(9);
	});

	it("reserves a whole number that carries the peak, and no more for less traffic", () => {
		fc.assert(
			fc.property(rate, rate, milliseconds, (a, b, p95Ms) => {
				const [less, more] = [Math.min(a, b), Math.max(a, b)].map((peakRps) => reservedConcurrency({ peakRps, p95Ms }));
				expect(less).to.satisfy(Number.isInteger);
				expect(more).to.be.at.least(Math.max(2, (Math.max(a, b) * p95Ms) / 1000));
				expect(less).to.be.at.most(more ?? 0);
			}),
		);
	});

	it("accepts reservations that leave the account exactly what AWS demands, and refuses one more", () => {
		expect(() => assertReservationsFit({ a: 400, b: 500 })).not.to.throw();
		expect(() => assertReservationsFit({ a: 400, b: 501 })).to.throw(
			SettingsError,
			"The functions reserve a concurrency of 901 (a 400 + b 501), over the 900 that the account's 1000 leaves when 100 stay unreserved. Lower traffic.peakRps or slo.p95Ms of the largest, or deploy some models to another account.",
		);
	});

	it("sums reservations", () => {
		expect([sumOf({}), sumOf({ a: 2, b: 19 })]).to.deep.equal([0, 21]);
	});
});
