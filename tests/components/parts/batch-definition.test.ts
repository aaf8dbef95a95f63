import { expect } from "chai";
import { BATCH_ERRORS } from "../../../charter/batch-messages.ts";
import { built, image, policyOf, type Run, tags, workflowOf } from "../../support/components-batch.ts";
import { grantsNeeded, statesOf } from "../../support/components-workflow.ts";

describe("components/parts/batch-definition", function () {
	// Each run bundles the functions.
	this.timeout(60_000);
	let run: Run;
	let contained: Run;
	before(async () => {
		run = await built();
		contained = await built({ runtime: { kind: "fargate", image, cpuUnits: 2048, memoryMb: 8192, spotShare: 0.75 } });
	});

	it("guards every task of the workflow by time, retries and a catcher, and bounds the map", () => {
		for (const each of [run, contained]) {
			const states = statesOf(workflowOf(each));
			const tasks = states.filter(({ Type }) => Type === "Task");
			expect(tasks).to.have.length(each === run ? 3 : 4);
			for (const { TimeoutSeconds = 0, Retry = [], Catch = [] } of tasks) {
				expect(TimeoutSeconds).to.be.greaterThan(0).and.at.most(3600);
				expect(Retry.some(({ MaxAttempts = 3 }) => MaxAttempts > 0)).to.equal(true);
				expect(Catch.map(({ ErrorEquals }) => ErrorEquals)).to.deep.equal([["States.ALL"]]);
			}
			const maps = states.filter(({ Type }) => Type === "Map");
			expect(
				maps.map(({ MaxConcurrency, ToleratedFailurePercentage }) => [MaxConcurrency, ToleratedFailurePercentage]),
			).to.deep.equal([[4, 0]]);
		}
	});

	it("waits longer for each function than it may run", () => {
		const { find } = run;
		for (const { Resource, Parameters, TimeoutSeconds = 0 } of statesOf(workflowOf(run))) {
			if (Resource !== "arn:aws:states:::lambda:invoke") continue;
			const name = String(Parameters?.FunctionName).replace("arn:", "");
			expect(TimeoutSeconds).to.equal(Number(find("aws:lambda/function:Function", name).inputs.timeout) + 30);
		}
	});

	it("retries no error that another try does not change", () => {
		for (const { Resource, Retry = [] } of statesOf(workflowOf(run)))
			if (Resource)
				expect(Retry[0]).to.deep.equal({
					ErrorEquals: [...Object.values(BATCH_ERRORS), "ArtifactError"],
					MaxAttempts: 0,
				});
	});

	it("leads every state to one that is there", () => {
		for (const each of [run, contained]) {
			const scopes = [
				workflowOf(each),
				...statesOf(workflowOf(each)).flatMap(({ ItemProcessor }) => ItemProcessor ?? []),
			];
			for (const { StartAt, States } of scopes) {
				const named = Object.values(States).flatMap(({ Next, Default, Catch = [], Choices = [] }) => [
					Next,
					Default,
					...[...Catch, ...Choices].map((way) => way.Next),
				]);
				expect(Object.keys(States)).to.include.members([StartAt, ...named.filter((name) => name !== undefined)]);
			}
		}
	});

	it("lets the workflow do exactly what its definition asks for", () => {
		for (const each of [run, contained]) {
			const granted = policyOf(each, "nightly-batch-policy");
			expect([...new Set(granted.flatMap(([actions]) => actions))].sort()).to.deep.equal(
				grantsNeeded(workflowOf(each)),
			);
			const open = granted.filter(([, resources]) => resources.includes("*")).flatMap(([actions]) => actions);
			expect(
				open.every((action) => /^(logs|xray):/.test(action)),
				open.join(),
			).to.equal(true);
		}
		const invoked = policyOf(run, "nightly-batch-policy").find(([actions]) => actions[0] === "lambda:InvokeFunction");
		expect(invoked?.[1]).to.have.members(["arn:nightly-plan", "arn:nightly-score", "arn:nightly-commit"]);
	});

	it("lets the workflow start itself and its chunks, by the name that it has", () => {
		const { inputs } = run.find("aws:sfn/stateMachine:StateMachine", "nightly-batch");
		expect([inputs.name, inputs.type, inputs.tracingConfiguration, inputs.tags]).to.deep.equal([
			"triplane-dev-nightly-batch",
			"STANDARD",
			{ enabled: true },
			tags,
		]);
		const self = "arn:aws:states:us-east-1:123456789012";
		const grants = policyOf(run, "nightly-batch-policy");
		expect(grants).to.deep.include([["states:StartExecution"], [`${self}:stateMachine:triplane-dev-nightly-batch`]]);
		expect(grants).to.deep.include([
			["states:DescribeExecution", "states:StopExecution"],
			[`${self}:execution:triplane-dev-nightly-batch:*`, `${self}:execution:triplane-dev-nightly-batch/*`],
		]);
	});

	it("logs the workflow's failures, without the data, for as long as all logs are kept", () => {
		const { inputs } = run.find("aws:sfn/stateMachine:StateMachine", "nightly-batch");
		expect(inputs.loggingConfiguration).to.deep.equal({
			level: "ERROR",
			includeExecutionData: false,
			logDestination: "arn:nightly-batch-logs:*",
		});
		expect(run.find("aws:cloudwatch/logGroup:LogGroup", "nightly-batch-logs").inputs).to.include({
			name: "/aws/vendedlogs/states/triplane-dev-nightly-batch",
			retentionInDays: 30,
		});
	});
});
