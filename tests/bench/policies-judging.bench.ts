/**
 * What judging a stack costs: its graph and every rule, in process, on stacks of like services recorded from a program.
 * Not the engine's part: that is policies-preview-overhead.
 */
import * as pulumi from "@pulumi/pulumi";
import { Analysis } from "../../policies/analysis.ts";
import type { ResourceInput } from "../../policies/graph/node.ts";
import { checkedResources } from "../../policies/offline/checked.ts";
import { recordProgram } from "../../policies/offline/recording.ts";
import { RULES } from "../../policies/pack.ts";
import { registerServices } from "../support/policies-services.ts";
import { outputsOf } from "../support/policies-stack.ts";
import { type Bench, MEDIAN, type Measurement, quantile } from "./bench.ts";

const ROUNDS = 15;
const SIZES = { small: 1_000, large: 10_000 };
/** As many resources in all as the large one has. */
const SMALL_STACKS = SIZES.large / SIZES.small;
const SERVICE = "s0";

const spec = (resources: number, goal: number) =>
	({
		name: `policies-${resources}`,
		what: `graph and all rules on ${resources} resources, at preview or applied, whichever is slower (baseline: writing the same resources as JSON)`,
		unit: "ms",
		goal,
	}) as const;
const [small, large] = [spec(SIZES.small, 200), spec(SIZES.large, 2000)];
const GROWTH = "policies-growth";

export const judging: Bench = {
	lines: [
		small,
		large,
		{
			name: GROWTH,
			what: `time on ${SIZES.large} resources ÷ mean time on each of ${SMALL_STACKS} other stacks of ${SIZES.small} just before (baseline in ms), so that both bear the garbage and the memory of as many resources: linear is 10`,
			unit: "ratio",
			goal: 12,
		},
	],
	measure: async (progress) => {
		const nothing: Measurement = { value: 0, baseline: 0 };
		const slower = { small: nothing, large: nothing, growth: nothing };
		for (const run of ["preview", "applied"] as const) {
			const one = await recorded(run);
			const smallStacks = Array.from({ length: SMALL_STACKS }, () => grown(one, SIZES.small));
			const largeStack = grown(one, SIZES.large);
			const times = { small: [] as number[], large: [] as number[], growth: [] as number[] };
			for (let round = -1; round < ROUNDS; round++) {
				progress(`policies, ${run}: round ${round + 1} of ${ROUNDS}`);
				const each = { small: meanOf(smallStacks.map(judgeMs)), large: judgeMs(largeStack) };
				if (round < 0) continue;
				times.small.push(each.small);
				times.large.push(each.large);
				times.growth.push(each.large / each.small);
			}
			const median = (values: readonly number[]) => quantile(values, MEDIAN);
			const found = { small: median(times.small), large: median(times.large), growth: median(times.growth) };
			if (found.growth > slower.growth.value) slower.growth = { value: found.growth, baseline: found.small };
			if (found.small > slower.small.value)
				slower.small = { value: found.small, baseline: meanOf(smallStacks.map(writeMs)) };
			if (found.large > slower.large.value) slower.large = { value: found.large, baseline: writeMs(largeStack) };
		}
		return {
			[small.name]: slower.small,
			[large.name]: slower.large,
			[GROWTH]: slower.growth,
		} satisfies Record<string, Measurement>;
	},
};

/** The shared resources and one service. */
async function recorded(run: "preview" | "applied"): Promise<ResourceInput[]> {
	const { resources } = await recordProgram(() => registerServices(1), {
		sdk: pulumi,
		project: "bench",
		stack: "bench",
		run,
		outputsOf: ({ type, name, inputs }) => outputsOf({ type, name, props: inputs }),
		answerTo: () => undefined,
	});
	return checkedResources(resources, { "aws:region": "us-east-1" });
}

/** A stack of about so many resources: the shared ones once, the service under other names again and again. */
function grown(one: readonly ResourceInput[], size: number): ResourceInput[] {
	const isOfService = ({ name }: ResourceInput) => name.startsWith(`${SERVICE}-`);
	const shared = one.filter((resource) => !isOfService(resource));
	const service = JSON.stringify(one.filter(isOfService));
	const copies = Math.round((size - shared.length) / (one.length - shared.length));
	return [
		...shared,
		...Array.from({ length: copies }, (_, i): ResourceInput[] =>
			JSON.parse(service.replaceAll(new RegExp(`\\b${SERVICE}\\b`, "g"), `s${i}`)),
		).flat(),
	];
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function judgeMs(resources: readonly ResourceInput[]): number {
	const startedAtMs = performance.now();
	const analysis = new Analysis({
		resources,
		config: { accountConcurrencyLimit: 100_000 },
		rules: RULES,
		today: "2026-11-24",
	});
	analysis.judgeAll();
	return performance.now() - startedAtMs;
}

function writeMs(resources: readonly ResourceInput[]): number {
	const startedAtMs = performance.now();
	JSON.stringify(resources);
	return performance.now() - startedAtMs;
}
