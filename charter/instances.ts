/**
 * What EC2's instance types have: processor, CPU units, memory and GPUs, by AWS's own pages. A type that is not here is
 * unknown, never guessed. Prices by the hour are in prices/.
 */

export interface InstanceType {
	architecture: "arm64" | "x86_64";
	vcpus: number;
	memoryMib: number;
	gpus: number;
}

const GIB = 1024;

/** GiB of memory of one "large" (2 vCPUs), by family: these families grow by their size alone. */
const GIB_OF_LARGE: Readonly<Record<string, number>> = {
	...{ c5: 4, c5a: 4, c6i: 4, c6a: 4, c7i: 4, c6g: 4, c7g: 4 },
	...{ m5: 8, m5a: 8, m6i: 8, m6a: 8, m7i: 8, m6g: 8, m7g: 8 },
	...{ r5: 16, r6i: 16, r7i: 16, r6g: 16, r7g: 16 },
};

type Row = readonly [vcpus: number, gib: number, gpus: number];

/** Sizes with one GPU: those of g4dn, g5 and g6 are alike. */
const ONE_GPU: Readonly<Record<string, Row>> = {
	xlarge: [4, 16, 1],
	"2xlarge": [8, 32, 1],
	"4xlarge": [16, 64, 1],
	"8xlarge": [32, 128, 1],
	"16xlarge": [64, 256, 1],
};
/** And with four, of all three too. */
const FOUR_GPUS: Readonly<Record<string, Row>> = { "12xlarge": [48, 192, 4] };
const G5_SIZES: Readonly<Record<string, Row>> = {
	...ONE_GPU,
	...FOUR_GPUS,
	"24xlarge": [96, 384, 4],
	"48xlarge": [192, 768, 8],
};
const WITH_GPUS: Readonly<Record<string, Readonly<Record<string, Row>>>> = {
	g4dn: { ...ONE_GPU, ...FOUR_GPUS, metal: [96, 384, 8] },
	g5: G5_SIZES,
	g6: G5_SIZES,
	// Twice the memory of g6.
	g6e: Object.fromEntries(Object.entries(G5_SIZES).map(([size, [vcpus, gib, gpus]]) => [size, [vcpus, 2 * gib, gpus]])),
	p3: { "2xlarge": [8, 61, 1], "8xlarge": [32, 244, 4], "16xlarge": [64, 488, 8] },
	p4d: { "24xlarge": [96, 1152, 8] },
	p4de: { "24xlarge": [96, 1152, 8] },
	p5: { "48xlarge": [192, 2048, 8] },
	p5en: { "48xlarge": [192, 2048, 8] },
};

/** Families of which something is known. */
export const INSTANCE_FAMILIES: readonly string[] = [...Object.keys(GIB_OF_LARGE), ...Object.keys(WITH_GPUS)].sort();

/** What an instance has, as of "g5.xlarge"; undefined where it is not known. */
export function instanceType(name: string): InstanceType | undefined {
	const [family = "", size = ""] = name.split(".");
	const row = own(own(WITH_GPUS, family) ?? {}, size);
	if (row) {
		const [vcpus, gib, gpus] = row;
		return { architecture: "x86_64", vcpus, memoryMib: gib * GIB, gpus };
	}
	const gib = own(GIB_OF_LARGE, family);
	const larges = largesIn(size);
	if (gib === undefined || larges === undefined) return undefined;
	const architecture = family.endsWith("g") ? "arm64" : "x86_64";
	return { architecture, vcpus: 2 * larges, memoryMib: gib * larges * GIB, gpus: 0 };
}

/** How many "large" a size is: the number before "xlarge" tells, and an "xlarge" is two. */
function largesIn(size: string): number | undefined {
	if (size === "large") return 1;
	const [, count] = /^((?:[1-9]\d?)?)xlarge$/.exec(size) ?? [];
	return count === undefined ? undefined : 2 * Number(count || 1);
}

const own = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
	Object.hasOwn(table, key) ? table[key] : undefined;
