import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import fc from "fast-check";
import { SettingsError } from "../../../charter/errors.ts";
import { BoundedFunction, type BoundedFunctionArgs } from "../../../components/parts/bounded-function.ts";
import { jsonOf, notedOptions, TAGS } from "../../support/components.ts";
import { titles, underMocks } from "../../support/pulumi-mocks.ts";

const args = (change: Partial<BoundedFunctionArgs> = {}): BoundedFunctionArgs => ({
	description: "Answers",
	code: new pulumi.asset.FileArchive("dist/answer"),
	architecture: "arm64",
	memoryMb: 512,
	timeoutSeconds: 2,
	reservedConcurrency: 5,
	environment: { TRIPLANE_MODEL: "tumour-risk" },
	grants: [{ actions: ["dynamodb:GetItem"], resources: ["arn:table"] }],
	tags: TAGS,
	logRetentionDays: 30,
	...change,
});
const deployed = (change: Partial<BoundedFunctionArgs> = {}) =>
	underMocks(() => new BoundedFunction("answer", args(change)).function.name);
const own = [
	{
		Effect: "Allow",
		Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
		Resource: ["arn:answer-logs:*"],
	},
	{ Effect: "Allow", Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], Resource: ["*"] },
];
const granted = { Effect: "Allow", Action: ["dynamodb:GetItem"], Resource: ["arn:table"] };

