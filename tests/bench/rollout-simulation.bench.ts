/**
 * What the judge does to good and bad releases, beside a fixed threshold and a repeated z-test: simulated rollouts, seeded, with
 * the very code of the pipeline. CloudWatch's delay, a minute or so, and the start of tasks are not in it.
 */
import Table from "cli-table3";
import { type Bench, type LineSpec, MEDIAN, type Measurement, quantile } from "./bench.ts";
import { type Decider, type Ending, fixedThreshold, type Release, repeatedZTest, sequential } from "./rollout-arms.ts";
import { seeded } from "./seeded-counts.ts";

/** Runs of each cell. */
const RUNS = 4_000;
const SEED = 6;
const SLO = 0.005;
const HEALTHY = 0.001;
const RPS: readonly number[] = [5, 20, 100];
/** Where 5 rps would take most of the bench's time, for hours of simulated traffic. */
const BUSY: readonly number[] = [20, 100];
const PERCENT = 100;

interface ReleaseSpec {
	champion: number;
	canary: number;
	/** @default RPS */
	rps?: readonly number[];
}

const RELEASES = {
	"healthy, 0.1 %": { champion: HEALTHY, canary: HEALTHY },
	"errors × 3": { champion: HEALTHY, canary: 3 * HEALTHY },
	"errors × 10": { champion: HEALTHY, canary: 10 * HEALTHY },
	"at the bound": { champion: HEALTHY, canary: SLO },
	"both at the bound": { champion: SLO, canary: SLO },
	"healthy, 0.3 %": { champion: 3 * HEALTHY, canary: 3 * HEALTHY, rps: BUSY },
	"0.3 %, errors × 10": { champion: 3 * HEALTHY, canary: 30 * HEALTHY, rps: BUSY },
} as const satisfies Record<string, ReleaseSpec>;
type ReleaseName = keyof typeof RELEASES;

const rpsOf = (release: ReleaseName): readonly number[] => {
	const { rps = RPS }: ReleaseSpec = RELEASES[release];
	return rps;
};

const DECIDERS = { judge: sequential, threshold: fixedThreshold, "z-test": repeatedZTest } as const;
type DeciderName = keyof typeof DECIDERS;

/** What became of all runs of a cell. */
export interface Cell {
	runs: number;
	rolledBack: number;
	held: number;
	promoted: number;
	/** Medians; of promotions and rollbacks null where there are none. */
	minutes: number;
	minutesToPromotion: number | null;
	minutesToRollback: number | null;
	exposed: number;
	exposedMost: number;
}

/** The same seed gives each decider a sequence of its own, and each run of the bench the same figures. */
export function simulate(decide: Decider, release: Release, runs: number, seed: number): Cell {
	const random = seeded(seed);
	const endings = Array.from({ length: runs }, () => decide(random, release));
	const of = (outcome: Ending["outcome"]) => endings.filter((ending) => ending.outcome === outcome);
	const median = (some: readonly Ending[]) =>
		some.length === 0
			? null
			: quantile(
					some.map(({ minutes }) => minutes),
					MEDIAN,
				);
	return {
		runs,
		rolledBack: of("rolled back").length / runs,
		held: of("held").length / runs,
		promoted: of("promoted").length / runs,
		minutes: quantile(
			endings.map(({ minutes }) => minutes),
			MEDIAN,
		),
		minutesToPromotion: median(of("promoted")),
		minutesToRollback: median(of("rolled back")),
		exposed: quantile(
			endings.map(({ exposed }) => exposed),
			MEDIAN,
		),
		exposedMost: Math.max(...endings.map(({ exposed }) => exposed)),
	};
}

type Cells = (release: ReleaseName, rps: number, decider: DeciderName) => Cell;

function measureCells(progress: (text: string) => void): Cells {
	const cells = new Map<string, Cell>();
	for (const name of Object.keys(RELEASES) as ReleaseName[])
		for (const rps of rpsOf(name)) {
			const { champion, canary } = RELEASES[name];
			progress(`rollout-simulation: ${name} at ${rps} rps`);
			const release = { rps, championErrorRate: champion, canaryErrorRate: canary, sloErrorRate: SLO };
			for (const [decider, decide] of Object.entries(DECIDERS))
				cells.set(`${name}/${rps}/${decider}`, simulate(decide, release, RUNS, SEED));
		}
	return (release, rps, decider) => {
		const cell = cells.get(`${release}/${rps}/${decider}`);
		if (!cell) throw new RangeError(`The simulation has no cell of "${release}" at ${rps} rps by ${decider}.`);
		return cell;
	};
}

