/** Lambda and IAM types of the provider: made, read back by AWS's own API, changed in place, deleted. */

import { GetRoleCommand, GetRolePolicyCommand, ListAttachedRolePoliciesCommand } from "@aws-sdk/client-iam";
import {
	GetAliasCommand,
	GetEventSourceMappingCommand,
	GetFunctionCommand,
	GetFunctionEventInvokeConfigCommand,
	GetLayerVersionCommand,
	GetPolicyCommand,
	ListTagsCommand,
} from "@aws-sdk/client-lambda";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { packArchive } from "../../sandbox/provider/archive.ts";
import { archiveOf, makeFunction, makeRole, permit } from "../support/cloud/functions.ts";
import { startTestCloud, type TestCloud } from "../support/cloud/test-cloud.ts";

const ONE = "export const handler = async () => 1;";

describe("The provider's Lambda and IAM types", () => {
	const scope = new AsyncDisposableStack();
	let cloud: TestCloud;
	before(async () => {
		cloud = await startTestCloud(scope);
	});
	after(() => scope.disposeAsync());
	const tags = { team: "platform" };

	it("make, change and delete a role, with its tags.", async () => {
		const { iam } = cloud.context.clients;
		const role = await cloud.make("aws:iam/role:Role", "role", {
			assumeRolePolicy: '{"Version":"2012-10-17","Statement":[]}',
			description: "before",
			tags: { ...tags, model: "a" },
		});
		expect(role.id).to.match(/^role-[0-9a-f]{7}$/);
		expect(role.text("arn")).to.equal(`arn:aws:iam::000000000000:role/${role.id}`);
		await role.update({ description: "after", tags: { team: "data" } });
		const { Role } = await iam.send(new GetRoleCommand({ RoleName: role.id }));
		expect(Role?.Description).to.equal("after");
		expect(Role?.Tags).to.deep.equal([{ Key: "team", Value: "data" }]);
		await role.delete();
		expect(await role.read()).to.equal(undefined);
	});

	it("make, change and delete a role's own policy, and attach another.", async () => {
		const { iam } = cloud.context.clients;
		const role = await makeRole(cloud, "granted");
		const document = (action: string) =>
			JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: action, Resource: "*" }] });
		const own = await cloud.make("aws:iam/rolePolicy:RolePolicy", "own", {
			role: role.id,
			policy: document("s3:GetObject"),
		});
		await own.update({ policy: document("s3:PutObject") });
		const call = new GetRolePolicyCommand({ RoleName: role.id, PolicyName: own.text("name") });
		expect(decodeURIComponent((await iam.send(call)).PolicyDocument ?? "")).to.equal(document("s3:PutObject"));
		const shared = await cloud.make("aws:iam/policy:Policy", "shared", { policy: document("s3:ListBucket") });
		const attachment = await cloud.make("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "shared", {
			role: role.id,
			policyArn: shared.text("arn"),
		});
		const attached = async () =>
			(await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: role.id }))).AttachedPolicies ?? [];
		expect((await attached()).map(({ PolicyArn }) => PolicyArn)).to.deep.equal([shared.text("arn")]);
		await attachment.delete();
		expect(await attached()).to.deep.equal([]);
		await own.delete();
		await shared.delete();
		expect([await own.read(), await shared.read(), await attachment.read()]).to.deep.equal([
			undefined,
			undefined,
			undefined,
		]);
	});

	it("make, change and delete a function: settings, code, reservation and tags.", async () => {
		const { lambda } = cloud.context.clients;
		const made = await makeFunction(cloud, "function", ONE, {
			timeout: 2,
			memorySize: 256,
			reservedConcurrentExecutions: 3,
			environment: { variables: { A: "1" } },
			tracingConfig: { mode: "Active" },
			architectures: ["arm64"],
			tags,
		});
		const stateOf = async () => await lambda.send(new GetFunctionCommand({ FunctionName: made.id }));
		const before = await stateOf();
		expect(before.Configuration).to.deep.include({
			FunctionName: made.id,
			Timeout: 2,
			MemorySize: 256,
			Environment: { Variables: { A: "1" } },
			Architectures: ["arm64"],
		});
		expect(before.Configuration?.TracingConfig).to.deep.equal({ Mode: "Active" });
		expect(before.Concurrency?.ReservedConcurrentExecutions).to.equal(3);
		const arn = `arn:aws:lambda:us-east-1:000000000000:function:${made.id}`;
		expect(made.properties).to.include({
			arn,
			invokeArn: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${arn}/invocations`,
			version: "$LATEST",
		});
		const packed = await packArchive(archiveOf({ "index.mjs": ONE }), ".");
		expect(made.properties.codeSha256).to.equal(packed.sha256);

		await made.update({
			timeout: 4,
			reservedConcurrentExecutions: 5,
			code: archiveOf({ "index.mjs": "export const handler = async () => 2;" }),
			tags: { team: "data", model: "b" },
		});
		const after = await stateOf();
		expect(after.Configuration?.Timeout).to.equal(4);
		expect(after.Concurrency?.ReservedConcurrentExecutions).to.equal(5);
		expect(after.Configuration?.CodeSha256).to.not.equal(before.Configuration?.CodeSha256);
		expect((await lambda.send(new ListTagsCommand({ Resource: arn }))).Tags).to.deep.equal({
			team: "data",
			model: "b",
		});
		await made.update({ reservedConcurrentExecutions: -1 });
		expect((await stateOf()).Concurrency?.ReservedConcurrentExecutions).to.equal(undefined);
		await made.delete();
		expect(await made.read()).to.equal(undefined);
	});

	it("make a function from an object in S3.", async () => {
		const bucket = await cloud.make("aws:s3/bucket:Bucket", "code", { forceDestroy: true });
		const { zip, sha256 } = await packArchive(archiveOf({ "index.mjs": ONE }), ".");
		await cloud.context.clients.s3.send(new PutObjectCommand({ Bucket: bucket.id, Key: "f.zip", Body: zip }));
		const role = await makeRole(cloud, "from-s3-role");
		const made = await cloud.make("aws:lambda/function:Function", "from-s3", {
			role: role.text("arn"),
			runtime: "nodejs24.x",
			handler: "index.handler",
			s3Bucket: bucket.id,
			s3Key: "f.zip",
		});
		expect(made.properties.codeSha256).to.equal(sha256);
	});

	it("refuse a function without code, by name and with what to do.", async () => {
		const role = await makeRole(cloud, "codeless-role");
		const error = await cloud
			.make("aws:lambda/function:Function", "codeless", { role: role.text("arn"), runtime: "nodejs24.x" })
			.catch((cause: Error) => cause);
		expect(error).to.have.property(
			"message",
			'The embedded AWS did not create "codeless" (aws:lambda/function:Function). It has no code: set code, or s3Bucket and s3Key.',
		);
	});

	it("name AWS's error code where AWS refuses.", async () => {
		const error = await permit(
			cloud,
			{ ...(await makeFunction(cloud, "real", ONE)), text: () => "no-such-function" },
			"*",
		).catch((cause: Error) => cause);
		expect(error)
			.to.have.property("message")
			.that.matches(
				/^The embedded AWS did not create "api" \(aws:lambda\/permission:Permission\)\. ResourceNotFoundException: /,
			);
	});

	it("make and delete a layer's version, and keep it where it says so.", async () => {
		const inputs = {
			layerName: "libraries",
			code: archiveOf({ "nodejs/node_modules/x/index.js": "module.exports = 7;" }),
		};
		const layer = await cloud.make("aws:lambda/layerVersion:LayerVersion", "layer", inputs);
		expect(layer.properties.version).to.equal("1");
		const call = new GetLayerVersionCommand({ LayerName: "libraries", VersionNumber: 1 });
		expect((await cloud.context.clients.lambda.send(call)).LayerVersionArn).to.equal(layer.id);
		await layer.delete();
		expect(await layer.read()).to.equal(undefined);
		const kept = await cloud.make("aws:lambda/layerVersion:LayerVersion", "kept", { ...inputs, skipDestroy: true });
		await kept.delete();
		expect(await kept.read()).to.include({ arn: kept.id });
	});

	it("make and delete a permission.", async () => {
		const target = await makeFunction(cloud, "permitted", ONE);
		const permission = await permit(cloud, target, "arn:aws:execute-api:us-east-1:000000000000:a/*");
		const call = new GetPolicyCommand({ FunctionName: target.id });
		const { Statement } = JSON.parse((await cloud.context.clients.lambda.send(call)).Policy ?? "{}");
		expect(Statement).to.have.length(1);
		expect(Statement[0]).to.deep.include({ Sid: permission.id, Principal: { Service: "apigateway.amazonaws.com" } });
		await permission.delete();
		expect(await permission.read()).to.equal(undefined);
	});

	it("make, change and delete an alias.", async () => {
		const target = await makeFunction(cloud, "aliased", ONE, { publish: true });
		const alias = await cloud.make("aws:lambda/alias:Alias", "live", {
			functionName: target.id,
			functionVersion: "1",
			name: "live",
		});
		expect(alias.text("invokeArn")).to.contain(`:function:${target.id}:live/invocations`);
		await alias.update({ description: "serves" });
		const call = new GetAliasCommand({ FunctionName: target.id, Name: "live" });
		expect((await cloud.context.clients.lambda.send(call)).Description).to.equal("serves");
		await alias.delete();
		expect(await alias.read()).to.equal(undefined);
	});

	it("make, change and delete an asynchronous invocation's settings and an event source.", async () => {
		const { lambda } = cloud.context.clients;
		const queue = await cloud.make("aws:sqs/queue:Queue", "failures", {});
		const target = await makeFunction(cloud, "asynchronous", ONE);
		const settings = await cloud.make("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "settings", {
			functionName: target.id,
			destinationConfig: { onFailure: { destination: queue.text("arn") } },
		});
		await settings.update({ maximumRetryAttempts: 1 });
		const invoke = await lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName: target.id }));
		expect(invoke.MaximumRetryAttempts).to.equal(1);
		expect(invoke.DestinationConfig?.OnFailure?.Destination).to.equal(queue.text("arn"));
		await settings.delete();
		expect(await settings.read()).to.equal(undefined);

		const mapping = await cloud.make("aws:lambda/eventSourceMapping:EventSourceMapping", "mapping", {
			functionName: target.text("arn"),
			eventSourceArn: queue.text("arn"),
			batchSize: 5,
			functionResponseTypes: ["ReportBatchItemFailures"],
			scalingConfig: { maximumConcurrency: 2 },
			enabled: false,
		});
		await mapping.update({ batchSize: 7 });
		const found = await lambda.send(new GetEventSourceMappingCommand({ UUID: mapping.id }));
		expect(found.BatchSize).to.equal(7);
		expect(found.FunctionResponseTypes).to.deep.equal(["ReportBatchItemFailures"]);
		await mapping.delete();
		expect(await mapping.read()).to.equal(undefined);
	});

	it("read a published function's newest version, as its state has it.", async () => {
		const made = await makeFunction(cloud, "published", ONE, { publish: true });
		expect(made.properties.version).to.equal("1");
		await made.update({ code: archiveOf({ "index.mjs": "export const handler = async () => 20;" }) });
		expect(made.properties.version).to.equal("2");
		expect(await made.read()).to.include({ version: "2", qualifiedArn: `${made.text("arn")}:2` });
	});

	it("call a function once, when its invocation is made, and again when its input is another.", async () => {
		const code = "let calls = 0; export const handler = async ({ n }) => ({ n, calls: ++calls });";
		const target = await makeFunction(cloud, "invoked", code);
		const inputs = { functionName: target.id, input: '{"n":1}' };
		const made = await cloud.make("aws:lambda/invocation:Invocation", "call", inputs);
		expect(JSON.parse(made.text("result"))).to.deep.equal({ n: 1, calls: 1 });
		expect(await made.read()).to.include({ result: made.text("result") });
		await made.delete();
		const again = await cloud.make("aws:lambda/invocation:Invocation", "call", { ...inputs, input: '{"n":2}' });
		expect(JSON.parse(again.text("result"))).to.deep.equal({ n: 2, calls: 2 });
	});

	it("say what a called function failed with.", async () => {
		const target = await makeFunction(
			cloud,
			"refusing",
			'export const handler = async () => { throw new Error("not now"); };',
		);
		const error = await cloud
			.make("aws:lambda/invocation:Invocation", "call", { functionName: target.id, input: "{}" })
			.catch((cause: Error) => cause);
		expect(error)
			.to.have.property("message")
			.that.matches(/The function refusing-\w+ failed with Unhandled: .*not now.* Read its log\./);
	});
});
