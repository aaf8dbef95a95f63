/** Step Functions as the rollout function sees executions: who still works, who is started, who waits no longer. */
import { SFNClient } from "@aws-sdk/client-sfn";
import { expect } from "chai";
import { sfnExecutions } from "../../../functions/rollout/sfn-executions.ts";
import { AwsFault, answeredBy } from "../../support/rollout/aws-json.ts";

function executionsOf(answer: () => object) {
	const { config, calls } = answeredBy({ DescribeExecution: answer, StartExecution: answer, SendTaskFailure: answer });
	return { executions: sfnExecutions(new SFNClient(config)), calls };
}
const fault = (name: string) => () => {
	throw new AwsFault(name);
};
const nameOf = (work: Promise<unknown>): Promise<string> =>
	work.then(
		() => "none",
		(thrown: Error) => thrown.name,
	);

describe("functions/rollout/sfn-executions", () => {
	for (const [status, isRunning] of [
		["RUNNING", true],
		["PENDING_REDRIVE", true],
		["SUCCEEDED", false],
		["FAILED", false],
		["TIMED_OUT", false],
		["ABORTED", false],
	] as const)
		it(`takes one that is ${status} for ${isRunning ? "running" : "ended"}`, async () => {
			expect(await executionsOf(() => ({ status })).executions.isRunning("arn:1")).to.equal(isRunning);
		});

	it("takes one that nobody knows for ended, and other faults for what they are", async () => {
		for (const unknown of ["ExecutionDoesNotExist", "InvalidArn"])
			expect(await executionsOf(fault(unknown)).executions.isRunning("by-hand-1")).to.equal(false);
		expect(await nameOf(executionsOf(fault("AccessDeniedException")).executions.isRunning("arn:1"))).to.equal(
			"AccessDeniedException",
		);
	});

	it("starts one by its name, and is content where that is there already", async () => {
		const { executions, calls } = executionsOf(() => ({ executionArn: "arn:1", startDate: 1 }));
		await executions.start("arn:pipeline", "resume-7-1", { resume: true });
		expect(calls).to.deep.equal([
			{
				operation: "StartExecution",
				input: { stateMachineArn: "arn:pipeline", name: "resume-7-1", input: '{"resume":true}' },
			},
		]);
		await executionsOf(fault("ExecutionAlreadyExists")).executions.start("arn:pipeline", "resume-7-1", {});
		expect(
			await nameOf(executionsOf(fault("ExecutionLimitExceeded")).executions.start("arn:pipeline", "x", {})),
		).to.equal("ExecutionLimitExceeded");
	});

	it("ends a wait with a refusal, and is content where it is over", async () => {
		const { executions, calls } = executionsOf(() => ({}));
		await executions.refuse("token", "It is worse.".repeat(1_000));
		expect(calls[0]?.input).to.include({ taskToken: "token", error: "ApprovalRefused" });
		for (const over of ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
			await executionsOf(fault(over)).executions.refuse("token", "It is worse.");
		expect(await nameOf(executionsOf(fault("AccessDeniedException")).executions.refuse("token", "x"))).to.equal(
			"AccessDeniedException",
		);
	});
});
