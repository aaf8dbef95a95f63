/** Every input of a slot on SageMaker: the server, its endpoint, its scaling, and the two functions around it. */
import { expect } from "chai";
import { SettingsError } from "../../../charter/errors.ts";
import { queuedModels } from "../../../charter/queued.ts";
import { isOnSageMaker } from "../../../charter/sagemaker.ts";
import { ArtifactStore } from "../../../components/parts/artifact-store.ts";
import { JobStore } from "../../../components/parts/job-store.ts";
import { OnDemandTable } from "../../../components/parts/on-demand-table.ts";
import { QueuedEndpoint } from "../../../components/parts/queued-endpoint.ts";
import { grantsIn, jsonOf, sagemakerSettingsWith, TAGS } from "../../support/components.ts";
import { titles, underMocks } from "../../support/pulumi-mocks.ts";
import { rawSageMakerModel } from "../../support/settings.ts";

const NAME = "digit-reader-a";
const ENDPOINT = `triplane-dev-${NAME}`;
const OWN_TAGS = { ...TAGS, team: "documents", model: "digit-reader", feature: "form-entry" };
const QUEUES = "https://sqs.us-east-1.amazonaws.com/123456789012";
const settings = sagemakerSettingsWith();
const [model] = queuedModels(settings).filter(isOnSageMaker);

const deployed = (name = "digit-reader") =>
	underMocks(() => {
		const tags = TAGS;
		if (!model) throw new Error("The settings have no model on SageMaker.");
		const endpoint = new QueuedEndpoint(name, {
			settings,
			model,
			network: undefined,
			store: new JobStore("jobs", { tags }),
			registry: new OnDemandTable("registry", { hasSortKey: true, isRecoverable: true, tags }),
			artifacts: new ArtifactStore("artifacts", { tags }),
		});
		return endpoint.logWriters.map(({ logGroup }) => logGroup.name);
	});

