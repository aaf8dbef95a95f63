import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { BoundedFunction } from "../../../components/parts/bounded-function.ts";
import { CodeRelease } from "../../../components/parts/code-release.ts";
import { eventBus } from "../../../components/parts/event-bus.ts";
import { grantsIn, jsonOf, settingsWith, TAGS } from "../../support/components.ts";
import { underMocks } from "../../support/pulumi-mocks.ts";

const released = (name: string) =>
	new BoundedFunction(name, {
		description: name,
		code: new pulumi.asset.FileArchive(`dist/${name}`),
		architecture: "arm64",
		memoryMb: 512,
		timeoutSeconds: 2,
		reservedConcurrency: 2,
		environment: {},
		grants: [],
		tags: TAGS,
		logRetentionDays: 30,
		isReleased: true,
	});
const deployed = () =>
	underMocks(() => {
		new CodeRelease("release", {
			settings: settingsWith({ release: { weights: [20, 100], intervalSeconds: 60 } }),
			bus: eventBus("events", TAGS, {}),
			functions: [
				{ released: released("health"), probe: { path: "/live" }, burnAlarms: [], timeoutSeconds: 2 },
				{ released: released("predict"), probe: { path: "/ready" }, burnAlarms: ["burn"], timeoutSeconds: 7 },
			],
		});
	});

describe("components/parts/code-release", function () {
	// The function is bundled.
	this.timeout(20_000);

	it("is called by each up that has published a version, with every function's, once", async () => {
		const { find } = await deployed();
		const call = find("aws:lambda/invocation:Invocation", "release-start");
		expect(call.inputs).to.include({ functionName: "release", lifecycleScope: "CREATE_ONLY" });
		expect(jsonOf(call, "input")).to.deep.equal({
			action: "start",
			stateMachine: "arn:code-release",
			releases: [
				{ function: "health", version: "1", burnAlarms: [], probe: { path: "/live" } },
				{ function: "predict", version: "1", burnAlarms: ["burn"], probe: { path: "/ready" } },
			],
			weights: [20, 100],
			intervalSeconds: 60,
		});
	});

	it("is called only when the aliases are there to be moved", async () => {
		const { outlivedBy } = await deployed();
		expect([...outlivedBy("aws:lambda/invocation:Invocation", "release-start")]).to.include.members([
			"aws:lambda/alias:Alias::health-live",
			"aws:lambda/alias:Alias::predict-live",
			"aws:sfn/stateMachine:StateMachine::code-release",
		]);
	});

	it("may move the alias of what it releases, start its own workflow, read counts, and tell of it", async () => {
		const { find } = await deployed();
		expect(grantsIn(find("aws:iam/rolePolicy:RolePolicy", "release-policy"))).to.deep.include.members([
			[
				["lambda:GetAlias", "lambda:UpdateAlias"],
				["arn:health", "arn:health:live", "arn:predict", "arn:predict:live"],
			],
			[["states:StartExecution"], ["arn:aws:states:us-east-1:123456789012:stateMachine:triplane-dev-code-release"]],
			[["cloudwatch:GetMetricData", "cloudwatch:DescribeAlarms"], ["*"]],
			[["events:PutEvents"], ["arn:events"]],
		]);
	});

	it("lets its workflow call the mover, and every version of what it releases for its health", async () => {
		const { find } = await deployed();
		expect(grantsIn(find("aws:iam/rolePolicy:RolePolicy", "code-release-policy"))).to.deep.include.members([
			[["lambda:InvokeFunction"], ["arn:release"]],
			[["lambda:InvokeFunction"], ["arn:health:*", "arn:predict:*"]],
		]);
	});

	it("gives a health gate as long as the longest function may take, and its start", async () => {
		const { find } = await deployed();
		const machine = find("aws:sfn/stateMachine:StateMachine", "code-release");
		expect(jsonOf(machine, "definition")).to.have.nested.property("States.Probe.TimeoutSeconds", 37);
		expect(machine.inputs).to.include({ name: "triplane-dev-code-release", type: "STANDARD" });
	});
});
