import { join } from "node:path";
import { CloudWatchClient, GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import {
	LambdaClient,
	ListVersionsByFunctionCommand,
	paginateListFunctions,
	UpdateAliasCommand,
} from "@aws-sdk/client-lambda";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { LIVE_ALIAS } from "../../charter/release.ts";
import { METRIC_DIMENSIONS, METRIC_NAMESPACE, METRICS } from "../../charter/telemetry.ts";
import { PlatformClient } from "../../cli/platform/client.ts";
import { requestByEntity, requestByValues } from "../../cli/platform/heldout.ts";
import { openOn } from "../../cli/story/deploy.ts";
import { SAMPLES } from "../../cli/story/samples.ts";
import { programOf } from "../../sandbox/engine/program.ts";
import { eventually } from "../support/eventually.ts";
import { CHECKOUT, raisedPlatform } from "../support/sandbox.ts";

const PREDICT = `${SAMPLES.realtime}-predict`;

/** Takes something away from the inputs of one resource of the program. */
type Removal = (type: string, name: string, props: Record<string, pulumi.Input<unknown>>) => void;

/** The program as it is, with one thing removed from what it registers. */
const programWithout = (removal: Removal) => async () => {
	pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) => {
		removal(type, name, props);
		return { props, opts };
	});
	return programOf(join(CHECKOUT, "index.ts"))();
};

async function rejectionOf(removal: Removal): Promise<string[]> {
	const { stage } = await raisedPlatform();
	const stack = await openOn(stage, "triplane", programWithout(removal));
	const { ok, violations } = await stack.preview();
	expect(ok).to.equal(false);
	const mandatory = violations.filter(({ level }) => level === "mandatory");
	return [...new Set(mandatory.map(({ policy, resource }) => `${policy}: ${resource}`))].toSorted();
}

const onPredict =
	(property: string): Removal =>
	(type, name, props) => {
		if (type === "aws:lambda/function:Function" && name === PREDICT) delete props[property];
	};

describe("the program with one thing removed", () => {
	const fn = `aws:lambda/function:Function::${PREDICT}`;

	it("is rejected without a function's reservation", async () => {
		expect(await rejectionOf(onPredict("reservedConcurrentExecutions"))).to.deep.equal([
			`function-reserved-concurrency: ${fn}`,
		]);
	});

	it("is rejected without a function's timeout", async () => {
		expect(await rejectionOf(onPredict("timeout"))).to.deep.equal([`function-timeout-explicit: ${fn}`]);
	});

	it("is rejected without one tag of one table", async () => {
		const rejected = await rejectionOf((type, name, props) => {
			if (type !== "aws:dynamodb/table:Table" || !name.startsWith("features")) return;
			const { team: _, ...tags } = props.tags as Record<string, unknown>;
			props.tags = tags;
		});
		expect(rejected).to.deep.equal(["cost-allocation-tags: aws:dynamodb/table:Table::features-table"]);
	});

	it("is rejected without usage plans on its stage", async () => {
		const rejected = await rejectionOf((type, _, props) => {
			if (type === "aws:apigateway/usagePlan:UsagePlan") delete props.apiStages;
		});
		expect(rejected).to.deep.equal(["api-tenant-throttling: aws:apigateway/stage:Stage::front-door-stage"]);
	});

	it("is rejected without the limits of its stage", async () => {
		const rejected = await rejectionOf((type, _, props) => {
			if (type === "aws:apigateway/methodSettings:MethodSettings") props.settings = { metricsEnabled: true };
		});
		expect(rejected).to.deep.equal(["api-tenant-throttling: aws:apigateway/stage:Stage::front-door-stage"]);
	});
});

