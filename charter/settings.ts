/**
 * The settings of a stack: one typed description of each model endpoint and tenant, from which everything else follows.
 * Parsed, never cast; an unknown key is an error. Not the pack's config, which only reads the same words.
 */
import { z } from "zod";
import { BatchSettings } from "./batch-settings.ts";
import { SettingsError } from "./errors.ts";
import { fargateFault } from "./fargate.ts";
import { LOG_RETENTION_DAYS } from "./limits.ts";
import { ReleaseSettings } from "./release.ts";
import { EvaluateSettings, RolloutSettings, scheduleWords, TrainSettings } from "./rollout-settings.ts";
import { digestPinnedImage, RUNTIMES_OF_SERVE, Runtime } from "./runtimes.ts";
import { SHARED } from "./tags.ts";
import { cadenceSeconds } from "./windows.ts";

const slug = (what: string, maxLength: number) =>
	z
		.string()
		.regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, {
			error: `${what} is made of lower-case letters, digits and single hyphens, and starts with a letter, as in "tumour-risk"`,
		})
		.max(maxLength);

const positive = z.number().positive();
const positiveInt = z.int().positive();

const Slo = z.strictObject({
	/** 95 % of the requests are answered within this time, as the client of the API sees it. */
	p95Ms: positive,
	/** Share of requests that may fail: above 0, below 1. */
	errorRate: z.number().gt(0).lt(1).default(0.005),
	monthlyCostUsd: positive.optional(),
	/** Queued models: 95 % of the jobs are done within this time. */
	jobP95Seconds: positive.optional(),
});

const Budget = z.strictObject({ featuresMs: positive, modelMs: positive, restMs: positive });

const Traffic = z.strictObject({
	/** Requests per second on an ordinary day, and at the peak. */
	rps: positive,
	peakRps: positive,
	payloadKb: positive.default(4),
});

const Model = z
	.strictObject({
		name: slug("A model's name", 40),
		team: slug("A team's name", 40),
		feature: slug("A feature's name", 40),
		serve: z.enum(["realtime", "queued", "batch"]),
		runtime: Runtime,
		slo: Slo,
		budget: Budget.optional(),
		traffic: Traffic,
		/** How a new version comes to serve. */
		rollout: RolloutSettings.prefault({}),
		/** How it is trained. @default not here: its versions are registered by hand */
		train: TrainSettings.optional(),
		/** What a trained model has to reach to be registered. */
		evaluate: EvaluateSettings.prefault({}),
		/** Batch models: when a window runs. */
		schedule: scheduleWords.optional(),
		/** Batch models: how a window is cut and what it may lose. */
		batch: BatchSettings.optional(),
		/** Realtime models: what becomes of a request that is too large or too slow to be answered at once. */
		overflow: z.enum(["refuse", "job"]).default("refuse"),
	})
	.check((ctx) => {
		const model = ctx.value;
		const issue = (path: string[], message: string) => ctx.issues.push({ code: "custom", message, path, input: model });
		const allowed: readonly string[] = RUNTIMES_OF_SERVE[model.serve];
		if (!allowed.includes(model.runtime.kind))
			issue(
				["runtime", "kind"],
				`a ${model.serve} model runs on ${allowed.join(" or ")}, not on ${model.runtime.kind}`,
			);
		if (model.traffic.peakRps < model.traffic.rps)
			issue(
				["traffic", "peakRps"],
				`the peak of ${model.traffic.peakRps} rps is below the ordinary ${model.traffic.rps} rps`,
			);
		if (model.serve === "realtime") checkBudget(model, issue);
		if (model.serve === "queued" && model.slo.jobP95Seconds === undefined)
			issue(["slo", "jobP95Seconds"], "a queued model promises how long a job takes: set slo.jobP95Seconds");
		if (model.overflow === "job" && model.serve !== "realtime")
			issue(["overflow"], "only a realtime model overflows into jobs: remove overflow");
		if (model.overflow === "job" && model.serve === "realtime" && model.slo.jobP95Seconds === undefined)
			issue(
				["slo", "jobP95Seconds"],
				"a model that overflows into jobs promises how long one takes: set slo.jobP95Seconds",
			);
		if (model.serve === "batch" && model.rollout.approval)
			issue(
				["rollout", "approval"],
				"a batch model's version changes over at once and asks nobody: remove rollout.approval",
			);
		if (model.serve === "batch" && model.rollout.mirrorPct > 0)
			issue(
				["rollout", "mirrorPct"],
				"a batch model's version changes over without a shadow: remove rollout.mirrorPct",
			);
		checkSize(["runtime"], model.runtime, issue);
		if (model.train) checkSize(["train"], model.train, issue);
		if (model.batch && model.serve !== "batch") issue(["batch"], "only a batch model is cut into chunks: remove batch");
		if (model.serve === "batch" && model.schedule === undefined)
			issue(["schedule"], 'a batch model runs by a schedule: set schedule, as in "rate(1 day)"');
		const isTimed = model.batch?.windowSeconds ?? cadenceSeconds(model.schedule ?? "rate(1 day)");
		if (model.serve === "batch" && isTimed === undefined)
			issue(["batch", "windowSeconds"], `"${model.schedule}" states no length: set batch.windowSeconds, or a rate`);
	});

