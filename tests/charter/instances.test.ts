import { expect } from "chai";
import fc from "fast-check";
import { INSTANCE_FAMILIES, instanceType } from "../../charter/instances.ts";
import { ec2HourUsd } from "../../charter/prices/instance-hours.ts";

describe("charter/instances", () => {
	it("knows what GPU instances have, whose GPUs do not follow their size", () => {
		const x86 = { architecture: "x86_64" };
		expect(instanceType("g4dn.xlarge")).to.deep.equal({ ...x86, vcpus: 4, memoryMib: 16_384, gpus: 1 });
		expect(instanceType("g4dn.12xlarge")).to.deep.equal({ ...x86, vcpus: 48, memoryMib: 196_608, gpus: 4 });
		expect(instanceType("g5.16xlarge")).to.deep.equal({ ...x86, vcpus: 64, memoryMib: 262_144, gpus: 1 });
		expect(instanceType("g6e.xlarge")).to.deep.equal({ ...x86, vcpus: 4, memoryMib: 32_768, gpus: 1 });
		expect(instanceType("p5.48xlarge")).to.deep.equal({ ...x86, vcpus: 192, memoryMib: 2_097_152, gpus: 8 });
	});

	it("knows other instances by family and size, and which are Graviton", () => {
		expect(instanceType("m6i.large")).to.deep.equal({ architecture: "x86_64", vcpus: 2, memoryMib: 8192, gpus: 0 });
		expect(instanceType("c7g.4xlarge")).to.deep.equal({ architecture: "arm64", vcpus: 16, memoryMib: 32_768, gpus: 0 });
	});

	it("knows nothing of a type that is none, or none of these", () => {
		for (const name of [
			"",
			"g5",
			"g5.",
			".xlarge",
			"g5.large",
			"m5.0xlarge",
			"m5.xlarger",
			"m5.1axlarge",
			"m5.metal",
			"t3.large",
			"constructor.name",
		])
			expect(instanceType(name), name).to.equal(undefined);
	});

	it("never guesses: what it does know belongs to a family that it names", () => {
		fc.assert(
			fc.property(fc.string(), fc.string(), (family, size) => {
				const found = instanceType(`${family}.${size}`);
				if (found) expect(INSTANCE_FAMILIES).to.include(family);
			}),
		);
	});

	it("knows every instance with a GPU that it has a price for", () => {
		const sizes = ["xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "48xlarge"];
		for (const family of ["g4dn", "g5", "g6", "g6e", "p3", "p4d", "p4de", "p5", "p5en"])
			for (const size of sizes) {
				const type = `${family}.${size}`;
				if (ec2HourUsd(type) !== undefined) expect(instanceType(type)?.gpus, type).to.be.at.least(1);
			}
	});
});
