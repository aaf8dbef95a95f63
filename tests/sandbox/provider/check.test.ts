import { expect } from "chai";
import fc from "fast-check";
import { check } from "../../../sandbox/provider/check.ts";
import { defaultsOf, TYPES_WITH_DEFAULTS } from "../../../sandbox/provider/defaults.ts";
import { installedType } from "../../../sandbox/provider/installed.ts";
import { type Props, same, UNKNOWN } from "../../../sandbox/provider/values.ts";

const FUNCTION = "aws:lambda/function:Function";
const seed = new Uint8Array([1, 2, 3]);
const checked = (type: string, news: Props, more: Partial<Parameters<typeof check>[0]> = {}) =>
	check({ type, resource: "thing", olds: {}, news, seed, defaultTags: {}, ...more });
const inputsOf = (...args: Parameters<typeof checked>): Props => checked(...args).inputs;

describe("The provider's check", () => {
	describe("of defaults", () => {
		it("has those that policies most often take for a decision.", () => {
			const known: Record<string, Props> = {
				[FUNCTION]: {
					timeout: 3,
					memorySize: 128,
					reservedConcurrentExecutions: -1,
					publish: false,
					packageType: "Zip",
				},
				"aws:sqs/queue:Queue": {
					visibilityTimeoutSeconds: 30,
					messageRetentionSeconds: 345_600,
					delaySeconds: 0,
					receiveWaitTimeSeconds: 0,
					fifoQueue: false,
				},
				"aws:cloudwatch/logGroup:LogGroup": { retentionInDays: 0, skipDestroy: false },
				"aws:sfn/stateMachine:StateMachine": { type: "STANDARD" },
				"aws:lambda/eventSourceMapping:EventSourceMapping": { enabled: true },
				"aws:cloudwatch/metricAlarm:MetricAlarm": { actionsEnabled: true, treatMissingData: "missing" },
				"aws:apigatewayv2/stage:Stage": { autoDeploy: false },
			};
			for (const [type, defaults] of Object.entries(known)) expect(inputsOf(type, {}), type).to.deep.include(defaults);
		});

		it("has only properties that the types have.", () => {
			for (const type of TYPES_WITH_DEFAULTS)
				for (const property of Object.keys(defaultsOf(type)))
					expect(installedType(type)?.inputs.has(property), `${type}.${property}`).to.equal(true);
		});

		it("leaves alone what the program gives, and lists what it added.", () => {
			const inputs = inputsOf(FUNCTION, { role: "r", timeout: 7, name: "given" });
			expect(inputs).to.deep.include({ timeout: 7, memorySize: 128, reservedConcurrentExecutions: -1, name: "given" });
			expect(inputs.__defaults).to.deep.equal([
				"memorySize",
				"packageType",
				"publish",
				"reservedConcurrentExecutions",
				"skipDestroy",
			]);
		});

		it("takes null for absent, as the provider does.", () => {
			expect(inputsOf(FUNCTION, { role: "r", timeout: null }).timeout).to.equal(3);
		});

		it("adds nothing to a type without any.", () => {
			expect(defaultsOf("aws:efs/fileSystem:FileSystem")).to.deep.equal({});
			expect(inputsOf("aws:efs/fileSystem:FileSystem", {})).to.deep.equal({ __defaults: [] });
		});
	});

	describe("of names", () => {
		it("makes one of the resource's name and seven digits, the same for the same seed.", () => {
			const name = inputsOf(FUNCTION, {}).name;
			expect(name).to.match(/^thing-[0-9a-f]{7}$/);
			expect(inputsOf(FUNCTION, {}).name).to.equal(name);
			expect(inputsOf(FUNCTION, {}, { seed: new Uint8Array([4]) }).name).to.not.equal(name);
		});

		it("keeps the one that it made before.", () => {
			const olds = inputsOf(FUNCTION, {});
			expect(inputsOf(FUNCTION, {}, { olds, seed: new Uint8Array([4]) }).name).to.equal(olds.name);
		});

		it("makes a new one where the program no longer gives its own.", () => {
			const olds = inputsOf(FUNCTION, { name: "own" });
			expect(inputsOf(FUNCTION, {}, { olds }).name).to.match(/^thing-[0-9a-f]{7}$/);
		});

		it("takes the engine's proposal.", () => {
			expect(inputsOf(FUNCTION, {}, { proposedName: "dev-thing" }).name).to.equal("dev-thing");
		});

		it("names each type by the property that AWS's provider names it by.", () => {
			expect(inputsOf("aws:s3/bucket:Bucket", {}, { resource: "Thing" }).bucket).to.match(/^thing-[0-9a-f]{7}$/);
			expect(inputsOf("aws:lambda/permission:Permission", {}).statementId).to.match(/^thing-/);
			expect(inputsOf("aws:sqs/queue:Queue", { fifoQueue: true }).name).to.match(/^thing-[0-9a-f]{7}\.fifo$/);
			expect(inputsOf("aws:ecs/cluster:Cluster", {}).name).to.match(/^thing-/);
			expect(inputsOf("aws:cloudwatch/dashboard:Dashboard", {})).to.not.have.property("name");
		});

		it("uses a prefix that the program gives.", () => {
			expect(inputsOf("aws:iam/role:Role", { namePrefix: "p" }).name).to.match(/^p-[0-9a-f]{7}$/);
		});

		it("refuses one that is too long, by how much and with what to do.", () => {
			const { failures } = checked(FUNCTION, {}, { resource: "x".repeat(60) });
			expect(failures).to.deep.equal([
				{
					property: "name",
					reason: `The name made from "${"x".repeat(60)}" has 68 characters, AWS allows 64: shorten the resource's name by 4 or set name.`,
				},
			]);
		});
	});

	describe("of tags", () => {
		const defaultTags = { team: "platform", model: "shared" };

		it("puts the resource's own over the provider's, in tagsAll only.", () => {
			const inputs = inputsOf(FUNCTION, { tags: { model: "a" } }, { defaultTags });
			expect(inputs.tags).to.deep.equal({ model: "a" });
			expect(inputs.tagsAll).to.deep.equal({ team: "platform", model: "a" });
		});

		it("makes all of them unknown where one is.", () => {
			expect(inputsOf(FUNCTION, { tags: { model: UNKNOWN } }, { defaultTags }).tagsAll).to.equal(UNKNOWN);
			expect(inputsOf(FUNCTION, { tags: UNKNOWN }).tagsAll).to.equal(UNKNOWN);
		});

		it("gives none to a type that has no tags, and none where there are none.", () => {
			expect(inputsOf("aws:apigateway/method:Method", {}, { defaultTags })).to.not.have.property("tagsAll");
			expect(inputsOf(FUNCTION, {})).to.not.have.property("tagsAll");
		});
	});

	it("changes nothing that it has checked before, whatever the inputs.", () => {
		const json = fc.dictionary(
			fc.string({ minLength: 1 }),
			fc.jsonValue().map((value) => value as Props[string]),
		);
		const types = fc.constantFrom(FUNCTION, "aws:s3/bucket:Bucket", "aws:kms/key:Key", "aws:iam/role:Role");
		fc.assert(
			fc.property(types, json, (type, news) => {
				const once = inputsOf(type, news);
				const twice = inputsOf(type, news, { olds: once, seed: new Uint8Array([9]) });
				return same(once, twice);
			}),
		);
	});
});
