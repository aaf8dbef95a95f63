import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { UNKNOWN_TEXT } from "../../../policies/facts/unknown.ts";
import { type Program, type RecordingOptions, recordProgram } from "../../../policies/offline/recording.ts";

const QUEUE = "aws:sqs/queue:Queue";
const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";

/** A resource of any type, whose outputs have the names that are asked for. */
class Any extends pulumi.CustomResource {
	declare readonly arn: pulumi.Output<string>;
	constructor(type: string, name: string, props: pulumi.Inputs = {}, opts: pulumi.CustomResourceOptions = {}) {
		super(type, name, { arn: undefined, ...props }, opts);
	}
}

describe("policies/offline/recording", () => {
	const record = (program: Program, options: Partial<RecordingOptions> = {}) =>
		recordProgram(program, {
			sdk: pulumi,
			project: "shop",
			stack: "dev",
			run: "preview",
			answerTo: () => undefined,
			...options,
		});
	const outputsOf = ({ name }: { name: string }) => ({ id: `${name}-id`, arn: `arn:${name}`, delaySeconds: 9 });

	it("hands over what a program registers, with what each property depends on", async () => {
		const { resources, remoteComponents, unanswered } = await record(() => {
			const jobs = new Any(QUEUE, "jobs", { delaySeconds: 5 });
			new Any(MAPPING, "settle", { eventSourceArn: jobs.arn, batchSize: 3 });
		});
		expect(resources).to.deep.equal([
			{
				type: QUEUE,
				name: "jobs",
				urn: `urn:pulumi:dev::shop::${QUEUE}::jobs`,
				props: { delaySeconds: 5 },
				propertyDependencies: { delaySeconds: [] },
			},
			{
				type: MAPPING,
				name: "settle",
				urn: `urn:pulumi:dev::shop::${MAPPING}::settle`,
				props: { eventSourceArn: UNKNOWN_TEXT, batchSize: 3 },
				propertyDependencies: {
					eventSourceArn: [{ urn: `urn:pulumi:dev::shop::${QUEUE}::jobs` }],
					batchSize: [],
				},
			},
		]);
		expect({ remoteComponents, unanswered }).to.deep.equal({ remoteComponents: [], unanswered: [] });
	});

	it("has outputs once a program is applied, the inputs before them, and none without a table of them", async () => {
		const program = () => {
			const jobs = new Any(QUEUE, "jobs", { delaySeconds: 5 });
			new Any(MAPPING, "settle", { eventSourceArn: jobs.arn });
		};
		const applied = await record(program, { run: "applied", outputsOf });
		expect(applied.resources.map(({ props }) => props)).to.deep.equal([
			{ id: "jobs-id", arn: "arn:jobs", delaySeconds: 5 },
			{ id: "settle-id", arn: "arn:settle", delaySeconds: 9, eventSourceArn: "arn:jobs" },
		]);
		const bare = await record(program, { run: "applied" });
		expect(bare.resources[0]?.props).to.deep.equal({ delaySeconds: 5 });
		const before = await record(program, { run: "preview", outputsOf });
		expect(before.resources[0]?.props, "nothing exists yet").to.deep.equal({ delaySeconds: 5 });
	});

	it("lays secrets bare, of inputs, outputs and providers", async () => {
		const { resources } = await record(
			() => {
				const provider = new Provider("own", { token: pulumi.secret("hush") });
				new Any(QUEUE, "jobs", { key: pulumi.secret("whisper") }, { provider });
			},
			{ run: "applied", outputsOf },
		);
		expect(resources[0]?.props).to.deep.include({ key: "whisper" });
		expect(resources[0]?.provider?.props).to.deep.equal({ token: "hush" });
		expect(resources).to.have.length(1);
	});

	class Provider extends pulumi.ProviderResource {
		constructor(name: string, props: pulumi.Inputs) {
			super("aws", name, props);
		}
	}

	it("leaves components out, and says which are made by another process", async () => {
		const { resources, remoteComponents } = await record(() => {
			const shop = new pulumi.ComponentResource("shop:index:Shop", "shop");
			new Any(QUEUE, "jobs", {}, { parent: shop });
			new pulumi.ComponentResource("eks:index:Cluster", "cluster", {}, {}, true);
		});
		expect(resources.map(({ name, parent }) => [name, parent?.urn.split("::").at(-1)])).to.deep.equal([
			["jobs", "shop"],
		]);
		expect(remoteComponents).to.deep.equal(["eks:index:Cluster::cluster"]);
	});

	it("answers a provider's functions, and gives an unknown where there is no answer, once by name", async () => {
		const asked: unknown[] = [];
		const { resources, unanswered } = await record(
			() => {
				const ask = (token: string) => pulumi.runtime.invokeOutput<{ name: string }>(token, { at: "here" }, {});
				new Any(QUEUE, "known", { region: ask("aws:index/getRegion:getRegion").apply(({ name }) => name) });
				new Any(QUEUE, "open", { region: ask("aws:index/getZones:getZones").apply(({ name }) => name) });
				new Any(QUEUE, "again", { region: ask("aws:index/getZones:getZones").apply(({ name }) => name) });
			},
			{
				answerTo: (token, args) => {
					asked.push(args);
					return token === "aws:index/getRegion:getRegion" ? { name: "us-east-1" } : undefined;
				},
			},
		);
		expect(resources.map(({ name, props }) => [name, Reflect.get(props, "region")])).to.have.deep.members([
			["known", "us-east-1"],
			["open", UNKNOWN_TEXT],
			["again", UNKNOWN_TEXT],
		]);
		expect(unanswered).to.deep.equal(["aws:index/getZones:getZones"]);
		for (const args of asked) expect(args).to.deep.equal({ at: "here" });
	});

	it("waits for what is registered after the program has returned", async () => {
		const { resources } = await record(() => {
			const delaySeconds = new Promise((resolve) => setTimeout(() => resolve(7), 5));
			new Any(QUEUE, "late", { delaySeconds });
		});
		expect(resources.map(({ name, props }) => [name, props])).to.deep.equal([["late", { delaySeconds: 7 }]]);
	});

	it("gives the program its settings, and throws what it throws", async () => {
		const { resources } = await record(() => new Any(QUEUE, new pulumi.Config("shop").require("queue")), {
			config: { "shop:queue": "set" },
		});
		expect(resources.map(({ name }) => name)).to.deep.equal(["set"]);
		let thrown: unknown;
		await record(() => {
			throw new Error("broken program");
		}).catch((error: unknown) => {
			thrown = error;
		});
		expect(String(thrown)).to.equal("Error: broken program");
	});
});