describe("components/parts/sagemaker-endpoint", function () {
	// Each run bundles the functions.
	this.timeout(60_000);
	let run: Awaited<ReturnType<typeof deployed>>;
	before(async () => {
		run = await deployed();
	});
	const variables = (name: string) => run.find("aws:lambda/function:Function", name).inputs.environment;

	it("has no host, task or network of its own, and the same queue as workers have", () => {
		expect(titles(run.resources).filter((title) => /ecs|autoscaling\/group|ec2/.test(title))).to.deep.equal([]);
		const { redrivePolicy: _, ...queue } = run.find("aws:sqs/queue:Queue", `${NAME}-queue`).inputs;
		expect(queue).to.deep.equal({
			sqsManagedSseEnabled: true,
			visibilityTimeoutSeconds: 180,
			messageRetentionSeconds: 345_600,
			receiveWaitTimeSeconds: 20,
			tags: OWN_TAGS,
		});
	});

	it("runs the team's image by digest, and tells it which model it is and where its versions are", () => {
		expect(run.find("aws:sagemaker/model:Model", NAME).inputs).to.deep.equal({
			executionRoleArn: `arn:${NAME}-host-role`,
			primaryContainer: {
				image: rawSageMakerModel().runtime.image,
				environment: {
					TRIPLANE_ENVIRONMENT: "test",
					TRIPLANE_TRACE_SAMPLE_RATIO: "1",
					OTEL_SERVICE_NAME: `${NAME}-model-server`,
					TRIPLANE_MODEL: "digit-reader",
					TRIPLANE_MODEL_SERVER_PORT: "8080",
					TRIPLANE_REGISTRY_TABLE: "registry-table",
					TRIPLANE_ARTIFACT_BUCKET: "artifacts-bucket",
				},
			},
			tags: OWN_TAGS,
		});
	});

	it("answers asynchronously into the model's own part of the jobs' bucket, and captures nothing else", () => {
		expect(run.find("aws:sagemaker/endpointConfiguration:EndpointConfiguration", NAME).inputs).to.deep.equal({
			productionVariants: [
				{
					variantName: "primary",
					modelName: NAME,
					instanceType: "ml.g5.xlarge",
					initialInstanceCount: 1,
					containerStartupHealthCheckTimeoutInSeconds: 600,
				},
			],
			asyncInferenceConfig: {
				clientConfig: { maxConcurrentInvocationsPerInstance: 4 },
				outputConfig: {
					s3OutputPath: "s3://jobs-bucket/sagemaker/digit-reader/output/",
					s3FailurePath: "s3://jobs-bucket/sagemaker/digit-reader/failure/",
					notificationConfig: { successTopic: `arn:${NAME}-results`, errorTopic: `arn:${NAME}-results` },
				},
			},
			tags: OWN_TAGS,
		});
		expect(run.find("aws:sagemaker/endpoint:Endpoint", NAME).inputs).to.deep.equal({
			name: ENDPOINT,
			endpointConfigName: NAME,
			tags: OWN_TAGS,
		});
	});

	it("refuses an endpoint whose name SageMaker would not take, and says what is too long", async () => {
		const name = "m".repeat(49);
		const thrown = await deployed(name).catch((reason: unknown) => reason);
		expect(thrown).to.be.instanceOf(SettingsError);
		expect(String(thrown)).to.include("which has 64 characters of the 63 that SageMaker takes");
	});

	it("keeps the server's log where SageMaker writes it, for as long as every other, from the first line", () => {
		const group = run.find("aws:cloudwatch/logGroup:LogGroup", `${NAME}-model-server-logs`);
		expect(group.inputs).to.include({ name: `/aws/sagemaker/Endpoints/${ENDPOINT}`, retentionInDays: 30 });
		expect([...run.outlivedBy("aws:sagemaker/endpoint:Endpoint", NAME)]).to.include(
			`aws:cloudwatch/logGroup:LogGroup::${NAME}-model-server-logs`,
		);
	});

	it("lets the server do what it needs, on what is its own", () => {
		expect(grantsIn(run.find("aws:iam/rolePolicy:RolePolicy", `${NAME}-host-policy`))).to.deep.equal([
			[["ecr:GetAuthorizationToken"], ["*"]],
			[
				["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
				["arn:aws:ecr:us-east-1:123456789012:repository/digit-reader"],
			],
			[["logs:CreateLogStream", "logs:PutLogEvents"], [`arn:${NAME}-model-server-logs:*`]],
			[["dynamodb:GetItem"], ["arn:registry-table"]],
			[["s3:GetObject"], ["arn:artifacts-bucket/models/digit-reader/*"]],
			[["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"], ["arn:jobs-bucket/sagemaker/digit-reader/*"]],
			[["sns:Publish"], [`arn:${NAME}-results`]],
			[["cloudwatch:PutMetricData"], ["*"]],
		]);
		const role = run.find("aws:iam/role:Role", `${NAME}-host-role`);
		expect(jsonOf(role, "assumeRolePolicy")).to.have.nested.property(
			"Statement[0].Principal.Service",
			"sagemaker.amazonaws.com",
		);
	});

	it("scales from none to the most by what waits for each instance, and to the first one by a step", () => {
		const scaled = {
			serviceNamespace: "sagemaker",
			scalableDimension: "sagemaker:variant:DesiredInstanceCount",
			resourceId: `endpoint/${ENDPOINT}/variant/primary`,
		};
		const policy = (name: string) => run.find("aws:appautoscaling/policy:Policy", `${NAME}-${name}`).inputs;
		expect(run.find("aws:appautoscaling/target:Target", `${NAME}-target`).inputs).to.deep.equal({
			...scaled,
			minCapacity: 0,
			maxCapacity: 3,
			tags: OWN_TAGS,
		});
		expect(policy("backlog-per-instance")).to.deep.equal({
			...scaled,
			policyType: "TargetTrackingScaling",
			targetTrackingScalingPolicyConfiguration: {
				targetValue: 60,
				scaleOutCooldown: 600,
				scaleInCooldown: 300,
				customizedMetricSpecification: {
					namespace: "AWS/SageMaker",
					metricName: "ApproximateBacklogSizePerInstance",
					dimensions: [{ name: "EndpointName", value: ENDPOINT }],
					statistic: "Average",
				},
			},
		});
		expect(policy("first-instance")).to.deep.equal({
			...scaled,
			policyType: "StepScaling",
			stepScalingPolicyConfiguration: {
				adjustmentType: "ChangeInCapacity",
				cooldown: 600,
				metricAggregationType: "Maximum",
				stepAdjustments: [{ metricIntervalLowerBound: "0", scalingAdjustment: 1 }],
			},
		});
		const { alarmDescription: _, ...alarm } = run.find(
			"aws:cloudwatch/metricAlarm:MetricAlarm",
			`${NAME}-waits-without-instance`,
		).inputs;
		expect(alarm).to.deep.equal({
			namespace: "AWS/SageMaker",
			metricName: "HasBacklogWithoutCapacity",
			dimensions: { EndpointName: ENDPOINT },
			statistic: "Average",
			period: 60,
			evaluationPeriods: 2,
			comparisonOperator: "GreaterThanOrEqualToThreshold",
			threshold: 1,
			treatMissingData: "missing",
			alarmActions: [`arn:${NAME}-first-instance`],
			tags: OWN_TAGS,
		});
	});

	it("forwards one job in each call of a bounded function, which says what must come again", () => {
		expect(run.find("aws:lambda/function:Function", `${NAME}-forward`).inputs).to.deep.include({
			timeout: 30,
			memorySize: 1024,
			reservedConcurrentExecutions: 15,
			tags: OWN_TAGS,
		});
		expect(
			run.find("aws:lambda/eventSourceMapping:EventSourceMapping", `${NAME}-forward-mapping`).inputs,
		).to.deep.equal({
			eventSourceArn: `arn:${NAME}-queue`,
			functionName: `arn:${NAME}-forward`,
			batchSize: 1,
			functionResponseTypes: ["ReportBatchItemFailures"],
			scalingConfig: { maximumConcurrency: 15 },
			tags: OWN_TAGS,
		});
	});

	it("is told of results on an encrypted topic, and keeps every notification that it failed at or never got", () => {
		expect(run.find("aws:sns/topic:Topic", `${NAME}-results`).inputs).to.deep.equal({
			kmsMasterKeyId: "alias/aws/sns",
			tags: OWN_TAGS,
		});
		const subscription = run.find("aws:sns/topicSubscription:TopicSubscription", `${NAME}-results-subscription`);
		expect(subscription.inputs).to.include({
			topic: `arn:${NAME}-results`,
			protocol: "lambda",
			endpoint: `arn:${NAME}-result`,
		});
		expect(jsonOf(subscription, "redrivePolicy")).to.deep.equal({
			deadLetterTargetArn: `arn:${NAME}-result-failures`,
		});
		expect(run.find("aws:lambda/permission:Permission", `${NAME}-results-permission`).inputs).to.deep.equal({
			action: "lambda:InvokeFunction",
			function: `${NAME}-result`,
			principal: "sns.amazonaws.com",
			sourceArn: `arn:${NAME}-results`,
		});
		expect(
			run.find("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", `${NAME}-result-failure-destination`)
				.inputs,
		).to.deep.include({ destinationConfig: { onFailure: { destination: `arn:${NAME}-result-failures` } } });
		expect(run.find("aws:lambda/function:Function", `${NAME}-result`).inputs).to.deep.include({
			timeout: 60,
			memorySize: 512,
			reservedConcurrentExecutions: 8,
		});
	});

	it("tells each function exactly what it reads", () => {
		const both = (name: string) => ({
			TRIPLANE_ENVIRONMENT: "test",
			TRIPLANE_TRACE_SAMPLE_RATIO: "1",
			OTEL_SERVICE_NAME: name,
			TRIPLANE_MODEL: "digit-reader",
			TRIPLANE_TEAM: "documents",
			TRIPLANE_FEATURE: "form-entry",
			TRIPLANE_SLO: '{"p95Ms":500,"errorRate":0.005,"jobP95Seconds":30}',
			TRIPLANE_JOBS_TABLE: "jobs-table",
			TRIPLANE_JOBS_BUCKET: "jobs-bucket",
			TRIPLANE_QUEUE_URL: `${QUEUES}/${NAME}-queue`,
			TRIPLANE_DEAD_LETTER_QUEUE_URL: `${QUEUES}/${NAME}-dead-letters`,
			TRIPLANE_CALLBACK_QUEUE_URL: `${QUEUES}/callbacks-queue`,
		});
		expect(variables(`${NAME}-result`)).to.deep.equal({ variables: both(`${NAME}-result`) });
		expect(variables(`${NAME}-forward`)).to.deep.equal({
			variables: { ...both(`${NAME}-forward`), TRIPLANE_SAGEMAKER_ENDPOINT: ENDPOINT },
		});
	});

	it("grants each function what it does, and no more", () => {
		const grants = (name: string) => grantsIn(run.find("aws:iam/rolePolicy:RolePolicy", `${name}-policy`));
		const ending = [
			[["dynamodb:GetItem", "dynamodb:UpdateItem"], ["arn:jobs-table"]],
			[["sqs:SendMessage"], [`arn:${NAME}-dead-letters`, "arn:callbacks-queue"]],
		];
		expect(grants(`${NAME}-forward`).slice(0, -2)).to.deep.equal([
			[
				["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"],
				[`arn:${NAME}-queue`],
			],
			...ending,
			[["s3:GetObject"], ["arn:jobs-bucket/jobs/*"]],
			[["s3:PutObject"], ["arn:jobs-bucket/sagemaker/digit-reader/*"]],
			[["sagemaker:InvokeEndpointAsync"], [`arn:${NAME}`]],
		]);
		expect(grants(`${NAME}-result`).slice(0, -3)).to.deep.equal([
			...ending,
			[["sqs:SendMessage"], [`arn:${NAME}-queue`]],
			[["s3:GetObject"], ["arn:jobs-bucket/sagemaker/digit-reader/output/*"]],
			[["s3:PutObject"], ["arn:jobs-bucket/jobs/*"]],
		]);
	});

	it("writes the logs of its jobs in both functions", () => {
		expect(run.result).to.deep.equal(
			["a", "b"].flatMap((slot) => ["forward", "result"].map((of) => `/triplane/dev/digit-reader-${slot}-${of}`)),
		);
	});
});
