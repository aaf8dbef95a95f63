/** A batch model's pipeline under mocks, in functions or in a container, and what of it tests look at. */
import * as pulumi from "@pulumi/pulumi";
import { type BatchModel, batchModels } from "../../charter/batch.ts";
import { ArtifactStore } from "../../components/parts/artifact-store.ts";
import { BatchPipeline } from "../../components/parts/batch-pipeline.ts";
import { BatchStore } from "../../components/parts/batch-store.ts";
import { OnDemandTable } from "../../components/parts/on-demand-table.ts";
import { onnxRuntimeLayerVersion } from "../../components/parts/onnx-runtime-layer.ts";
import { jsonOf, settingsWith, TAGS } from "./components.ts";
import type { Workflow } from "./components-workflow.ts";
import { type Registered, underMocks } from "./pulumi-mocks.ts";
import { rawModel } from "./settings.ts";

export const ECS = "arn:aws:ecs:us-east-1:123456789012";
export const image = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/ml/score@sha256:${"0".repeat(64)}`;
const { budget: _, ...bare } = rawModel();
const rawBatch = (change: object) => ({ ...bare, name: "nightly", serve: "batch", schedule: "rate(1 day)", ...change });
export const tags = { ...TAGS, model: "nightly" };

export function pipeline(change: object = {}, hasNetwork = true) {
	const settings = settingsWith({ models: [rawModel(), rawBatch(change)] });
	const [model] = batchModels(settings) as [BatchModel];
	const table = (name: string) => new OnDemandTable(name, { hasSortKey: false, isRecoverable: true, tags: TAGS });
	return new BatchPipeline("nightly", {
		settings,
		model,
		store: new BatchStore("batch", { tags: TAGS }),
		registry: table("registry"),
		artifacts: new ArtifactStore("artifacts", { tags: TAGS }),
		features: table("features"),
		runtimeLayer: onnxRuntimeLayerVersion("onnx-runtime", "arm64", {}),
		...(hasNetwork && { network: NETWORK }),
	});
}
const NETWORK = {
	subnetIds: pulumi.output(["subnet-1", "subnet-2"]),
	securityGroup: { id: pulumi.output("sg-1") },
};
export const built = (change: object = {}) => underMocks(() => void pipeline(change));
export type Run = Awaited<ReturnType<typeof built>>;

export const workflowOf = ({ find }: Run): Workflow =>
	jsonOf(find("aws:sfn/stateMachine:StateMachine", "nightly-batch"), "definition") as Workflow;
const grantsOf = (policy: Registered): [string[], string[]][] => {
	const { Statement } = jsonOf(policy, "policy") as { Statement: { Action: string[]; Resource: string[] }[] };
	return Statement.map(({ Action, Resource }) => [Action, Resource]);
};
export const policyOf = ({ find }: Run, name: string) => grantsOf(find("aws:iam/rolePolicy:RolePolicy", name));
export const environmentOf = ({ find }: Run, fn: string): unknown =>
	find("aws:lambda/function:Function", fn).inputs.environment;