function tableOfCells(cells: Cells): string {
	const percent = (share: number) => (share * PERCENT).toFixed(share > 0 && share < 0.1 ? 2 : 1);
	const table = new Table({
		head: ["release", "rps", "by", "rolled back %", "held %", "promoted %", "minutes", "exposed %", "at most %"],
		style: { head: [], border: [], compact: true },
	});
	for (const release of Object.keys(RELEASES) as ReleaseName[])
		for (const rps of rpsOf(release))
			for (const decider of Object.keys(DECIDERS) as DeciderName[]) {
				const { rolledBack, held, promoted, minutes, exposed, exposedMost } = cells(release, rps, decider);
				const shares = [rolledBack, held, promoted].map(percent);
				table.push([release, rps, decider, ...shares, minutes, percent(exposed), percent(exposedMost)]);
			}
	return `${RUNS.toLocaleString("en")} simulated rollouts a line; SLO: errors ≤ 0.5 %; minutes and exposed traffic: the median, and the largest share\n${table}`;
}

const line = (name: string, what: string, unit: LineSpec["unit"], goal: number) =>
	({ name, what, unit, goal }) as const satisfies LineSpec;
const wrongRollbacks = line(
	"rollout-wrong-rollbacks",
	"share of healthy releases (0.1 % and 0.3 % errors) that are rolled back, the worst of 5 (0.1 % only), 20 and 100 rps; baseline: a z-test at 1 % each minute",
	"%",
	1,
);
const caught = line(
	"rollout-caught",
	"minutes of traffic until a release with ten times the errors (0.1 to 1 %) at 20 rps is rolled back, the median; baseline: of those that Flagger's defaults roll back",
	"min",
	4,
);
const exposed = line(
	"rollout-exposed",
	"share of the traffic that such a release has had by then, the median; baseline: with Flagger's defaults, rolled back or not",
	"%",
	10,
);
const missed = line(
	"rollout-missed",
	"share of such releases that are promoted; baseline: with Flagger's defaults",
	"%",
	1,
);
const promoted20 = line(
	"rollout-promoted-20rps",
	"minutes until a healthy release (0.1 % errors) at 20 rps is promoted, the median; baseline: Flagger's defaults, which promote at their end whatever they have seen",
	"min",
	45,
);
const promoted100 = line("rollout-promoted-100rps", "the same at 100 rps", "min", 15);
const falsePromotions = line(
	"rollout-false-promotions",
	"share of releases exactly at the SLO's bound that are promoted, the champion healthy or at the bound too, the worst of 5, 20 and 100 rps; baseline: Flagger's defaults",
	"%",
	1,
);

export const rollouts: Bench = {
	lines: [wrongRollbacks, caught, exposed, missed, promoted20, promoted100, falsePromotions],
	measure: async (progress, show) => {
		const cells = measureCells(progress);
		progress("");
		show(tableOfCells(cells));
		const worst = (releases: readonly ReleaseName[], decider: DeciderName, share: "rolledBack" | "promoted") =>
			PERCENT * Math.max(...releases.flatMap((name) => rpsOf(name).map((rps) => cells(name, rps, decider)[share])));
		const both = (figure: (cell: Cell) => number | null, release: ReleaseName, rps: number): Measurement => ({
			value: figure(cells(release, rps, "judge")) ?? Number.POSITIVE_INFINITY,
			baseline: figure(cells(release, rps, "threshold")) ?? Number.POSITIVE_INFINITY,
		});
		const healthy = ["healthy, 0.1 %", "healthy, 0.3 %"] as const;
		const atBound = ["at the bound", "both at the bound"] as const;
		return {
			[wrongRollbacks.name]: {
				value: worst(healthy, "judge", "rolledBack"),
				baseline: worst(healthy, "z-test", "rolledBack"),
			},
			[caught.name]: both(({ minutesToRollback }) => minutesToRollback, "errors × 10", 20),
			[exposed.name]: both((cell) => cell.exposed * PERCENT, "errors × 10", 20),
			[missed.name]: both((cell) => cell.promoted * PERCENT, "errors × 10", 20),
			[promoted20.name]: both(({ minutesToPromotion }) => minutesToPromotion, "healthy, 0.1 %", 20),
			[promoted100.name]: both(({ minutesToPromotion }) => minutesToPromotion, "healthy, 0.1 %", 100),
			[falsePromotions.name]: {
				value: worst(atBound, "judge", "promoted"),
				baseline: worst(atBound, "threshold", "promoted"),
			},
		};
	},
};
