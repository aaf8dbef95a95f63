import { expect } from "chai";
import fc from "fast-check";
import { fargateFault } from "../../charter/fargate.ts";

/** CPU units, and from which memory to which in which steps, in MiB; the smallest tasks have three sizes instead. */
const RANGES = [
	[512, 1024, 4096, 1024],
	[1024, 2048, 8192, 1024],
	[2048, 4096, 16_384, 1024],
	[4096, 8192, 30_720, 1024],
	[8192, 16_384, 61_440, 4096],
	[16_384, 32_768, 122_880, 8192],
] as const;

describe("charter/fargate", () => {
	it("finds no fault in the sizes that AWS has, and one just beyond them", () => {
		for (const [cpuUnits, least, most, step] of RANGES) {
			for (let memoryMb = least; memoryMb <= most; memoryMb += step)
				expect(fargateFault({ cpuUnits, memoryMb })).to.equal(undefined);
			for (const memoryMb of [least - step, least + step / 2, most + step])
				expect(fargateFault({ cpuUnits, memoryMb })).to.deep.equal({
					setting: "memoryMb",
					words: `Fargate gives ${cpuUnits} CPU units no ${memoryMb} MiB of memory: use ${least} to ${most} in steps of ${step}`,
				});
		}
		for (const memoryMb of [512, 1024, 2048]) expect(fargateFault({ cpuUnits: 256, memoryMb })).to.equal(undefined);
	});

	it("names the sizes that there are", () => {
		expect(fargateFault({ cpuUnits: 256, memoryMb: 1536 })?.words).to.equal(
			"Fargate gives 256 CPU units no 1536 MiB of memory: use 512, 1024, 2048",
		);
		expect(fargateFault({ cpuUnits: 300, memoryMb: 1024 })).to.deep.equal({
			setting: "cpuUnits",
			words: "Fargate has no tasks of 300 CPU units: use one of 256, 512, 1024, 2048, 4096, 8192, 16384",
		});
	});

	it("answers any two numbers with a fault or with none", () => {
		const size = fc.record({ cpuUnits: fc.double(), memoryMb: fc.double() });
		fc.assert(
			fc.property(size, (written) => {
				const fault = fargateFault(written);
				const isKnown = RANGES.some(([cpuUnits]) => cpuUnits === written.cpuUnits) || written.cpuUnits === 256;
				return isKnown || fault?.setting === "cpuUnits";
			}),
		);
	});
});