function checkSize(
	path: string[],
	task: z.output<typeof Runtime> | TrainSettings,
	issue: (path: string[], message: string) => void,
) {
	const fault = "cpuUnits" in task && fargateFault(task);
	if (fault) issue([...path, fault.setting], fault.words);
}

function checkBudget(
	model: { slo: { p95Ms: number }; budget?: z.infer<typeof Budget> | undefined },
	issue: (path: string[], message: string) => void,
) {
	const { budget, slo } = model;
	if (!budget) {
		issue(["budget"], "a realtime model declares its latency budget: set budget.featuresMs, modelMs and restMs");
		return;
	}
	const sumMs = budget.featuresMs + budget.modelMs + budget.restMs;
	if (sumMs > slo.p95Ms)
		issue(
			["budget"],
			`the hops sum to ${sumMs} ms (features ${budget.featuresMs} + model ${budget.modelMs} + rest ${budget.restMs}), over slo.p95Ms of ${slo.p95Ms} ms: shorten a hop or loosen the SLO`,
		);
}

const Tier = z
	.strictObject({
		/** Requests per second that a tenant of this tier may send to each model, and in one burst. */
		rps: positive,
		burst: positiveInt,
		dailyQuota: positiveInt,
		maxJobsInFlight: positiveInt.default(100),
	})
	.refine((tier) => tier.burst >= tier.rps, {
		error: "burst is the size of the bucket that rps fills: at least rps",
		path: ["burst"],
	});

const Tenant = z.strictObject({
	name: slug("A tenant's name", 32),
	tier: z.string(),
	/** The models that this tenant may call. @default all of them */
	models: z.array(z.string()).optional(),
});

const Observability = z.strictObject({
	/** Where spans are sent by OTLP/HTTP, as in "http://collector:4318". @default nowhere: X-Ray alone traces */
	otlpEndpoint: z.url({ protocol: /^https?$/ }).optional(),
	logRetentionDays: positiveInt.default(LOG_RETENTION_DAYS),
	/** Share of requests whose spans are recorded when the caller has not decided. */
	traceSampleRatio: z.number().min(0).max(1).default(1),
	/** Where alarms are sent. @default an SNS topic of this stack without subscribers */
	alarmEmail: z.email().optional(),
});

/** Where tasks run: a network that the program makes with awsx, or one that is there. */
const Network = z.discriminatedUnion("kind", [
	z.strictObject({
		kind: z.literal("create"),
		cidrBlock: z.cidrv4().default("10.0.0.0/16"),
		availabilityZones: z.int().min(2).max(6).default(2),
	}),
	z.strictObject({
		kind: z.literal("adopt"),
		vpcId: z.string().min(1),
		/** Private subnets with a way to AWS: a NAT gateway, or the endpoints that docs/gpu-pool.md lists. */
		subnetIds: z.array(z.string().min(1)).min(1),
	}),
]);