describe("predict without one permission of its role", () => {
	/** The action is taken from the role, and the function's instances are made anew: as a version that no gate has kept out. */
	async function deployWithout(action: string | undefined) {
		const { stage } = await raisedPlatform();
		const stack = await openOn(
			stage,
			"triplane",
			programWithout((type, name, props) => {
				if (type === "aws:lambda/function:Function" && name === PREDICT)
					props.description = `without ${action ?? "nothing"}`;
				if (type === "aws:iam/rolePolicy:RolePolicy" && name.startsWith(PREDICT))
					props.policy = pulumi.output(props.policy as pulumi.Input<string>).apply((policy) => without(policy, action));
			}),
		);
		const { ok, changes } = await stack.up();
		expect(ok).to.equal(true);
		await letIn();
		return changes.update;
	}

	/** The newest version gets all traffic at once. */
	async function letIn() {
		const { stage } = await raisedPlatform();
		const lambda = new LambdaClient(stage.aws);
		const names: string[] = [];
		for await (const { Functions = [] } of paginateListFunctions({ client: lambda }, {}))
			names.push(
				...Functions.flatMap(({ FunctionName = "" }) => (FunctionName.startsWith(PREDICT) ? FunctionName : [])),
			);
		expect(names).to.have.length(1);
		const [FunctionName] = names;
		const { Versions = [] } = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName }));
		const newest = Math.max(...Versions.flatMap(({ Version }) => (Version === "$LATEST" ? [] : Number(Version))));
		await lambda.send(
			new UpdateAliasCommand({
				FunctionName,
				Name: LIVE_ALIAS,
				FunctionVersion: String(newest),
				RoutingConfig: { AdditionalVersionWeights: {} },
			}),
		);
		lambda.destroy();
	}

	function without(policy: string, action: string | undefined): string {
		const document: { Statement: { Action: string | string[] }[] } = JSON.parse(policy);
		const Statement = document.Statement.filter(({ Action }) => ![Action].flat().includes(action ?? ""));
		expect(Statement.length).to.equal(document.Statement.length - (action === undefined ? 0 : 1));
		return JSON.stringify({ ...document, Statement });
	}

	async function answers() {
		const { platform } = await raisedPlatform();
		const tenant = platform.tenants.at(-1);
		const client = new PlatformClient(platform.outputs.url, tenant?.token ?? "");
		const rows = platform.trained.heldout.slice(0, 1);
		const byValues = await client.infer(SAMPLES.realtime, requestByValues(rows));
		const byEntity = await client.infer(SAMPLES.realtime, requestByEntity("patient_id", rows));
		return [byValues.status, byEntity.status];
	}

	/** How many requests the platform says that it let through without asking the bucket. */
	async function unthrottled(): Promise<number> {
		const { stage } = await raisedPlatform();
		const cloudwatch = new CloudWatchClient(stage.aws);
		const { Datapoints = [] } = await cloudwatch.send(
			new GetMetricStatisticsCommand({
				Namespace: METRIC_NAMESPACE,
				MetricName: METRICS.throttleFailedOpen,
				Dimensions: [{ Name: METRIC_DIMENSIONS.model, Value: SAMPLES.realtime }],
				StartTime: new Date(Date.now() - 3_600_000),
				EndTime: new Date(Date.now() + 60_000),
				Period: 7200,
				Statistics: ["Sum"],
			}),
		);
		cloudwatch.destroy();
		return Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0);
	}

	after(() => deployWithout(undefined));

	it("serves with the whole role", async () => {
		await deployWithout(undefined);
		expect(await answers()).to.deep.equal([200, 200]);
	});

	it("cannot serve without reading the registry", async () => {
		expect(await deployWithout("dynamodb:GetItem")).to.equal(2);
		expect(await answers()).to.deep.equal([503, 503]);
	});

	it("cannot serve without reading the artifact", async () => {
		expect(await deployWithout("s3:GetObject")).to.equal(2);
		expect(await answers()).to.deep.equal([503, 503]);
	});

	it("lets requests through unthrottled, and counts them, without writing the token bucket", async () => {
		expect(await deployWithout("dynamodb:UpdateItem")).to.equal(2);
		const before = await unthrottled();
		expect(await answers()).to.deep.equal([200, 200]);
		await eventually(async () => expect((await unthrottled()) - before).to.equal(2));
	});

	it("serves values and no entity without reading the features", async () => {
		expect(await deployWithout("dynamodb:BatchGetItem")).to.equal(2);
		expect(await answers()).to.deep.equal([200, 503]);
	});
});
