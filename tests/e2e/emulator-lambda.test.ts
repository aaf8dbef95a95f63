/** Lambda functions of the embedded AWS where ministack alone differs from AWS, and what of IAM is in force. */
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { InvokeCommand, PublishVersionCommand } from "@aws-sdk/client-lambda";
import { expect } from "chai";
import { archiveOf, makeFunction } from "../support/cloud/functions.ts";
import { type Made, startTestCloud, type TestCloud } from "../support/cloud/test-cloud.ts";

interface Result {
	error: string | undefined;
	payload: unknown;
	milliseconds: number;
}

describe("A Lambda function of the embedded AWS", () => {
	const scope = new AsyncDisposableStack();
	let cloud: TestCloud;
	before(async () => {
		cloud = await startTestCloud(scope);
	});
	after(() => scope.disposeAsync());

	const invoke = async (target: Made, event: unknown = {}, qualifier?: string): Promise<Result> => {
		const startedAt = performance.now();
		const { FunctionError: error, Payload } = await cloud.context.clients.lambda.send(
			new InvokeCommand({ FunctionName: target.id, Payload: JSON.stringify(event), Qualifier: qualifier }),
		);
		const milliseconds = performance.now() - startedAt;
		return { error, payload: JSON.parse(Payload?.transformToString() || "null"), milliseconds };
	};
	const linesOf = async (logGroupName: string) => {
		const { events = [] } = await cloud.context.clients.logs.send(new FilterLogEventsCommand({ logGroupName }));
		return events.map(({ message = "" }) => message);
	};

	it("answers without waiting for logs that a silent handler does not write.", async () => {
		const silent = await makeFunction(cloud, "silent", "export const handler = async () => 1;");
		await invoke(silent);
		const times: number[] = [];
		for (let i = 0; i < 15; i++) times.push((await invoke(silent)).milliseconds);
		expect(times.sort((a, b) => a - b)[7], times.join()).to.be.below(45);
	});

	it("writes all lines of an invocation to its own log group: those of its start once, and no others.", async () => {
		const logGroup = await cloud.make("aws:cloudwatch/logGroup:LogGroup", "chatty", { name: "/triplane/test/chatty" });
		const code = `import { Console } from "node:console";
			console.log("starting");
			export const handler = async ({ n }) => {
				console.log("line " + n);
				new Console(process.stdout).log("raw " + n);
				return n;
			};`;
		const chatty = await makeFunction(cloud, "chatty", code, {
			loggingConfig: { logFormat: "JSON", logGroup: logGroup.id },
		});
		await invoke(chatty, { n: 1 });
		await invoke(chatty, { n: 2 });
		const own = (await linesOf(logGroup.id)).filter((line) => !/^(START|END|REPORT)/.test(line));
		expect(own).to.deep.equal(["starting", "line 1", "raw 1", "line 2", "raw 2"]);
	});

	it("keeps the name, the message and the stack of an error.", async () => {
		const code = `export const handler = async () => {
			class QuotaExceededError extends Error { name = "QuotaExceededError"; }
			throw new QuotaExceededError("no more today");
		};`;
		const failing = await makeFunction(cloud, "failing", code);
		const { error, payload } = await invoke(failing);
		expect(error).to.equal("Unhandled");
		expect(payload).to.include({ errorType: "QuotaExceededError", errorMessage: "no more today" });
		expect(payload).to.have.property("trace").that.is.an("array").with.length.above(1);
	});

	it("does not count its start against its timeout, and ends at its timeout.", async () => {
		const code = `await new Promise((resolve) => setTimeout(resolve, 1800));
			export const handler = async ({ ms = 0 }) => new Promise((resolve) => setTimeout(resolve, ms, "done"));`;
		const slow = await makeFunction(cloud, "slow-start", code, { timeout: 1 });
		expect((await invoke(slow)).payload).to.equal("done");
		const late = await invoke(slow, { ms: 3000 });
		expect(late.error).to.equal("Unhandled");
		expect(late.payload).to.have.property("errorType", "Sandbox.Timedout");
	});

	it("has ten seconds for its start, and no more.", async () => {
		const stuck = await makeFunction(cloud, "stuck", "await new Promise((resolve) => setTimeout(resolve, 60_000));");
		const { error, payload, milliseconds } = await invoke(stuck);
		expect(error).to.equal("Unhandled");
		expect(payload).to.have.property("errorType", "InitTimeout");
		expect(milliseconds).to.be.within(10_000, 20_000);
	});

	it("sees Lambda's environment and its own, and nothing of the emulator's.", async () => {
		const code = "export const handler = async () => process.env;";
		const curious = await makeFunction(cloud, "curious", code, {
			environment: { variables: { TRIPLANE_MODEL: "tumour-risk", PORT: "1" } },
		});
		const { payload } = await invoke(curious);
		expect(payload).to.include({
			TRIPLANE_MODEL: "tumour-risk",
			PORT: "1",
			AWS_LAMBDA_FUNCTION_NAME: curious.id,
			AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
			AWS_ENDPOINT_URL: cloud.emulator.url,
			AWS_REGION: "us-east-1",
			_HANDLER: "index.handler",
		});
		for (const name of ["AUTH", "GATEWAY_PORT", "STATE_DIR", "S3_DATA_DIR", "MINISTACK_REGION", "BIND_HOST"])
			expect(payload).to.not.have.property(name);
	});

	it("runs on the Node that runs the sandbox.", async () => {
		const code = "export const handler = async () => process.version;";
		expect((await invoke(await makeFunction(cloud, "version", code))).payload).to.equal(process.version);
	});

	it("splits an alias's calls by its weights.", async () => {
		const first = await makeFunction(cloud, "versioned", "export const handler = async () => 1;", { publish: true });
		expect(first.properties.version).to.equal("1");
		await first.update({ code: archiveOf({ "index.mjs": "export const handler = async () => 2222;" }) });
		const { Version } = await cloud.context.clients.lambda.send(new PublishVersionCommand({ FunctionName: first.id }));
		expect(Version).to.equal("2");
		await cloud.make("aws:lambda/alias:Alias", "live", {
			name: "live",
			functionName: first.id,
			functionVersion: "1",
			routingConfig: { additionalVersionWeights: { 2: 0.5 } },
		});
		let second = 0;
		for (let i = 0; i < 60; i++) if ((await invoke(first, {}, "live")).payload === 2222) second++;
		// Of 60 fair coins fewer than 12 or more than 48 are heads once in a million runs.
		expect(second).to.be.within(12, 48);
	});

	it("may do only what its role allows, and a policy against plain HTTP does not shut it out.", async () => {
		const bucket = await cloud.make("aws:s3/bucket:Bucket", "guarded", { forceDestroy: true });
		await cloud.make("aws:s3/bucketPolicy:BucketPolicy", "guarded", {
			bucket: bucket.id,
			policy: JSON.stringify({
				Version: "2012-10-17",
				Statement: [
					{
						Effect: "Deny",
						Principal: "*",
						Action: "s3:*",
						Resource: `${bucket.text("arn")}/*`,
						Condition: { Bool: { "aws:SecureTransport": "false" } },
					},
				],
			}),
		});
		const role = await cloud.make("aws:iam/role:Role", "writer", {
			assumeRolePolicy: JSON.stringify({
				Version: "2012-10-17",
				Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } }],
			}),
		});
		const code = `import { createHash, createHmac } from "node:crypto";
			const hash = (text) => createHash("sha256").update(text).digest("hex");
			const hmac = (key, text) => createHmac("sha256", key).update(text).digest();
			export const handler = async ({ path }) => {
				const url = new URL(process.env.AWS_ENDPOINT_URL + path);
				const now = new Date().toISOString().replace(/[-:]|\\.\\d{3}/g, "");
				const scope = now.slice(0, 8) + "/us-east-1/s3/aws4_request";
				const headers = { host: url.host, "x-amz-content-sha256": hash("x"), "x-amz-date": now,
					"x-amz-security-token": process.env.AWS_SESSION_TOKEN };
				const names = Object.keys(headers).sort();
				const canonical = ["PUT", url.pathname, "", ...names.map((n) => n + ":" + headers[n]), "",
					names.join(";"), hash("x")].join("\\n");
				let key = hmac("AWS4" + process.env.AWS_SECRET_ACCESS_KEY, now.slice(0, 8));
				for (const part of ["us-east-1", "s3", "aws4_request"]) key = hmac(key, part);
				const signature = createHmac("sha256", key)
					.update(["AWS4-HMAC-SHA256", now, scope, hash(canonical)].join("\\n")).digest("hex");
				headers.authorization = "AWS4-HMAC-SHA256 Credential=" + process.env.AWS_ACCESS_KEY_ID + "/" + scope
					+ ", SignedHeaders=" + names.join(";") + ", Signature=" + signature;
				delete headers.host;
				return (await fetch(url, { method: "PUT", body: "x", headers })).status;
			};`;
		const writer = await makeFunction(cloud, "writer", code, { role: role.text("arn") });
		const event = { path: `/${bucket.id}/object` };
		expect((await invoke(writer, event)).payload).to.equal(403);
		await cloud.make("aws:iam/rolePolicy:RolePolicy", "writer", {
			role: role.id,
			policy: JSON.stringify({
				Version: "2012-10-17",
				Statement: [{ Effect: "Allow", Action: "s3:PutObject", Resource: `${bucket.text("arn")}/*` }],
			}),
		});
		expect((await invoke(writer, event)).payload).to.equal(200);
	});
});
