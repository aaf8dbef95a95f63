/**
 * Tests of what is gathered from the engine's events, as the engine really sends them.
 */
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { expect } from "chai";
import { gather, type ProgressEvent, partsOf, plain, remaining } from "../../../sandbox/engine/results.ts";

const URN = "urn:pulumi:dev::triplane::triplane:data:Plane$aws:lambda/function:Function::predict";
const STACK_URN = "urn:pulumi:dev::triplane::pulumi:pulumi:Stack::triplane-dev";
const event = (change: Partial<EngineEvent>): EngineEvent => ({ sequence: 1, timestamp: 1, ...change });
const step = (op: "create" | "same" | "delete-replaced", urn = URN) => ({
	metadata: { op, urn, type: "aws:lambda/function:Function", provider: "" },
});
const diagnostic = (severity: "error" | "warning" | "info", message: string, urn = STACK_URN) =>
	event({ diagnosticEvent: { severity, message, urn, color: "raw" } });
const policy = (enforcementLevel: "mandatory" | "warning") =>
	event({
		policyEvent: {
			resourceUrn: URN,
			message: "<{%fg 1%}>Functions have a timeout.\nSet one.<{%reset%}>\n",
			color: "raw",
			policyName: "function-timeout-explicit",
			policyPackName: "triplane",
			policyPackVersion: "0.1.0",
			policyPackVersionTag: "",
			enforcementLevel,
		},
	});

describe("sandbox/engine/results", () => {
	it("gathers a violation with the resource, the pack and the message without colours", () => {
		const gathered = gather();
		gathered.onEvent(policy("mandatory"));
		expect(gathered.violations).to.deep.equal([
			{
				policy: "function-timeout-explicit",
				pack: "triplane",
				packVersion: "0.1.0",
				resource: "aws:lambda/function:Function::predict",
				urn: URN,
				message: "Functions have a timeout.\nSet one.",
				level: "mandatory",
			},
		]);
	});

	it("takes every other level for advice", () => {
		const gathered = gather();
		gathered.onEvent(policy("warning"));
		expect(gathered.violations.map(({ level }) => level)).to.deep.equal(["advisory"]);
	});

	it("takes the engine's own summary for the changes", () => {
		const gathered = gather();
		gathered.onEvent(event({ resOutputsEvent: step("create") }));
		const summary = { maybeCorrupt: false, durationSeconds: 1, policyPacks: {} };
		gathered.onEvent(event({ summaryEvent: { ...summary, resourceChanges: { create: 4, same: 2 } } }));
		expect(gathered.changes()).to.deep.equal({ create: 4, same: 2 });
	});

	it("counts each resource once where the engine sent no summary", () => {
		const gathered = gather();
		for (const op of ["create", "create", "delete-replaced"] as const)
			gathered.onEvent(event({ resOutputsEvent: step(op) }));
		gathered.onEvent(event({ resOutputsEvent: step("same", STACK_URN) }));
		expect(gathered.changes()).to.deep.equal({ create: 1, same: 1 });
	});

	it("keeps warnings and errors once each, with the resource that they are about", () => {
		const gathered = gather();
		gathered.onEvent(diagnostic("info", "nothing to do"));
		gathered.onEvent(diagnostic("warning", "warning: old setting"));
		gathered.onEvent(diagnostic("error", "<{%fg 1%}>error: <{%reset%}>creating failed: no role", URN));
		gathered.onEvent(diagnostic("error", "error: Unhandled exception: Error: late\n    at x.ts:1:1"));
		gathered.onEvent(diagnostic("error", "error: late"));
		gathered.onEvent(diagnostic("error", "error: update failed"));
		expect(gathered.diagnostics).to.deep.equal([
			"old setting",
			"aws:lambda/function:Function::predict: creating failed: no role",
			"Error: late\n    at x.ts:1:1",
		]);
		expect(gathered.errors).to.deep.equal(gathered.diagnostics.slice(1));
	});

	it("tells of the progress of a resource once for each state", () => {
		const heard: ProgressEvent[] = [];
		const gathered = gather((progress) => heard.push(progress));
		gathered.onEvent(event({ resourcePreEvent: step("create") }));
		gathered.onEvent(event({ resOutputsEvent: step("create") }));
		gathered.onEvent(event({ resOutputsEvent: step("create") }));
		const about = { op: "create", type: "aws:lambda/function:Function", name: "predict", urn: URN };
		expect(heard).to.deep.equal([
			{ kind: "resource", state: "started", ...about },
			{ kind: "resource", state: "done", ...about },
		]);
	});

	it("counts what is left, and nothing that was removed", () => {
		expect(remaining({ create: 3, same: 2, replace: 1, update: 1, delete: 5 })).to.equal(7);
		expect(remaining({ delete: 9 })).to.equal(0);
	});

	it("reads type and name of a URN, also of a name with colons", () => {
		expect(partsOf(URN)).to.deep.equal({ type: "aws:lambda/function:Function", name: "predict" });
		expect(partsOf("urn:pulumi:s::p::a:b:C::x::y")).to.deep.equal({ type: "a:b:C", name: "x::y" });
		expect(partsOf("")).to.deep.equal({ type: "", name: "" });
	});

	it("leaves text without colours as it is", () => {
		expect(plain("a <b> {%c%}")).to.equal("a <b> {%c%}");
	});
});
