/** Schedules of the embedded AWS: what they call, and what their input says of the moment. */
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeExecutionCommand, ListExecutionsCommand } from "@aws-sdk/client-sfn";
import { expect } from "chai";
import { makeFunction } from "../support/cloud/functions.ts";
import { makeTaskRole } from "../support/cloud/tasks.ts";
import { startTestCloud, type TestCloud } from "../support/cloud/test-cloud.ts";
import { eventually } from "../support/eventually.ts";

/** The sweep comes every ten seconds. */
const PATIENCE_MS = 25_000;

describe("The embedded AWS's schedules", () => {
	const scope = new AsyncDisposableStack();
	let cloud: TestCloud;
	before(async () => {
		cloud = await startTestCloud(scope);
	});
	after(() => scope.disposeAsync());

	it("tell a workflow and a function when they were to run, as what, and by which schedule.", async () => {
		const { logs, sfn } = cloud.context.clients;
		const role = await makeTaskRole(cloud, "clock", "scheduler.amazonaws.com");
		const workflowRole = await makeTaskRole(cloud, "workflow", "states.amazonaws.com");
		const machine = await cloud.make("aws:sfn/stateMachine:StateMachine", "window", {
			roleArn: workflowRole.text("arn"),
			definition: JSON.stringify({ StartAt: "Only", States: { Only: { Type: "Pass", End: true } } }),
		});
		const group = await cloud.make("aws:cloudwatch/logGroup:LogGroup", "sweep", { name: "/triplane/test/sweep" });
		const sweep = await makeFunction(
			cloud,
			"sweep",
			"export const handler = async (event) => console.log(JSON.stringify(event));",
			{ loggingConfig: { logFormat: "JSON", logGroup: group.id } },
		);
		const at = new Date(Date.now() + 2_000).toISOString().slice(0, 19);
		const input = JSON.stringify({
			time: "<aws.scheduler.scheduled-time>",
			schedule: "<aws.scheduler.schedule-arn>",
			execution: "<aws.scheduler.execution-id>",
			attempt: "<aws.scheduler.attempt-number>",
		});
		const makeSchedule = (name: string, arn: string) =>
			cloud.make("aws:scheduler/schedule:Schedule", name, {
				scheduleExpression: `at(${at})`,
				flexibleTimeWindow: { mode: "OFF" },
				target: { arn, roleArn: role.text("arn"), input },
			});
		const ofMachine = await makeSchedule("window", machine.id);
		const ofFunction = await makeSchedule("sweep", sweep.text("arn"));
		const said = (text: string | undefined, schedule: string) => {
			const { execution, ...rest } = JSON.parse(text ?? "{}");
			expect(rest).to.deep.equal({ time: `${at}Z`, schedule, attempt: "1" });
			expect(execution).to.match(/^[0-9a-f-]{36}$/);
		};
		await eventually(async () => {
			const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: machine.id }));
			const [{ executionArn } = { executionArn: undefined }] = executions;
			said((await sfn.send(new DescribeExecutionCommand({ executionArn }))).input, ofMachine.text("arn"));
		}, PATIENCE_MS);
		await eventually(async () => {
			const { events = [] } = await logs.send(
				new FilterLogEventsCommand({ logGroupName: group.id, filterPattern: "execution" }),
			);
			said(events[0]?.message, ofFunction.text("arn"));
		}, PATIENCE_MS);
	});
});
