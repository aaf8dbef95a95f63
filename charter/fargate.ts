/** The sizes of Fargate tasks. AWS has some only, and would refuse any other in the middle of an `up`. Pure. */

const range = (firstMb: number, lastMb: number, stepMb: number): number[] =>
	Array.from({ length: (lastMb - firstMb) / stepMb + 1 }, (_, i) => firstMb + i * stepMb);

/** Memory in MiB by CPU units, of which 1024 are a vCPU. */
const MEMORY_MB: ReadonlyMap<number, readonly number[]> = new Map([
	[256, [512, 1024, 2048]],
	[512, range(1024, 4096, 1024)],
	[1024, range(2048, 8192, 1024)],
	[2048, range(4096, 16_384, 1024)],
	[4096, range(8192, 30_720, 1024)],
	[8192, range(16_384, 61_440, 4096)],
	[16_384, range(32_768, 122_880, 8192)],
]);

/** What is wrong with a task's size, with what to write instead; undefined where AWS has it. */
export function fargateFault(size: {
	cpuUnits: number;
	memoryMb: number;
}): { setting: keyof typeof size; words: string } | undefined {
	const { cpuUnits, memoryMb } = size;
	const allowed = MEMORY_MB.get(cpuUnits);
	if (!allowed)
		return {
			setting: "cpuUnits",
			words: `Fargate has no tasks of ${cpuUnits} CPU units: use one of ${[...MEMORY_MB.keys()].join(", ")}`,
		};
	if (allowed.includes(memoryMb)) return undefined;
	const [first = 0, second = 0] = allowed;
	const steps = cpuUnits === 256 ? allowed.join(", ") : `${first} to ${allowed.at(-1)} in steps of ${second - first}`;
	return {
		setting: "memoryMb",
		words: `Fargate gives ${cpuUnits} CPU units no ${memoryMb} MiB of memory: use ${steps}`,
	};
}
