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

const ROUNDS = 7;
const SIZES = { small: 1_000, large: 10_000 };
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
			what: `time on ${SIZES.large} resources ÷ time on ${SIZES.small} (baseline in ms): linear is 10`,
			unit: "ratio",
			goal: 12,
		},
	],
	measure: async (progress) => {
		const slower = { value: 0, baseline: 0, growth: { value: 0, baseline: 0 }, small: { value: 0, baseline: 0 } };
		for (const run of ["preview", "applied"] as const) {
			const one = await recorded(run);
			const stacks = { small: grown(one, SIZES.small), large: grown(one, SIZES.large) };
			const times = { small: [] as number[], large: [] as number[] };
			for (let round = -1; round < ROUNDS; round++) {
				progress(`policies, ${run}: round ${round + 1} of ${ROUNDS}`);
				const each = { small: judgeMs(stacks.small), large: judgeMs(stacks.large) };
				if (round < 0) continue;
				times.small.push(each.small);
				times.large.push(each.large);
			}
			const median = { small: quantile(times.small, MEDIAN), large: quantile(times.large, MEDIAN) };
			const growth = median.large / median.small;
			if (growth > slower.growth.value) slower.growth = { value: growth, baseline: median.small };
			if (median.small > slower.small.value) slower.small = { value: median.small, baseline: writeMs(stacks.small) };
			if (median.large > slower.value) Object.assign(slower, { value: median.large, baseline: writeMs(stacks.large) });
		}
		return {
			[small.name]: slower.small,
			[large.name]: { value: slower.value, baseline: slower.baseline },
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
