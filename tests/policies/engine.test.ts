import type { PolicyResource, ResourceValidationArgs, StackValidationArgs } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import grpc from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/analyzer_pb.js";
import { expect } from "chai";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { CLAUSES } from "../../charter/clauses.ts";
import { policiesOf } from "../../policies/engine.ts";
import { engineConfig, watchEngineConfig } from "../../policies/engine-config.ts";
import { engineInputs, keepEngineInputs, watchEngineInputs } from "../../policies/engine-inputs.ts";
import { retentionFromDefault } from "../../policies/remediations/log-retention.ts";
import { notApplicable, type Rule } from "../../policies/rule.ts";
import { functionReservedConcurrency } from "../../policies/rules/function-reserved-concurrency.ts";
import { logRetention } from "../../policies/rules/log-retention.ts";
import { exceptionTo } from "../support/policies-exceptions.ts";

const FUNCTION = "aws:lambda/function:Function";
const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const RULES = [functionReservedConcurrency, logRetention];
const unread = {
	opts: {
		protect: false,
		ignoreChanges: [],
		aliases: [],
		additionalSecretOutputs: [],
		customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
	},
	isType: () => false,
	asType: () => undefined,
};
const fn = (name = "score", props: Record<string, unknown> = { role: "any" }): PolicyResource => ({
	type: FUNCTION,
	name,
	urn: `urn:${name}`,
	props,
	dependencies: [],
	propertyDependencies: {},
	...unread,
});

