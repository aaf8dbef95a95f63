/** The provider under the real engine: unknowns, defaults and tags as policies see them, updates, replacements, errors. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { locateEngine } from "../../sandbox/engine/engine.ts";
import { type OpenStack, openStack } from "../../sandbox/engine/stack.ts";
import { type Provider, startProvider } from "../../sandbox/provider/server.ts";
import { isProps, type Props } from "../../sandbox/provider/values.ts";
import { request } from "../support/cloud/functions.ts";
import { startTestCloud, type TestCloud } from "../support/cloud/test-cloud.ts";

const TRUST = {
	Version: "2012-10-17",
	Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } }],
};

describe("e2e: the provider under the engine", () => {
	const scope = new AsyncDisposableStack();
	let cloud: TestCloud;
	let provider: Provider;
	let code: string;
	before(async () => {
		cloud = await startTestCloud(scope);
		code = mkdtempSync(join(tmpdir(), "triplane-code-"));
		scope.defer(() => rmSync(code, { recursive: true }));
		provider = await startProvider({ endpoint: cloud.emulator.url, region: "us-east-1" });
		scope.defer(() => provider.stop());
	});
	after(() => scope.disposeAsync());

	let stacks = 0;
	const runDirOf = (index: number): string => join(cloud.runDir, `stack-${index}`);
	const open = async (program: pulumi.automation.PulumiFn): Promise<OpenStack> =>
		openStack({
			engine: locateEngine(),
			runDir: runDirOf(stacks++),
			providerPort: provider.port,
			program,
			project: "triplane",
			stack: "test",
			config: { "aws:defaultTags": { tags: { team: "platform" } } },
			warden: cloud.warden,
		});
	/** Inputs and outputs of the state by the resource's name. */
	const stateOf = async (stack: OpenStack, name: string): Promise<{ inputs: Props; outputs: Props }> => {
		const { deployment } = await stack.exportState();
		for (const { urn, inputs, outputs } of deployment.resources ?? [])
			if (urn.endsWith(`::${name}`) && isProps(inputs) && isProps(outputs)) return { inputs, outputs };
		throw new Error(`No ${name} is in the state.`);
	};
	const failureOf = async (program: pulumi.automation.PulumiFn): Promise<string> =>
		(await open(program)).up().then(
			() => "it came up",
			(error: Error) => error.message,
		);

	/** A function behind an API; what differs between two deployments comes in. */
	const service =
		({ timeout = 5, path = "answer", tag = "a" }) =>
		async () => {
			writeFileSync(
				join(code, "index.mjs"),
				`export const handler = async () => ({ statusCode: 200, body: ${JSON.stringify(`"${tag}"`)} });`,
			);
			const role = new aws.iam.Role("role", { assumeRolePolicy: JSON.stringify(TRUST), tags: { model: tag } });
			const handler = new aws.lambda.Function("handler", {
				role: role.arn,
				runtime: "nodejs24.x",
				handler: "index.handler",
				code: new pulumi.asset.FileArchive(code),
				timeout,
			});
			const api = new aws.apigateway.RestApi("api", {});
			const resource = new aws.apigateway.Resource("resource", {
				restApi: api.id,
				parentId: api.rootResourceId,
				pathPart: path,
			});
			const place = { restApi: api.id, resourceId: resource.id };
			const method = new aws.apigateway.Method("method", { ...place, httpMethod: "GET", authorization: "NONE" });
			const integration = new aws.apigateway.Integration("integration", {
				...place,
				httpMethod: method.httpMethod,
				type: "AWS_PROXY",
				integrationHttpMethod: "POST",
				uri: handler.invokeArn,
			});
			new aws.lambda.Permission("permission", {
				action: "lambda:InvokeFunction",
				function: handler.name,
				principal: "apigateway.amazonaws.com",
				sourceArn: pulumi.interpolate`${api.executionArn}/*/GET/*`,
			});
			const deployment = new aws.apigateway.Deployment(
				"deployment",
				{ restApi: api.id, triggers: { path } },
				{ dependsOn: [integration] },
			);
			const stage = new aws.apigateway.Stage("stage", { restApi: api.id, deployment: deployment.id, stageName: "v1" });
			const { accountId } = await aws.getCallerIdentity({});
			return { url: stage.invokeUrl, function: handler.name, accountId };
		};

	it("deploys an API that answers, changes it in place, replaces what must be, and leaves nothing.", async () => {
		const stack = await open(service({}));
		const preview = await stack.preview();
		expect(preview.changes).to.deep.equal({ create: 10 });
		const up = await stack.up();
		expect(up.diagnostics).to.deep.equal([]);
		expect(up.outputs).to.deep.include({ accountId: "000000000000" });
		const url = String(up.outputs.url);
		expect((await request(`${url}/answer`)).body).to.equal("a");
		expect((await stack.up()).changes).to.deep.equal({ same: 10 });

		await stack.destroy();
		expect((await request(`${url}/answer`)).status).to.equal(404);
	});

	it("shows policies the defaults, the made-up names and all tags.", async () => {
		const stack = await open(service({}));
		await stack.up();
		const { inputs, outputs } = await stateOf(stack, "handler");
		expect(inputs).to.deep.include({
			memorySize: 128,
			reservedConcurrentExecutions: -1,
			tagsAll: { team: "platform" },
			timeout: 5,
		});
		expect(inputs.name).to.match(/^handler-[0-9a-f]{7}$/);
		expect(outputs).to.include({ name: inputs.name, version: "$LATEST" });
		expect((await stateOf(stack, "role")).inputs).to.deep.include({ tagsAll: { team: "platform", model: "a" } });
		await stack.destroy();
	});

	it("keeps names and ids through a change in place, and makes new ones for a replacement.", async () => {
		let settings = {};
		const stack = await open(() => service(settings)());
		await stack.up();
		const before = await stateOf(stack, "handler");
		const resource = await stateOf(stack, "resource");
		settings = { timeout: 7, tag: "b", path: "other" };
		const { changes, outputs } = await stack.up();
		// Role and function change; resource, method, integration and deployment are replaced; the stage follows.
		expect(changes).to.deep.equal({ same: 3, update: 3, replace: 4 });
		const after = await stateOf(stack, "handler");
		expect(after.inputs.name).to.equal(before.inputs.name);
		expect(after.outputs.timeout).to.equal(7);
		expect((await stateOf(stack, "resource")).outputs.path).to.equal("/other");
		expect(resource.outputs.path).to.equal("/answer");
		expect((await request(`${String(outputs.url)}/other`)).body).to.equal("b");
		await stack.destroy();
	});

	it("records what the embedded AWS has no use for, and makes an ARN for it.", async () => {
		const stack = await open(async () => {
			const key = new aws.kms.Key("key", { description: "a key" });
			return { arn: key.arn };
		});
		const { outputs } = await stack.up();
		expect(outputs.arn).to.match(/^arn:aws:kms:us-east-1:000000000000:key\/key-[0-9a-f]+$/);
		await stack.destroy();
	});

	it("refuses a type that @pulumi/aws does not have, by name.", async () => {
		class Unheard extends pulumi.CustomResource {
			constructor(name: string) {
				super("aws:lambda/unheard:Unheard", name, {});
			}
		}
		const message = await failureOf(async () => {
			new Unheard("thing");
		});
		expect(message).to.contain(
			'"thing" has the type aws:lambda/unheard:Unheard, which the installed @pulumi/aws does not have',
		);
	});

	it("refuses a name that is too long for AWS, and says by how much.", async () => {
		const name = "n".repeat(60);
		const message = await failureOf(async () => {
			new aws.iam.Role(name, { assumeRolePolicy: JSON.stringify(TRUST) });
		});
		expect(message).to.contain("has 68 characters, AWS allows 64: shorten the resource's name by 4");
	});

	it("gives each provider instance its own region and tags.", async () => {
		const stack = await open(async () => {
			const west = new aws.Provider("west", { region: "us-west-2", defaultTags: { tags: { team: "west" } } });
			const here = new aws.sqs.Queue("here", {});
			const there = new aws.sqs.Queue("there", {}, { provider: west });
			return { arns: [here.arn, there.arn], tags: [here.tagsAll, there.tagsAll] };
		});
		const { outputs } = await stack.up();
		expect(outputs.tags).to.deep.equal([{ team: "platform" }, { team: "west" }]);
		expect(outputs.arns).to.be.an("array").with.length(2);
		const [here, there] = outputs.arns as string[];
		expect(here).to.contain(":us-east-1:");
		expect(there).to.contain(":us-west-2:");
		await stack.destroy();
	});

	it("says what AWS refused, of which resource and why.", async () => {
		const message = await failureOf(async () => {
			new aws.lambda.Permission("lost", {
				action: "lambda:InvokeFunction",
				function: "nobody",
				principal: "sns.amazonaws.com",
			});
		});
		expect(message).to.contain(
			'The embedded AWS did not create "lost" (aws:lambda/permission:Permission). ResourceNotFoundException:',
		);
	});

	it("keeps a secret of the program out of the state.", async () => {
		const stack = await open(async () => {
			const key = new aws.apigateway.ApiKey("key", { value: pulumi.secret("k".repeat(24)) });
			return { value: key.value };
		});
		await stack.up();
		const state = readFileSync(join(runDirOf(stacks - 1), "pulumi-state/.pulumi/stacks/triplane/test.json"), "utf8");
		expect(state)
			.to.match(/"name":\s*"key-/)
			.and.to.not.contain("k".repeat(24));
		expect(await stack.outputs()).to.deep.equal({ value: "k".repeat(24) });
		await stack.destroy();
	});
});
