import { expect } from "chai";
import fc from "fast-check";
import {
	auroraHourUsd,
	cacheHourUsd,
	ec2HourUsd,
	rdsHourUsd,
	sagemakerHourUsd,
	searchHourUsd,
} from "../../../charter/prices/instance-hours.ts";

const LOOKUPS = { auroraHourUsd, cacheHourUsd, ec2HourUsd, rdsHourUsd, sagemakerHourUsd, searchHourUsd };

describe("charter/prices/instance-hours", () => {
	it("knows the list prices of instances that AWS publishes one by one", () => {
		expect(ec2HourUsd("g5.xlarge")).to.equal(1.006);
		expect(ec2HourUsd("p5.48xlarge")).to.equal(55.04);
		expect(sagemakerHourUsd("ml.g4dn.12xlarge")).to.equal(4.89);
		expect(sagemakerHourUsd("ml.t2.medium")).to.equal(0.056);
	});

	it("prices the sizes of a family by size", () => {
		expect(ec2HourUsd("m5.large")).to.equal(0.096);
		expect(ec2HourUsd("m5.24xlarge")).to.be.closeTo(4.608, 1e-9);
		expect(ec2HourUsd("t3.nano")).to.be.closeTo(0.0052, 1e-9);
		expect(rdsHourUsd("db.r6g.2xlarge")).to.be.closeTo(0.86, 1e-9);
		expect(auroraHourUsd("db.t4g.medium")).to.be.closeTo(0.073, 1e-9);
		expect(cacheHourUsd("cache.t4g.small")).to.be.closeTo(0.0325, 1e-9);
		expect(searchHourUsd("r6g.large.search")).to.equal(0.167);
		expect(sagemakerHourUsd("ml.c5.xlarge")).to.be.closeTo(0.204, 1e-9);
	});

	it("has no price for what it does not know, another service's types and metal included", () => {
		for (const type of [
			"u7i-6tb.112xlarge",
			"ml.g5.xlarge",
			"db.t3.micro",
			"m5.metal",
			"g5.3xlarge",
			"m5.0xlarge",
			"m5.xlarger",
			"m5",
			"",
		])
			expect(ec2HourUsd(type), type).to.equal(undefined);
		expect(sagemakerHourUsd("g5.xlarge")).to.equal(undefined);
		expect(rdsHourUsd("db.x2g.large")).to.equal(undefined);
	});

	it("never throws, and never answers anything but a price above nothing", () => {
		const text = fc.oneof(
			fc.string(),
			fc
				.tuple(fc.constantFrom("", "ml.", "db.", "cache."), fc.string(), fc.string())
				.map(([a, b, c]) => `${a}${b}.${c}`),
			fc.constantFrom("__proto__.large", "constructor.large", "t3.constructor", "t3.__proto__"),
		);
		fc.assert(
			fc.property(text, (type) => {
				for (const lookup of Object.values(LOOKUPS)) {
					const price = lookup(type);
					expect(price === undefined || (Number.isFinite(price) && price > 0)).to.equal(true);
				}
			}),
		);
	});
});
