/** New code of a function behind an API: published, asked for its health, let in by the workflow, or kept out by it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetAliasCommand } from "@aws-sdk/client-lambda";
import { DescribeExecutionCommand, ListExecutionsCommand } from "@aws-sdk/client-sfn";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { LIVE_ALIAS } from "../../charter/release.ts";
import { parseSettings } from "../../charter/settings.ts";
import { BoundedFunction } from "../../components/parts/bounded-function.ts";
import { CodeRelease } from "../../components/parts/code-release.ts";
import { eventBus } from "../../components/parts/event-bus.ts";
import { serverProbe } from "../../components/parts/release-probes.ts";
import { locateEngine } from "../../sandbox/engine/engine.ts";
import { type OpenStack, openStack } from "../../sandbox/engine/stack.ts";
import { startProvider } from "../../sandbox/provider/server.ts";
import { request } from "../support/cloud/functions.ts";
import { startTestCloud, type TestCloud } from "../support/cloud/test-cloud.ts";
import { eventually } from "../support/eventually.ts";
import { rawSettings } from "../support/settings.ts";

const TAGS = { team: "platform", model: "shared", feature: "shared", environment: "test", "cost-center": "test" };
const SETTLED_MS = 60_000;

describe("e2e: the release of new code", () => {
	const scope = new AsyncDisposableStack();
	let cloud: TestCloud;
	let stack: OpenStack;
	let code: string;
	let url: string;
	let name: string;
	let workflow: string;

	const answers = (words: string) =>
		`async () => ({ statusCode: 200, body: JSON.stringify(${JSON.stringify(words)}) })`;
	const write = (handler: string) => writeFileSync(join(code, "index.mjs"), `export const handler = ${handler};`);
	const program = async () => {
		const settings = parseSettings(
			{ ...rawSettings(), release: { weights: [50, 100], intervalSeconds: 1 } },
			"the test",
		);
		const released = new BoundedFunction("answer", {
			description: "Answers",
			code: new pulumi.asset.FileArchive(code),
			architecture: settings.architecture,
			memoryMb: 256,
			timeoutSeconds: 2,
			reservedConcurrency: 2,
			environment: {},
			grants: [],
			tags: TAGS,
			logRetentionDays: 1,
			isReleased: true,
		});
		const bus = eventBus("events", TAGS, {});
		const release = new CodeRelease("release", {
			settings,
			bus,
			functions: [{ released, probe: serverProbe(), burnAlarms: [], timeoutSeconds: 2 }],
		});
		const api = new aws.apigateway.RestApi("api", {});
		const place = { restApi: api.id, resourceId: api.rootResourceId };
		const method = new aws.apigateway.Method("method", { ...place, httpMethod: "GET", authorization: "NONE" });
		const integration = new aws.apigateway.Integration("integration", {
			...place,
			httpMethod: method.httpMethod,
			type: "AWS_PROXY",
			integrationHttpMethod: "POST",
			uri: released.invokeArn,
		});
		new aws.lambda.Permission("permission", {
			action: "lambda:InvokeFunction",
			function: released.function.name,
			...(released.live && { qualifier: released.live.name }),
			principal: "apigateway.amazonaws.com",
			sourceArn: pulumi.interpolate`${api.executionArn}/*/*`,
		});
		const deployment = new aws.apigateway.Deployment("deployment", { restApi: api.id }, { dependsOn: [integration] });
		const stage = new aws.apigateway.Stage("stage", { restApi: api.id, deployment: deployment.id, stageName: "v1" });
		return { url: stage.invokeUrl, name: released.function.name, workflow: release.workflow.arn };
	};
	const liveOf = async () => {
		const call = new GetAliasCommand({ FunctionName: name, Name: LIVE_ALIAS });
		const { FunctionVersion, RoutingConfig } = await cloud.context.clients.lambda.send(call);
		return { version: FunctionVersion, weights: RoutingConfig?.AdditionalVersionWeights ?? {} };
	};
	/** Of the releases so far, by their names' versions, as far as they have ended. */
	const outcomes = async (): Promise<Record<string, unknown>> => {
		const { sfn } = cloud.context.clients;
		const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: workflow }));
		const ended = executions.map(async ({ executionArn, name: execution = "" }) => {
			const { status, output = "{}", cause } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
			const { outcome, reason }: { outcome?: string; reason?: string } = JSON.parse(output);
			return [execution.slice(name.length + 1), status === "SUCCEEDED" ? { outcome, reason } : (cause ?? status)];
		});
		return Object.fromEntries(await Promise.all(ended));
	};

	before(async () => {
		cloud = await startTestCloud(scope);
		code = mkdtempSync(join(tmpdir(), "triplane-code-"));
		scope.defer(() => rmSync(code, { recursive: true }));
		const provider = await startProvider({ endpoint: cloud.emulator.url, region: "us-east-1" });
		scope.defer(() => provider.stop());
		write(answers("one"));
		stack = await openStack({
			engine: locateEngine(),
			runDir: join(cloud.runDir, "stack"),
			providerPort: provider.port,
			program,
			project: "triplane",
			stack: "test",
			config: {},
			warden: cloud.warden,
		});
		const { ok, outputs } = await stack.up();
		expect(ok).to.equal(true);
		[url, name, workflow] = [String(outputs.url), String(outputs.name), String(outputs.workflow)];
	});
	after(() => scope.disposeAsync());

	it("starts none for the first version, which the API calls by the alias", async () => {
		expect(await liveOf()).to.deep.equal({ version: "1", weights: {} });
		expect(await outcomes()).to.deep.equal({});
		expect((await request(url)).body).to.equal("one");
	});

	it("lets a good version in step by step, and leaves nothing to change for the program", async () => {
		write(answers("two"));
		await stack.up();
		await eventually(
			async () =>
				expect(await outcomes())
					.to.have.property("2")
					.that.is.an("object"),
			SETTLED_MS,
		);
		expect(await outcomes()).to.deep.equal({
			2: { outcome: "FINISHED", reason: "0 of 0 calls failed (0.0 %), too few to say anything" },
		});
		expect(await liveOf()).to.deep.equal({ version: "2", weights: {} });
		expect((await request(url)).body).to.equal("two");
		const preview = await stack.preview();
		expect(Object.keys(preview.changes)).to.deep.equal(["same"]);
	});

	it("keeps a version out that does not stand its health gate, and does not try it again", async () => {
		write('async () => { throw new Error("broken"); }');
		await stack.up();
		await eventually(
			async () =>
				expect(await outcomes())
					.to.have.property("3")
					.that.is.an("object"),
			SETTLED_MS,
		);
		const { 3: third } = await outcomes();
		expect(third).to.deep.include({ outcome: "ROLLED_BACK" });
		expect(third).to.have.property("reason").that.includes("does not stand its health gate: it fails with Error");
		expect(await liveOf()).to.deep.equal({ version: "2", weights: {} });
		expect((await request(url)).body).to.equal("two");
		expect(Object.keys((await stack.up()).changes)).to.deep.equal(["same"]);
		expect(Object.keys(await outcomes())).to.have.members(["2", "3"]);
	});
});