const Settings = z
	.strictObject({
		environment: slug("The environment", 20),
		costCenter: z.string().min(1),
		/** Processor of the functions. */
		architecture: z.enum(["arm64", "x86_64"]).default("arm64"),
		/** Team that owns what all models share. */
		platformTeam: slug("A team's name", 40).default("platform"),
		models: z.array(Model).min(1),
		tenants: z.array(Tenant).min(1),
		tiers: z.record(z.string(), Tier),
		observability: Observability.prefault({}),
		/** How new code of the functions behind the API comes to serve. */
		release: ReleaseSettings.prefault({}),
		/** Where GPU and Fargate tasks run; unused without a model that needs them. */
		network: Network.prefault({ kind: "create" }),
		/** The platform's own worker image, built from functions/worker/Dockerfile; needed by queued models and trainings on ECS. */
		workerImage: digestPinnedImage.optional(),
	})
	.check((ctx) => {
		const { models, tenants, tiers } = ctx.value;
		const issue = (path: (string | number)[], message: string) =>
			ctx.issues.push({ code: "custom", message, path, input: ctx.value });
		const isNeeded = models.some(({ runtime, train }) => runtime.kind === "ecs" || train?.kind === "ecs");
		if (ctx.value.workerImage === undefined && isNeeded)
			issue(
				["workerImage"],
				"models and trainings on ECS need the platform's worker: build functions/worker/Dockerfile, push it, and name it by its digest",
			);
		for (const [key, named] of [
			["models", models],
			["tenants", tenants],
		] as const)
			named.forEach(({ name }, i) => {
				if (named.findIndex((other) => other.name === name) !== i)
					issue([key, i, "name"], `"${name}" is declared twice: names are identities`);
				if (name === SHARED) issue([key, i, "name"], `"${SHARED}" is the name of what all share: choose another`);
			});
		tenants.forEach((tenant, i) => {
			if (!Object.hasOwn(tiers, tenant.tier))
				issue(
					[`tenants`, i, "tier"],
					`no tier "${tenant.tier}" is declared: use one of ${Object.keys(tiers).join(", ") || "(none)"}`,
				);
			for (const model of tenant.models ?? [])
				if (!models.some(({ name }) => name === model))
					issue(["tenants", i, "models"], `no model "${model}" is declared`);
		});
	});

export type Settings = z.output<typeof Settings>;
export type ModelSettings = Settings["models"][number];
export type TenantSettings = Settings["tenants"][number];
export type TierSettings = Settings["tiers"][string];

/**
 * Parses the settings of a stack.
 * @param raw what the stack's config holds, key by key without the namespace
 * @param source named in the message, as in "Pulumi.dev.yaml"
 * @throws {SettingsError} that lists every fault with where, what and what to do
 */
export function parseSettings(raw: unknown, source: string): Settings {
	const parsed = Settings.safeParse(raw);
	if (parsed.success) return parsed.data;
	const faults = parsed.error.issues.map((fault) => `  triplane:${where(fault.path, raw)}: ${wordsOf(fault)}`);
	const count = faults.length === 1 ? "a fault" : `${faults.length} faults`;
	throw new SettingsError(`${source} has ${count} in its settings. Correct:\n${faults.join("\n")}`);
}

/** A path into the settings that people can find: items of a list by their name where they have one. */
function where(path: readonly PropertyKey[], raw: unknown): string {
	let at: unknown = raw;
	let text = "";
	for (const key of path) {
		at = partOf(at, key);
		const name = partOf(at, "name");
		if (typeof key === "number") text += typeof name === "string" ? `[${name}]` : `[${key}]`;
		else text += text ? `.${String(key)}` : String(key);
	}
	return text || "(the settings as a whole)";
}

const partOf = (whole: unknown, key: PropertyKey): unknown =>
	whole !== null && typeof whole === "object" ? Reflect.get(whole, key) : undefined;

/** Zod's own words, but for what is missing or of another kind, which it tells in words for programmers. */
function wordsOf(fault: z.core.$ZodIssue): string {
	if (fault.code !== "invalid_type") return fault.message;
	const kind = { record: "a map", object: "a map", array: "a list", int: "a whole number" }[fault.expected as string];
	const expected = kind ?? `a ${fault.expected}`;
	return fault.message.endsWith("received undefined") ? `is missing: give ${expected}` : `must be ${expected}`;
}
