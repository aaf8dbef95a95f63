import { expect } from "chai";
import { ImagePipeline } from "../../components/image-pipeline.ts";
import { Analysis } from "../../policies/analysis.ts";
import { RULES } from "../../policies/pack.ts";
import { grantsIn, jsonOf, TAGS } from "../support/components.ts";
import { resourcesOf } from "../support/policies-programs.ts";
import { underMocks } from "../support/pulumi-mocks.ts";

const connectionArn = "arn:aws:codeconnections:us-east-1:123456789012:connection/1";
const made = (architecture: "arm64" | "x86_64" = "arm64") =>
	new ImagePipeline("trainer", {
		source: { connectionArn, repository: "clinic/trainer" },
		dockerfile: "train/Dockerfile",
		architecture,
		logRetentionDays: 30,
		tags: TAGS,
	});

describe("components/image-pipeline", () => {
	let run: Awaited<ReturnType<typeof deployed>>;
	const deployed = () => underMocks(() => made().imageParameter);
	before(async () => {
		run = await deployed();
	});

	it("pushes into a repository whose tags never move, whose images are scanned and in the end expire", () => {
		const { encryptionConfigurations: _, ...inputs } = run.find("aws:ecr/repository:Repository", "trainer").inputs;
		expect(inputs).to.deep.equal({
			imageTagMutability: "IMMUTABLE",
			imageScanningConfiguration: { scanOnPush: true },
			tags: TAGS,
		});
		const policy = jsonOf(run.find("aws:ecr/lifecyclePolicy:LifecyclePolicy", "trainer"), "policy");
		expect(policy).to.have.nested.property("rules[0].selection.countNumber", 14);
	});

	it("builds the branch's commits, on the processor that is asked for, in bounded time", async () => {
		const { inputs } = run.find("aws:codepipeline/pipeline:Pipeline", "trainer");
		expect([inputs.pipelineType, inputs.artifactStores]).to.deep.equal([
			"V2",
			[{ type: "S3", location: "trainer-source-bucket" }],
		]);
		expect(inputs.stages).to.have.nested.property("[0].actions[0].configuration").that.deep.equals({
			ConnectionArn: connectionArn,
			FullRepositoryId: "clinic/trainer",
			BranchName: "main",
			DetectChanges: "true",
		});
		const project = run.find("aws:codebuild/project:Project", "trainer").inputs;
		expect([project.buildTimeout, project.environment]).to.deep.equal([
			60,
			{
				type: "ARM_CONTAINER",
				computeType: "BUILD_GENERAL1_SMALL",
				image: "aws/codebuild/amazonlinux-aarch64-standard:3.0",
				privilegedMode: true,
				environmentVariables: [
					{ name: "REPOSITORY", value: undefined },
					{ name: "DOCKERFILE", value: "train/Dockerfile" },
					{ name: "CONTEXT", value: "." },
					{ name: "IMAGE_PARAMETER", value: "/triplane-dev-trainer/image" },
				].map(({ name, value }) => (value === undefined ? { name } : { name, value })),
			},
		]);
		const intel = await underMocks(() => made("x86_64").imageParameter);
		expect(intel.find("aws:codebuild/project:Project", "trainer").inputs.environment).to.include({
			image: "aws/codebuild/amazonlinux-x86_64-standard:5.0",
		});
	});

	it("writes the image down by its digest, and lets the build at nothing but its own", () => {
		const project = run.find("aws:codebuild/project:Project", "trainer").inputs;
		expect(JSON.stringify(project.source)).to.include("$REPOSITORY@$DIGEST");
		expect(run.result).to.equal("/triplane-dev-trainer/image");
		const open = grantsIn(run.find("aws:iam/rolePolicy:RolePolicy", "trainer-build-policy")).filter(([, resources]) =>
			resources.includes("*"),
		);
		expect(open).to.deep.equal([[["ecr:GetAuthorizationToken"], ["*"]]]);
		expect(grantsIn(run.find("aws:iam/rolePolicy:RolePolicy", "trainer-build-policy"))).to.deep.include([
			["ssm:PutParameter"],
			["arn:aws:ssm:us-east-1:123456789012:parameter/triplane-dev-trainer/image"],
		]);
	});

	it("is rejected by no policy", async () => {
		const resources = await resourcesOf(() => void made(), "applied");
		const analysis = new Analysis({ resources, rules: RULES, fromStack: {}, today: "2026-11-24" });
		const failed = RULES.flatMap((rule) => analysis.judge(rule).verdicts.filter(({ answer }) => answer === "fail"));
		expect(failed).to.deep.equal([]);
	});
});
