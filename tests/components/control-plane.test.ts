import { expect } from "chai";
import { SettingsError } from "../../charter/errors.ts";
import { ControlPlane } from "../../components/control-plane.ts";
import { jsonOf, notedOptions, settingsWith } from "../support/components.ts";
import { titles, underMocks } from "../support/pulumi-mocks.ts";
import { rawModel } from "../support/settings.ts";

const deployed = () => {
	const { options, opts } = notedOptions();
	return underMocks(() => {
		const plane = new ControlPlane("control", { settings: settingsWith() }, opts);
		return { registry: plane.registry.table.name, artifacts: plane.artifacts.bucket.bucket };
	}).then((run) => ({ ...run, options }));
};
const shared = {
	team: "platform",
	model: "shared",
	feature: "shared",
	environment: "test",
	"cost-center": "cc-1",
};

describe("components/control-plane", function () {
	// Each run bundles the functions.
	this.timeout(60_000);
	let run: Awaited<ReturnType<typeof deployed>>;
	before(async () => {
		run = await deployed();
	});

	it("is the registry's table, the artifacts' bucket, the function that registers, and the bus", () => {
		const { resources, result } = run;
		expect(titles(resources).filter((title) => title.startsWith("triplane:"))).to.deep.equal([
			"triplane:control:ArtifactStore::artifacts",
			"triplane:control:ControlPlane::control",
			"triplane:parts:BoundedFunction::register",
			"triplane:parts:OnDemandTable::registry",
			"triplane:parts:PrivateBucket::artifacts",
		]);
		expect(result).to.deep.equal({ registry: "registry-table", artifacts: "artifacts-bucket" });
	});

	it("keeps the registry recoverable, protected, and beyond the stack's end", () => {
		const { find, options } = run;
		const { inputs } = find("aws:dynamodb/table:Table", "registry-table");
		expect([inputs.rangeKey, inputs.pointInTimeRecovery, inputs.deletionProtectionEnabled]).to.deep.equal([
			"sk",
			{ enabled: true },
			true,
		]);
		expect(options.get("registry-table")?.retainOnDelete).to.equal(true);
	});

	it("lets register read runs, write artifacts and add versions, and nothing else", () => {
		const { find } = run;
		expect(jsonOf(find("aws:iam/rolePolicy:RolePolicy", "register-policy"), "policy")).to.deep.equal({
			Version: "2012-10-17",
			Statement: [
				{
					Effect: "Allow",
					Action: ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"],
					Resource: ["arn:registry-table"],
				},
				{ Effect: "Allow", Action: ["s3:GetObject"], Resource: ["arn:artifacts-bucket/staging/*"] },
				{ Effect: "Allow", Action: ["s3:PutObject"], Resource: ["arn:artifacts-bucket/models/*"] },
				{ Effect: "Allow", Action: ["events:PutEvents"], Resource: ["arn:events"] },
				{
					Effect: "Allow",
					Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
					Resource: ["arn:register-logs:*"],
				},
				{ Effect: "Allow", Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], Resource: ["*"] },
			],
		});
	});

	it("bounds register and tells it its stores", () => {
		const { inputs } = run.find("aws:lambda/function:Function", "register");
		expect([inputs.timeout, inputs.reservedConcurrentExecutions, inputs.memorySize]).to.deep.equal([60, 2, 1024]);
		expect(inputs.environment).to.deep.equal({
			variables: {
				TRIPLANE_ENVIRONMENT: "test",
				OTEL_SERVICE_NAME: "register",
				TRIPLANE_TRACE_SAMPLE_RATIO: "1",
				TRIPLANE_REGISTRY_TABLE: "registry-table",
				TRIPLANE_ARTIFACT_BUCKET: "artifacts-bucket",
				TRIPLANE_EVENT_BUS: "triplane-dev-events",
			},
		});
	});

	it("books all of it on the platform team", () => {
		const { resources } = run;
		const tagged = resources.filter(({ inputs }) => "tags" in inputs);
		expect(tagged.map(({ name }) => name)).to.have.members([
			"registry-table",
			"artifacts-bucket",
			"events",
			"register-logs",
			"register-role",
			"register",
		]);
		for (const { inputs } of tagged) expect(inputs.tags).to.deep.equal(shared);
	});

	it("refuses settings that the account cannot carry before anything is registered", async () => {
		const settings = settingsWith({ models: [{ ...rawModel(), traffic: { rps: 1, peakRps: 10_000 } }] });
		const { resources } = await underMocks(() => {
			expect(() => new ControlPlane("control", { settings })).to.throw(SettingsError, "reserve a concurrency of");
		});
		expect(resources).to.deep.equal([]);
	});
});
