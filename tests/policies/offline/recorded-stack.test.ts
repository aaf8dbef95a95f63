import { readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { UNKNOWN_TEXT } from "../../../policies/facts/unknown.ts";
import { resourcesOfPreview, resourcesOfState, settingsOfPreview } from "../../../policies/offline/recorded-stack.ts";
import { Unjudgeable } from "../../../policies/offline/unjudgeable.ts";

const fixture = (name: string): string =>
	readFileSync(new URL(`../../fixtures/check/${name}.json`, import.meta.url), "utf8");

const QUEUE = "aws:sqs/queue:Queue";
const URN = `urn:pulumi:dev::shop::${QUEUE}::orders`;
const state = (resource: Record<string, unknown>, version = 3): string =>
	JSON.stringify({ version, deployment: { resources: [{ urn: URN, type: QUEUE, custom: true, ...resource }] } });
const step = (op: string, newState: Record<string, unknown> | null) => ({
	op,
	urn: URN,
	newState: newState && { urn: URN, type: QUEUE, custom: true, ...newState },
});
const preview = (...steps: ReturnType<typeof step>[]): string => JSON.stringify({ steps, changeSummary: {} });
const SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

describe("policies/offline/recorded-stack", () => {
	it("reads a stack that Pulumi exported: outputs, dependencies, and the parent", () => {
		const resources = resourcesOfState(fixture("state"), "state.json");
		expect(resources.map(({ type, name }) => `${type}::${name}`).sort()).to.deep.equal([
			"aws:cloudwatch/logGroup:LogGroup::orders",
			"aws:s3/bucket:Bucket::uploads",
			"aws:sqs/queue:Queue::orders",
			"aws:sqs/queue:Queue::orders-dead",
		]);
		const orders = resources.find(({ urn }) => urn === URN);
		expect(orders?.props).to.deep.include({ visibilityTimeoutSeconds: 60, fifoQueue: false });
		expect(orders?.props)
			.to.have.property("arn")
			.that.matches(/^arn:aws:sqs:us-east-1:\d+:orders-/);
		expect(orders?.propertyDependencies).to.deep.include({
			redrivePolicy: [{ urn: `urn:pulumi:dev::shop::${QUEUE}::orders-dead` }],
		});
		expect(orders?.parent?.urn).to.equal("urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev");
		expect(orders?.provider?.props).to.have.property("region", "us-east-1");
	});

	it("reads a plan that Pulumi previewed, marks for unknowns left in", () => {
		const resources = resourcesOfPreview(fixture("preview"), "preview.json");
		expect(resources).to.have.length(14);
		const recommend = resources.find(({ urn }) => urn.endsWith("aws:lambda/function:Function::recommend"));
		expect(recommend?.props).to.deep.include({ timeout: 900, role: UNKNOWN_TEXT, reservedConcurrentExecutions: -1 });
		expect(recommend?.props).to.not.have.property("__defaults");
		expect(recommend?.propertyDependencies?.role).to.deep.equal([
			{ urn: "urn:pulumi:dev::shop::aws:iam/role:Role::recommender" },
		]);
	});

	it("reads where the program declares a resource, and does without what is no such place", () => {
		const sourceIn = (sourcePosition: unknown) => [
			resourcesOfState(state({ sourcePosition }), "x")[0]?.source,
			resourcesOfPreview(preview(step("create", { sourcePosition })), "x")[0]?.source,
		];
		const place = { file: "src/queues.ts", line: 12, column: 3 };
		expect(sourceIn("project:///src/queues.ts#12,3")).to.deep.equal([place, place]);
		for (const none of [undefined, null, "", 7, "project:///../queues.ts#12,3"])
			expect(sourceIn(none), String(none)).to.deep.equal([undefined, undefined]);
	});

	it("takes an encrypted or masked value for unknown, and reads one in clear", () => {
		const outputs = {
			sealed: { ...SECRET, ciphertext: "v1:abc" },
			clear: { ...SECRET, plaintext: '{"a":1}' },
			broken: { ...SECRET, plaintext: "{" },
			nested: [{ masked: "[secret]" }],
		};
		expect(resourcesOfState(state({ outputs }), "x")[0]?.props).to.deep.equal({
			sealed: UNKNOWN_TEXT,
			clear: { a: 1 },
			broken: UNKNOWN_TEXT,
			nested: [{ masked: UNKNOWN_TEXT }],
		});
	});

	it("leaves out what waits for deletion, is managed elsewhere, or is no resource of a provider", () => {
		for (const change of [{ delete: true }, { external: true }, { custom: false }, { type: "pulumi:providers:aws" }])
			expect(resourcesOfState(state(change), "x"), JSON.stringify(change)).to.deep.equal([]);
	});

	it("takes each resource once, as it will be after the update", () => {
		const text = preview(
			step("create-replacement", { inputs: { delaySeconds: 1 } }),
			step("replace", { inputs: { delaySeconds: 2 } }),
			step("delete-replaced", { inputs: { delaySeconds: 3 } }),
		);
		expect(resourcesOfPreview(text, "x").map(({ props }) => props)).to.deep.equal([{ delaySeconds: 2 }]);
		expect(resourcesOfPreview(preview(step("delete", null), step("read", {})), "x")).to.deep.equal([]);
	});

	it("copes with a plan that names no dependencies", () => {
		expect(resourcesOfPreview(preview(step("create", { inputs: {} })), "x")[0]?.propertyDependencies).to.deep.equal({});
	});

	it("reads the settings that a preview tells, and none from anything else", () => {
		expect(settingsOfPreview(fixture("preview"))).to.deep.equal({ "aws:region": "us-east-1" });
		for (const text of ["", "[]", "{}", '{"config":{"a":1}}']) expect(settingsOfPreview(text)).to.deep.equal({});
	});

	it("refuses what is no export, in one sentence that says what to give", () => {
		const cases: [string, string][] = [
			["", "s.json is empty. Give the output of `pulumi stack export`."],
			["\uFEFF \n", "s.json is empty. Give the output of `pulumi stack export`."],
			["[]", "s.json is JSON, but not the output of `pulumi stack export`: the file: "],
			["{}", "s.json is JSON, but not the output of `pulumi stack export`: version: "],
			[state({ urn: 7 }), "s.json is JSON, but not the output of `pulumi stack export`: deployment.resources.0.urn: "],
			[state({}, 2), "s.json is a stack export of version 2, and this reads 3 and 4. Export the stack "],
			[fixture("state").slice(0, 900), "s.json is no JSON, or was cut off ("],
			[fixture("preview"), "s.json is JSON, but not the output of `pulumi stack export`: version: "],
		];
		for (const [text, message] of cases) expect(() => resourcesOfState(text, "s.json")).to.throw(Unjudgeable, message);
	});

	it("refuses what is no preview, or one that failed", () => {
		const cases: [string, string][] = [
			["{}", "p.json has neither steps nor a summary, so it is not the output of `pulumi preview --json`. Give that."],
			[fixture("state"), "p.json has neither steps nor a summary"],
			['{"steps":[{"op":"create"}]}', "p.json is JSON, but not the output of `pulumi preview --json`: steps.0.urn: "],
			['{"diagnostics":[{"severity":"error"}]}', "p.json is a preview that failed, so its plan is not whole."],
		];
		for (const [text, message] of cases)
			expect(() => resourcesOfPreview(text, "p.json")).to.throw(Unjudgeable, message);
	});

	it("reads a preview that warns, or that says of an error which did not end it", () => {
		const summed = (more: object) => JSON.stringify({ changeSummary: {}, ...more });
		expect(resourcesOfPreview(summed({ diagnostics: [{ severity: "error" }] }), "x")).to.deep.equal([]);
		expect(resourcesOfPreview(summed({ steps: null }), "x")).to.deep.equal([]);
		const warned = { steps: [step("create", {})], diagnostics: [{ severity: "warning" }] };
		expect(resourcesOfPreview(JSON.stringify(warned), "x")).to.have.length(1);
		const failed = { ...warned, diagnostics: [{ severity: "warning" }, { severity: "error" }] };
		expect(() => resourcesOfPreview(JSON.stringify(failed), "x")).to.throw(Unjudgeable, "a preview that failed");
	});

	it("reads a name that holds the separator, an export without resources, and one after a byte order mark", () => {
		expect(resourcesOfState(state({ urn: `${URN}::dead` }), "x")[0]?.name).to.equal("orders::dead");
		expect(resourcesOfState(state({ urn: "odd" }), "x")[0]?.name).to.equal("odd");
		for (const deployment of [{}, { resources: null }])
			expect(resourcesOfState(JSON.stringify({ version: 3, deployment }), "x")).to.deep.equal([]);
		expect(resourcesOfState(`\uFEFF${state({})}`, "x")).to.have.length(1);
		expect(resourcesOfState(state({ inputs: { mark: "\uFEFF" } }), "x")[0]?.props).to.deep.equal({ mark: "\uFEFF" });
		expect(
			resourcesOfState(state({ propertyDependencies: { name: null } }), "x")[0]?.propertyDependencies,
		).to.deep.equal({
			name: [],
		});
	});

	it("keeps why a text is no JSON", () => {
		let thrown: unknown;
		try {
			resourcesOfState("{", "x");
		} catch (error) {
			thrown = error;
		}
		expect(thrown).to.be.instanceOf(Unjudgeable).with.property("cause").that.is.instanceOf(SyntaxError);
	});

	it("gives resources for any text, or refuses it: nothing else is thrown", () => {
		const json = fc.json();
		const recorded = fc.record(
			{ urn: fc.string({ minLength: 1 }), type: fc.string(), inputs: fc.jsonValue(), outputs: fc.jsonValue() },
			{ requiredKeys: ["urn", "type"] },
		);
		const exported = fc.array(recorded).map((resources) => JSON.stringify({ version: 3, deployment: { resources } }));
		const planned = fc
			.array(recorded)
			.map((states) =>
				JSON.stringify({ steps: states.map((each) => ({ op: "create", urn: each.urn, newState: each })) }),
			);
		const cut = fc.nat(fixture("state").length).map((length) => fixture("state").slice(0, length));
		fc.assert(
			fc.property(fc.oneof(fc.string(), json, exported, planned, cut), (text) => {
				for (const read of [resourcesOfState, resourcesOfPreview])
					try {
						for (const { type, props } of read(text, "x"))
							expect([typeof type, typeof props]).to.deep.equal(["string", "object"]);
					} catch (error) {
						expect(error).to.be.instanceOf(Unjudgeable);
					}
			}),
		);
	});
});
