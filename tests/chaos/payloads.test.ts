import { expect } from "chai";
import { JOB_LIMITS } from "../../charter/jobs.ts";
import { POISON_KINDS, payloadsOf } from "./payloads.ts";
import { randomOf } from "./random.ts";

const heldout = Array.from({ length: 20 }, (_, i) => ({
	id: `image-${i}`,
	features: Array.from({ length: 64 }, (_, column) => (i + column) % 17),
	answers: { label: [i % 10], probabilities: Array.from({ length: 10 }, () => 0.1) },
}));
const tenants = ["acme", "borealis", "cinder"] as const;
const made = (jobs: number, seed = 1) =>
	payloadsOf({ jobs, tenants: [...tenants], heldout, poisonShare: 0.01 }, randomOf(seed, "payloads"));

describe("tests/chaos/payloads", () => {
	it("makes the same payloads of the same seed, and others of another", () => {
		expect(made(50)).to.deep.equal(made(50));
		expect(made(50, 2)).not.to.deep.equal(made(50));
	});

	it("poisons exactly one in a hundred, and at least one", () => {
		for (const [jobs, poison] of [
			[1000, 10],
			[10, 1],
		] as const)
			expect(made(jobs).filter((payload) => payload.poison)).to.have.lengthOf(poison);
	});

	it("uses every kind of poison and every tenant", () => {
		const payloads = made(5000);
		expect(new Set(payloads.flatMap(({ poison }) => poison ?? []))).to.deep.equal(new Set(POISON_KINDS));
		expect(new Set(payloads.map(({ tenant }) => tenant))).to.deep.equal(new Set(tenants));
	});

	it("sends small requests and large ones, in the body and by upload", () => {
		const healthy = made(2000).filter(({ rows }) => rows);
		const shares = [
			healthy.filter(({ body = "" }) => body.length > JOB_LIMITS.inlineMaxBytes),
			healthy.filter(({ isUploaded }) => isUploaded),
		].map(({ length }) => length / healthy.length);
		expect(shares[0]).to.be.within(0.02, 0.06);
		expect(shares[1]).to.be.within(0.01, 0.04);
	});

	it("never gives poison an expected result", () => {
		for (const { poison, rows } of made(1000)) expect(rows === undefined).to.equal(poison !== undefined);
	});
});