/** The next turn of the event loop, with which a run of the policies ends. */
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe("policies/engine", () => {
	let policies = policiesOf(RULES, [retentionFromDefault]);
	const { configure, remediate } = grpc.AnalyzerService;
	const deserializers = [configure.requestDeserialize, remediate.requestDeserialize] as const;

	beforeEach(() => {
		watchEngineConfig();
		watchEngineInputs();
		policies = policiesOf(RULES, [retentionFromDefault]);
	});

	afterEach(async () => {
		sendConfig({});
		[configure.requestDeserialize, remediate.requestDeserialize] = deserializers;
		pulumi.runtime.setAllConfig({});
		await nextTurn();
	});

	/** As the engine sends it. */
	function sendConfig(config: Record<string, Record<string, struct.JavaScriptValue> | undefined>) {
		const request = new messages.ConfigureAnalyzerRequest();
		for (const [policy, given] of Object.entries(config)) {
			const part = new messages.PolicyConfig();
			if (given) part.setProperties(struct.Struct.fromJavaScript(given));
			request.getPolicyconfigMap().set(policy, part);
		}
		return configure.requestDeserialize(Buffer.from(request.serializeBinary()));
	}

	/** What a policy reports of some resources, and what it says instead where it does not apply. */
	function said(policy: string, resources: PolicyResource[], config: Record<string, unknown> = {}) {
		const reports: unknown[] = [];
		const found = policies.find(({ name }) => name === policy);
		if (!found) throw new Error(`There is no policy ${policy}.`);
		const isOther = {};
		let other: string | undefined;
		const args: StackValidationArgs = {
			resources,
			stackTags: new Map(),
			getConfig: () => Object(config),
			notApplicable: (reason) => {
				other = reason;
				throw isOther;
			},
		};
		try {
			found.validateStack(args, (...reported: unknown[]) => reports.push(...reported));
		} catch (error) {
			if (error !== isOther) throw error;
		}
		return { reports, other };
	}

	const URN = "urn:pulumi:dev::shop::aws:cloudwatch/logGroup:LogGroup::logs";
	const request = (change: Partial<ResourceValidationArgs> = {}): ResourceValidationArgs => ({
		type: LOG_GROUP,
		name: "logs",
		urn: URN,
		props: {},
		stackTags: new Map(),
		getConfig: () => Object({}),
		notApplicable: () => {
			throw new Error("not applicable");
		},
		...unread,
		...change,
	});
	const mend = (change?: Partial<ResourceValidationArgs>): unknown =>
		Reflect.apply(Reflect.get(Object(policies[2]), "remediateResource"), undefined, [request(change)]);

	// The first of all: what has been seen of the engine stays seen.
	it("judges and mends by what the SDK hands on where the engine's own message could not be seen", () => {
		expect(engineConfig()).to.equal(undefined);
		expect(said(functionReservedConcurrency.name, [fn("first")]).reports).to.have.length(1);
		keepEngineInputs("urn:first", { retentionInDays: 0 });
		expect(mend({ urn: "urn:first" })).to.deep.equal({ retentionInDays: 30 });
	});

	it("has a policy for the charter's config and one for each rule, told of by their clauses", () => {
		expect(policies.map(({ name }) => name)).to.deep.equal([
			"charter",
			functionReservedConcurrency.name,
			logRetention.name,
		]);
		const clause = CLAUSES[functionReservedConcurrency.name as keyof typeof CLAUSES];
		expect(policies[1]).to.deep.include({
			description: clause.title,
			enforcementLevel: clause.level,
			severity: clause.severity,
			remediationSteps: clause.howToComply,
			url: `docs/policies/${functionReservedConcurrency.name}.md`,
		});
		expect(policies[0]).to.deep.include({ description: CLAUSES.charter.title, url: "docs/policies/charter.md" });
		expect(policies[0]?.configSchema?.properties).to.deep.include({ models: {}, exceptions: {} });
		expect(policies.map((policy) => "remediateResource" in policy)).to.deep.equal([false, false, true]);
	});

	it("reports what a rule finds, with its resource, and nothing where all is well", () => {
		const { reports, other } = said(functionReservedConcurrency.name, [
			fn("score"),
			fn("held", { reservedConcurrentExecutions: 5 }),
		]);
		expect(other).to.equal(undefined);
		expect(reports).to.have.length(1);
		expect(reports[0]).to.include({ urn: "urn:score", id: functionReservedConcurrency.name });
	});

	it("says that a policy does not apply where nothing in the stack is what it is about", () => {
		const nothing = "nothing in the stack is what this policy is about";
		expect(said(functionReservedConcurrency.name, [])).to.deep.equal({ reports: [], other: nothing });
		const held = said(functionReservedConcurrency.name, [fn("held", { reservedConcurrentExecutions: 5 })]);
		expect(held).to.deep.equal({ reports: [], other: undefined });
		const exceptions = [exceptionTo(functionReservedConcurrency.name, "score", { expiry: "2999-12-31" })];
		const accepted = said(functionReservedConcurrency.name, [fn("score")], { exceptions });
		expect(accepted, "what an exception accepts was about something").to.deep.equal({ reports: [], other: undefined });
	});

	it("reports what is wrong with the config by the charter's own policy", () => {
		const { reports } = said("charter", [fn()], { unknownKey: 1 });
		expect(reports).to.have.length(1);
		expect(String(Reflect.get(Object(reports[0]), "message"))).to.match(
			/^\[charter\/config\] The pack's config is at fault: /,
		);
		expect(said("charter", [fn("other")]).reports).to.deep.equal([]);
	});

	it("takes today for the day on which an exception expires", () => {
		const today = new Date().toISOString().slice(0, 10);
		const until = (expiry: string, name: string) =>
			said(functionReservedConcurrency.name, [fn(name)], {
				exceptions: [exceptionTo(functionReservedConcurrency.name, name, { expiry })],
			}).reports.length;
		expect(until(today, "a")).to.equal(0);
		expect(until("2001-01-01", "b")).to.equal(1);
	});

	it("judges once for all policies of a run, and anew for other resources and in the next turn", async () => {
		const exceptions = [exceptionTo(functionReservedConcurrency.name, "score", { expiry: "2999-12-31" })];
		const reported = (config: Record<string, unknown>, ...resources: PolicyResource[]) =>
			said(functionReservedConcurrency.name, resources, config).reports.length;
		expect(reported({ exceptions }, fn("score"), fn("mid", {}), fn("last", {}))).to.equal(2);
		expect(reported({}, fn("score"), fn("mid", {}), fn("last", {})), "the same run").to.equal(2);
		expect(reported({}, fn("score"), fn("last", {})), "fewer resources").to.equal(2);
		expect(reported({ exceptions }, fn("score"), fn("end", {})), "another last one").to.equal(1);
		expect(reported({ exceptions }, fn("other"), fn("end", {})), "another first one").to.equal(2);
		expect(reported({}, fn("score"), fn("mid", {}), fn("z", {}))).to.equal(3);
		expect(reported({ exceptions }, fn("score"), fn("mid", {}), fn("end", {})), "the last of three").to.equal(2);
		expect(reported({ exceptions }, fn("score"))).to.equal(0);
		await nextTurn();
		expect(reported({}, fn("score")), "the next turn").to.equal(1);
	});

	it("reads the config that the engine sends before what the SDK hands on, unknown policies included", () => {
		expect(engineConfig()?.size).to.equal(0);
		const sent = sendConfig({
			charter: { exceptions: [exceptionTo(functionReservedConcurrency.name, "score", { expiry: "2999-12-31" })] },
			nobody: undefined,
		});
		expect(sent.getPolicyconfigMap().getLength()).to.equal(2);
		expect([...(engineConfig() ?? [])].map(([policy, given]) => [policy, Object.keys(given)])).to.deep.equal([
			["charter", ["exceptions"]],
			["nobody", []],
		]);
		expect(said(functionReservedConcurrency.name, [fn("score")], { unknownKey: 1 }).reports).to.deep.equal([]);
		const charter = said("charter", [fn("score")]).reports.map((each) => Reflect.get(Object(each), "id"));
		expect(charter).to.deep.equal(["charter/config", "charter/exception-in-force"]);
	});

	it("takes models and tenants of a stack of its own kind from the stack's settings", () => {
		const seen: string[][] = [];
		const rule: Rule = {
			name: logRetention.name,
			findings: [],
			*check({ config: { models } }) {
				seen.push(models.map(({ name }) => name));
				yield notApplicable(undefined, "asked");
			},
		};
		policies = policiesOf([rule]);
		pulumi.runtime.setAllConfig({
			"triplane:models": '[{"name":"digit-reader","serve":"realtime"}]',
			"shop:models": "[]",
		});
		const nothing = "nothing in the stack is what this policy is about";
		expect(said(logRetention.name, [fn()])).to.deep.equal({ reports: [], other: nothing });
		expect(seen).to.deep.equal([["digit-reader"]]);
	});

	describe("at the level remediate", () => {
		const send = (urn: string, inputs?: Record<string, struct.JavaScriptValue>) => {
			const message = new messages.AnalyzeRequest();
			message.setUrn(urn);
			if (inputs) message.setProperties(struct.Struct.fromJavaScript(inputs));
			return remediate.requestDeserialize(Buffer.from(message.serializeBinary()));
		};
		it("mends the inputs as the engine sent them, and keeps what it made of them for the next", () => {
			expect(send(URN, { name: "logs", retentionInDays: 0 }).getUrn()).to.equal(URN);
			expect(engineInputs(URN)).to.deep.equal({ name: "logs", retentionInDays: 0 });
			const whole = mend();
			expect(whole).to.deep.equal({ name: "logs", retentionInDays: 30 });
			expect(engineInputs(URN)).to.deep.equal(whole);
			expect(mend(), "nothing is left to mend").to.equal(undefined);
			expect(engineInputs(URN)).to.deep.equal(whole);
		});

		it("goes by the config that the engine sent, and by the resource's own inputs", () => {
			sendConfig({ charter: { logRetentionDays: 14 } });
			send(`${URN}-2`);
			expect(engineInputs(`${URN}-2`)).to.deep.equal({});
			expect(mend({ urn: `${URN}-2` })).to.deep.equal({ retentionInDays: 14 });
			expect(mend({ urn: `${URN}-2`, type: FUNCTION })).to.equal(undefined);
			expect(mend({ urn: "urn:unseen" }), "inputs that could not be seen").to.equal(undefined);
			keepEngineInputs("urn:kept", { retentionInDays: 0 });
			expect(mend({ urn: "urn:kept" })).to.deep.equal({ retentionInDays: 14 });
		});

		it("hands on the provider, where there is one", () => {
			const seen: unknown[] = [];
			policies = policiesOf(RULES, [
				{
					rule: logRetention,
					findings: [],
					mend: ({ provider }) => {
						seen.push(provider?.read("region"));
						return {};
					},
				},
			]);
			send(URN, {});
			mend({ provider: { type: "pulumi:providers:aws", name: "aws", urn: "urn:aws", props: { region: "eu-west-1" } } });
			mend();
			expect(seen).to.deep.equal([{ state: "known", value: "eu-west-1" }, undefined]);
		});

		it("leaves what an exception accepts", () => {
			const record = exceptionTo(logRetention.name, "logs", { expiry: "2999-12-31" });
			sendConfig({ charter: { exceptions: [record] } });
			send(`${URN}-3`, { retentionInDays: 0 });
			expect(mend({ urn: `${URN}-3` })).to.equal(undefined);
			expect(mend({ urn: `${URN}-3`, name: "others" })).to.have.property("retentionInDays");
		});
	});
});
