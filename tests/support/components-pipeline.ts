/** A model's pipeline as tests run it: its definition with made-up ARNs, and functions that answer as the real ones do. */
import type { BeginResponse, JudgeResponse, PipelineModel, RolloutResponse } from "../../charter/pipeline.ts";
import type { RolloutPlan, RolloutState } from "../../charter/rollout.ts";
import { EvaluateSettings } from "../../charter/rollout-settings.ts";
import { pipelineDefinition } from "../../components/parts/pipeline-definition.ts";
import type { EcsTraining, PipelineWorkflow, SageMakerTraining } from "../../components/parts/pipeline-states.ts";
import { type Ended, type JsonataWorkflow, run, StateError } from "./workflow-run.ts";

const PLAN: RolloutPlan = {
	serve: "realtime",
	weights: [5, 50, 100],
	intervalSeconds: 60,
	alpha: 0.01,
	mirrorPct: 0,
	sticky: "none",
	approval: false,
	outcomes: false,
	rps: 20,
	bounds: { errorRate: 0.005, slowRate: 0.05, disagreementRate: 0.05, costFactor: 2 },
	burnAlarms: [],
};
export const MODEL: PipelineModel = { model: "tumour-risk", plan: PLAN, evaluate: EvaluateSettings.parse({}) };

export const ECS_TRAINING: EcsTraining = {
	kind: "ecs",
	cluster: "arn:cluster",
	taskDefinition: "arn:trainer:1",
	subnetIds: ["subnet-1", "subnet-2"],
	securityGroupId: "sg-1",
	command: ["--rounds", "100"],
	timeoutSeconds: 3600,
};
export const SAGEMAKER_TRAINING: SageMakerTraining = {
	kind: "sagemaker",
	image: "registry/trainer@sha256:0",
	roleArn: "arn:trainer-role",
	instanceType: "ml.m5.xlarge",
	volumeGb: 30,
	command: [],
	timeoutSeconds: 3600,
	collectFunction: "arn:collect-run",
	environment: { TRIPLANE_MODEL: "tumour-risk" },
};

export const definitionWith = (change: Partial<PipelineWorkflow> = {}) =>
	pipelineDefinition({
		partition: "aws",
		artifactBucket: "artifacts",
		functions: { rollout: "arn:rollout", judge: "arn:judge", evaluate: "arn:evaluate", register: "arn:register" },
		model: MODEL,
		train: ECS_TRAINING,
		...change,
	});

/** The same as the service reads it. */
export const workflowWith = (change: Partial<PipelineWorkflow> = {}): JsonataWorkflow =>
	JSON.parse(JSON.stringify(definitionWith(change)));

/** The state a rollout goes to, where a step says more than its default. */
export type Answers = Record<string, (given: unknown, call: number) => unknown>;

export const begins = (begin: Partial<BeginResponse>): BeginResponse => ({ next: "TRAIN", run: "run-1", ...begin });
export const at = (state: RolloutState, change: Partial<RolloutResponse> = {}): RolloutResponse => ({
	rollout: 7,
	state,
	isDone: true,
	weight: 5,
	intervalSeconds: 60,
	...change,
});
export const judged = (verdict: JudgeResponse["verdict"], change: Partial<JudgeResponse> = {}): JudgeResponse => ({
	rollout: 7,
	verdict,
	sentence: `it says ${verdict}`,
	state: "SHIFTING",
	weight: 5,
	intervalSeconds: 60,
	...change,
});
export const fails = (error: string, cause?: string) => (): never => {
	throw new StateError(error, cause);
};

/** Of the functions, what a healthy release gets: one weight a look. */
const HEALTHY: Answers = {
	Begin: () => begins({}),
	Train: () => ({ ModelArtifacts: { S3ModelArtifacts: "s3://artifacts/archive" } }),
	Collect: () => ({}),
	Evaluate: () => ({}),
	Register: () => ({ model: "tumour-risk", version: 2, sha256: "", champion: false }),
	Open: () => at("DEPLOYING", { isDone: false }),
	Ask: () => ({}),
	Deploy: () => at("SHIFTING"),
	Judge: () => judged("promote"),
	Shift: (_, call) => at(call < PLAN.weights.length ? "SHIFTING" : "FINALIZING"),
	Finalize: () => at("PROMOTED"),
	Rollback: () => at("ROLLED_BACK"),
	End: () => ({}),
};
const OF_NO_FUNCTION = ["Train"];

/** Runs the pipeline with healthy answers but for what is changed. */
export async function ran(
	answers: Answers = {},
	{ input = {}, ...change }: Partial<PipelineWorkflow> & { input?: object } = {},
): Promise<Ended> {
	const calls = new Map<string, number>();
	return run(workflowWith(change), input, (state, given) => {
		const call = (calls.get(state) ?? 0) + 1;
		calls.set(state, call);
		const answer = (answers[state] ?? HEALTHY[state])?.(given, call);
		return OF_NO_FUNCTION.includes(state) ? answer : { Payload: answer };
	});
}

/** What a state was asked last. */
export const askedOf = ({ asked }: Ended, state: string): unknown =>
	asked.findLast((each) => each.state === state)?.given;
export const timesIn = ({ path }: Ended, state: string): number => path.filter((name) => name === state).length;