describe("components/parts/bounded-function", () => {
	it("is a function with its own log group, role and policy, and nothing else", async () => {
		const { resources } = await deployed();
		expect(titles(resources)).to.deep.equal([
			"aws:cloudwatch/logGroup:LogGroup::answer-logs",
			"aws:iam/role:Role::answer-role",
			"aws:iam/rolePolicy:RolePolicy::answer-policy",
			"aws:lambda/function:Function::answer",
			"triplane:parts:BoundedFunction::answer",
		]);
	});

	it("sets every bound of the function", async () => {
		const { find } = await deployed({ layers: ["arn:layer"] });
		expect(find("aws:lambda/function:Function", "answer").inputs).to.deep.equal({
			description: "Answers",
			code: "dist/answer",
			runtime: "nodejs24.x",
			handler: "index.handler",
			architectures: ["arm64"],
			memorySize: 512,
			timeout: 2,
			reservedConcurrentExecutions: 5,
			role: "arn:answer-role",
			layers: ["arn:layer"],
			environment: { variables: { TRIPLANE_MODEL: "tumour-risk" } },
			tracingConfig: { mode: "Active" },
			loggingConfig: {
				logFormat: "JSON",
				logGroup: "/triplane/dev/answer",
				applicationLogLevel: "INFO",
				systemLogLevel: "INFO",
			},
			tags: TAGS,
		});
	});

	it("keeps the logs as long as it is told, in a group named after the stack", async () => {
		const { find } = await deployed({ logRetentionDays: 7 });
		expect(find("aws:cloudwatch/logGroup:LogGroup", "answer-logs").inputs).to.deep.equal({
			name: "/triplane/dev/answer",
			retentionInDays: 7,
			tags: TAGS,
		});
	});

	it("may do what it is granted, and beside that write its own log and traces only", async () => {
		const { find } = await deployed();
		expect(jsonOf(find("aws:iam/rolePolicy:RolePolicy", "answer-policy"), "policy")).to.deep.equal({
			Version: "2012-10-17",
			Statement: [granted, ...own],
		});
	});

	it("has a role that Lambda alone assumes", async () => {
		const role = (await deployed()).find("aws:iam/role:Role", "answer-role");
		expect(jsonOf(role, "assumeRolePolicy")).to.deep.equal({
			Version: "2012-10-17",
			Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } }],
		});
		expect(role.inputs.tags).to.deep.equal(TAGS);
	});

	it("keeps what failed for good for 14 days where it is called asynchronously, and may send it there", async () => {
		const { find } = await deployed({ isAsynchronous: true });
		expect(find("aws:sqs/queue:Queue", "answer-failures").inputs).to.deep.equal({
			sqsManagedSseEnabled: true,
			messageRetentionSeconds: 1_209_600,
			tags: TAGS,
		});
		expect(
			find("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "answer-failure-destination").inputs,
		).to.deep.equal({
			functionName: "answer",
			maximumRetryAttempts: 2,
			maximumEventAgeInSeconds: 3600,
			destinationConfig: { onFailure: { destination: "arn:answer-failures" } },
		});
		expect(jsonOf(find("aws:iam/rolePolicy:RolePolicy", "answer-policy"), "policy")).to.deep.equal({
			Version: "2012-10-17",
			Statement: [granted, ...own, { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: ["arn:answer-failures"] }],
		});
	});

	const refusals: [string, Partial<BoundedFunctionArgs>, string][] = [
		[
			"no timeout",
			{ timeoutSeconds: 0 },
			'Function "answer" has a timeout of 0 s, but Lambda takes whole seconds from 1 to 900. Set timeoutSeconds within them.',
		],
		[
			"a timeout over Lambda's",
			{ timeoutSeconds: 901 },
			'Function "answer" has a timeout of 901 s, but Lambda takes whole seconds from 1 to 900. Set timeoutSeconds within them.',
		],
		[
			"half a second",
			{ timeoutSeconds: 0.5 },
			'Function "answer" has a timeout of 0.5 s, but Lambda takes whole seconds from 1 to 900. Set timeoutSeconds within them.',
		],
		[
			"a reservation that stops the function",
			{ reservedConcurrency: 0 },
			'Function "answer" reserves a concurrency of 0, with which it could not run bounded. Set reservedConcurrency to a whole number of 1 or more.',
		],
		[
			"a variable of Lambda's own",
			{ environment: { AWS_REGION: "eu-west-1" } },
			'Function "answer" sets the environment variable "AWS_REGION", which Lambda refuses: names are letters, digits and underscores, begin with a letter, and AWS_ and LAMBDA_ are its own. Rename it.',
		],
		[
			"a variable that is no name",
			{ environment: { "a-b": "c" } },
			'Function "answer" sets the environment variable "a-b", which Lambda refuses: names are letters, digits and underscores, begin with a letter, and AWS_ and LAMBDA_ are its own. Rename it.',
		],
	];
	for (const [what, change, message] of refusals)
		it(`refuses ${what} before anything is registered`, async () => {
			const { resources } = await underMocks(() => {
				expect(() => new BoundedFunction("answer", args(change))).to.throw(SettingsError, message);
			});
			expect(resources).to.deep.equal([]);
		});

	it("takes exactly the timeouts and reservations that Lambda takes", async () => {
		await underMocks(() => {
			fc.assert(
				fc.property(fc.integer({ min: -5, max: 1000 }), fc.integer({ min: -5, max: 5 }), (timeoutSeconds, reserved) => {
					const make = () => new BoundedFunction("answer", args({ timeoutSeconds, reservedConcurrency: reserved }));
					if (timeoutSeconds >= 1 && timeoutSeconds <= 900 && reserved >= 1) expect(make).not.to.throw();
					else expect(make).to.throw(SettingsError);
				}),
				{ numRuns: 40 },
			);
		});
	});

	it("publishes the code of a released function, and is called by an alias that the program moves no more", async () => {
		const { options, opts } = notedOptions();
		const { find, result } = await underMocks(() => {
			const released = new BoundedFunction("answer", args({ isReleased: true }), opts);
			return { called: released.invokeArn, plain: new BoundedFunction("plain", args()).invokeArn };
		});
		expect(find("aws:lambda/function:Function", "answer").inputs).to.include({ publish: true });
		expect(find("aws:lambda/alias:Alias", "answer-live").inputs).to.deep.equal({
			name: "live",
			description: "What the API calls; releases decide where it points to",
			functionName: "answer",
			functionVersion: "1",
		});
		expect(options.get("answer-live")?.ignoreChanges).to.deep.equal(["functionVersion", "routingConfig"]);
		expect(result).to.deep.equal({ called: "arn:invoke:answer-live", plain: "arn:invoke:plain" });
		expect(find("aws:lambda/function:Function", "plain").inputs).not.to.have.property("publish");
	});
});
