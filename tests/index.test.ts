import { expect } from "chai";
import fc from "fast-check";
import { SettingsError } from "../charter/errors.ts";
import { COST_TAG_KEYS } from "../charter/tags.ts";
import program from "../index.ts";
import { readStackConfig } from "../sandbox/engine/config.ts";
import { asConfig } from "./support/components.ts";
import { DEV_RESOURCES } from "./support/components-dev-resources.ts";
import { titles, underMocks } from "./support/pulumi-mocks.ts";

const dev = await readStackConfig(new URL("../Pulumi.dev.yaml", import.meta.url).pathname);
const deployed = (change: Record<string, unknown> = {}) => underMocks(program, asConfig({ ...dev, ...change }));

describe("index", function () {
	// Each run bundles the functions.
	this.timeout(60_000);
	let run: Awaited<ReturnType<typeof deployed>>;
	before(async () => {
		run = await deployed();
	});

	it("registers exactly these resources for the dev stack", () => {
		expect(titles(run.resources)).to.deep.equal(DEV_RESOURCES);
	});

	it("tells where the API is, what its stores and functions are named, and what it serves to whom", () => {
		expect(run.result).to.deep.equal({
			url: "https://front-door-api-id.execute-api.us-east-1.amazonaws.com/dev",
			registryTable: "registry-table",
			artifactBucket: "artifacts-bucket",
			featureTable: "features-table",
			tenantTable: "tenants-table",
			throttleTable: "throttle-table",
			registerFunction: "register",
			models: [
				{ name: "tumour-risk", serve: "realtime", function: "tumour-risk-predict" },
				{ name: "digit-reader", serve: "queued" },
				{ name: "disease-progress", serve: "batch" },
			],
			tenants: ["acme", "globex", "initech"],
		});
	});

	it("registers the same types and names for AWS and for the sandbox, which differ in values alone", async () => {
		const sandbox = await deployed({
			"aws:region": "eu-west-1",
			"aws:accessKey": "test",
			"aws:endpoints": [{ lambda: "http://127.0.0.1:4566" }],
			"triplane:architecture": process.arch === "arm64" ? "x86_64" : "arm64",
			"triplane:observability": { otlpEndpoint: "http://127.0.0.1:4318", traceSampleRatio: 0.5 },
		});
		expect(titles(sandbox.resources)).to.deep.equal(titles(run.resources));
	});

	it("says in one line each which declared models it does not deploy", () => {
		expect(run.warnings).to.deep.equal([
			'warning: [runtime] Model "digit-reader" is declared as queued, which this version of Triplane does not deploy yet: no path of the API serves it.',
			'warning: [runtime] Model "disease-progress" is declared as batch, which this version of Triplane does not deploy yet: no path of the API serves it.',
		]);
	});

	it("runs again in the same process and registers the same", async () => {
		expect((await deployed()).resources).to.have.deep.members(run.resources);
	});

	it("puts every cost-allocation tag, none empty, on whatever takes tags", () => {
		const tagged = run.resources.filter(({ inputs }) => "tags" in inputs);
		expect(new Set(tagged.map(({ type }) => type))).to.deep.equal(
			new Set([
				"aws:apigateway/apiKey:ApiKey",
				"aws:apigateway/restApi:RestApi",
				"aws:apigateway/stage:Stage",
				"aws:apigateway/usagePlan:UsagePlan",
				"aws:budgets/budget:Budget",
				"aws:cloudwatch/compositeAlarm:CompositeAlarm",
				"aws:cloudwatch/logGroup:LogGroup",
				"aws:cloudwatch/metricAlarm:MetricAlarm",
				"aws:dynamodb/table:Table",
				"aws:iam/role:Role",
				"aws:kms/key:Key",
				"aws:lambda/function:Function",
				"aws:s3/bucket:Bucket",
				"aws:sns/topic:Topic",
			]),
		);
		for (const { inputs } of tagged) {
			expect(inputs.tags).to.have.all.keys(...COST_TAG_KEYS);
			expect(Object.values(inputs.tags ?? {})).not.to.include("");
		}
	});

	it("names nothing longer than AWS takes, for the longest names that the settings take", async () => {
		const [model] = dev["triplane:models"] as object[];
		const { resources } = await deployed({
			"triplane:models": [{ ...model, name: "m".repeat(40), team: "t".repeat(40) }],
			"triplane:tenants": [{ name: "a".repeat(32), tier: "trial" }],
		});
		const pulumiAddsCharacters = 8;
		const limits: Record<string, number> = {
			"aws:lambda/function:Function": 64,
			"aws:iam/role:Role": 64,
			"aws:sqs/queue:Queue": 80,
			"aws:budgets/budget:Budget": 100,
			"aws:iam/rolePolicy:RolePolicy": 128,
			"aws:cloudwatch/metricAlarm:MetricAlarm": 255,
		};
		for (const { type, name } of resources)
			expect(name.length, `${type} ${name}`).to.be.at.most((limits[type] ?? 255) - pulumiAddsCharacters);
	});

	it("refuses a mistyped key, naming it, before anything is registered", async () => {
		const { result, resources } = await underMocks(
			() => program().then(String, String),
			asConfig({ ...dev, "triplane:tennants": [] }),
		);
		expect(result).to.equal(
			'SettingsError: Pulumi.dev.yaml has a fault in its settings. Correct:\n  triplane:(the settings as a whole): Unrecognized key: "tennants"',
		);
		expect(resources).to.deep.equal([]);
	});

	it("answers any value of a structured setting with a plan or with a SettingsError, never half a plan", async () => {
		const keys = ["models", "tenants", "tiers", "observability"].map((key) => `triplane:${key}`);
		await fc.assert(
			fc.asyncProperty(fc.constantFrom(...keys), fc.jsonValue(), async (key, value) => {
				const { result, resources } = await underMocks(
					async () => {
						try {
							await program();
							return undefined;
						} catch (error) {
							return error instanceof SettingsError ? "SettingsError" : String(error);
						}
					},
					asConfig({ ...dev, [key]: value }),
				);
				expect(result).to.be.oneOf([undefined, "SettingsError"]);
				if (result) expect(resources).to.deep.equal([]);
			}),
			{ numRuns: 50 },
		);
	});
});
