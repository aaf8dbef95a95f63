import { expect } from "chai";
import fc from "fast-check";
import { fargateFault } from "../../charter/fargate.ts";

/** Sizes at both ends of each kind of task, in CPU units and MiB. */
const ENDS = [
	[256, 512, 2048],
	[512, 1024, 4096],
	[1024, 2048, 8192],
	[2048, 4096, 16_384],
	[4096, 8192, 30_720],
	[8192, 16_384, 61_440],
	[16_384, 32_768, 122_880],
] as const;

describe("charter/fargate", () => {
	it("finds no fault in the sizes that AWS has, and one just beyond them", () => {
		for (const [cpuUnits, least, most] of ENDS) {
			for (const memoryMb of [least, most]) expect(fargateFault({ cpuUnits, memoryMb })).to.equal(undefined);
			for (const memoryMb of [least / 2, most + 1024])
				expect(fargateFault({ cpuUnits, memoryMb })?.setting).to.equal("memoryMb");
		}
	});

	it("names the sizes that there are", () => {
		expect(fargateFault({ cpuUnits: 256, memoryMb: 1536 })?.words).to.equal(
			"Fargate gives 256 CPU units no 1536 MiB of memory: use 512, 1024, 2048",
		);
	});

	it("takes no size in between, whatever is written", () => {
		const size = fc.record({
			cpuUnits: fc.integer({ min: 1, max: 20_000 }),
			memoryMb: fc.integer({ min: 1, max: 130_000 }),
		});
		fc.assert(
			fc.property(size, (written) => {
				const isWhole = ENDS.some(([cpuUnits]) => cpuUnits === written.cpuUnits) && written.memoryMb % 512 === 0;
				return isWhole || fargateFault(written) !== undefined;
			}),
		);
	});
});
