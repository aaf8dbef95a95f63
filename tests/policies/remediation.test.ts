import { expect } from "chai";
import fc from "fast-check";
import { parseConfig } from "../../policies/config.ts";
import { REMEDIATIONS } from "../../policies/pack.ts";
import { mended } from "../../policies/remediation.ts";
import { tagsFromDefaults } from "../../policies/remediations/cost-allocation-tags.ts";
import { retentionFromDefault } from "../../policies/remediations/log-retention.ts";
import { UNKNOWN } from "../support/policies.ts";
import { exceptionTo } from "../support/policies-exceptions.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const secret = (value: unknown) => ({ [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", value });
const defaultTags = { team: "risk", model: "shared" };
const today = "2026-11-24";
const QUEUE = "aws:sqs/queue:Queue";
const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";

const mend = (remediation: typeof tagsFromDefaults, type: string, inputs: Record<string, unknown>, raw = {}) => {
	const { config, faults } = parseConfig({ requiredTags: ["team", "model"], defaultTags, ...raw });
	expect(faults).to.deep.equal([]);
	return mended(remediation, { type, name: "it", urn: `urn:pulumi:dev::test::${type}::it`, inputs }, config, today);
};

describe("policies/remediations/cost-allocation-tags", () => {
	const tag = (inputs: Record<string, unknown>, raw = {}, type = QUEUE) => mend(tagsFromDefaults, type, inputs, raw);

	it("adds what is missing or empty, and keeps what is there", () => {
		expect(tag({ name: "jobs" })).to.deep.equal({ name: "jobs", tags: defaultTags });
		const tags = { team: "web", model: " ", own: "x" };
		expect(tag({ tags, tagsAll: tags })).to.deep.equal({
			tags: { team: "web", model: "shared", own: "x" },
			tagsAll: { team: "web", model: "shared", own: "x" },
		});
	});

	it("changes nothing where all are there, none can be, or the config has no value", () => {
		expect(tag({ tags: { team: "a", model: "b" } })).to.equal(undefined);
		expect(tag({ tags: { team: "a", model: UNKNOWN } })).to.equal(undefined);
		expect(tag({}, {}, "aws:lambda/permission:Permission")).to.equal(undefined);
		expect(tag({}, { defaultTags: {} })).to.equal(undefined);
		expect(tag({}, { defaultTags: { "cost-center": "cc" } }), "a key that is not required").to.equal(undefined);
	});

	it("leaves tags that are unknown as a whole, and adds beside one that is unknown alone", () => {
		expect(tag({ tags: UNKNOWN })).to.equal(undefined);
		expect(tag({ tags: { team: UNKNOWN }, tagsAll: UNKNOWN })).to.deep.equal({
			tags: { team: UNKNOWN, model: "shared" },
			tagsAll: UNKNOWN,
		});
	});

	it("keeps secret tags secret", () => {
		expect(tag({ tags: secret({ team: "web" }) })).to.deep.equal({ tags: secret({ team: "web", model: "shared" }) });
	});

	it("adds to the list of a group of instances, handed on to them", () => {
		const team = { key: "team", value: "web", propagateAtLaunch: true };
		const added = { key: "model", value: "shared", propagateAtLaunch: true };
		const group = (inputs: Record<string, unknown>) => tag(inputs, {}, "aws:autoscaling/group:Group");
		expect(group({ tags: [team] })).to.deep.equal({ tags: [team, added] });
		expect(group({ tags: [team, added] })).to.equal(undefined);
		for (const tags of [UNKNOWN, [{ key: UNKNOWN, value: "x" }], secret([team])])
			expect(group({ tags })).to.equal(undefined);
	});
});

describe("policies/remediations/log-retention", () => {
	const expire = (inputs: Record<string, unknown>, raw = {}, type = LOG_GROUP) =>
		mend(retentionFromDefault, type, inputs, raw);

	it("sets the config's retention, and takes it off the provider's list of defaults", () => {
		const inputs = { name: "a", retentionInDays: 0, __defaults: ["name", "retentionInDays"] };
		expect(expire(inputs)).to.deep.equal({ name: "a", retentionInDays: 30, __defaults: ["name"] });
		expect(expire({}, { logRetentionDays: 365 })).to.deep.equal({ retentionInDays: 365 });
	});

	it("leaves a group that expires, one of which it cannot tell, and a delivery group", () => {
		for (const inputs of [
			{ retentionInDays: 1 },
			{ retentionInDays: UNKNOWN },
			{ logGroupClass: "DELIVERY" },
			{ logGroupClass: UNKNOWN },
		])
			expect(expire(inputs)).to.equal(undefined);
		expect(expire({}, {}, QUEUE)).to.equal(undefined);
	});

	it("leaves what an exception accepts", () => {
		for (const rule of ["log-retention", "log-retention/expiry", "log-retention/function-group/expiry"])
			expect(expire({}, { exceptions: [exceptionTo(rule, "it")] }), rule).to.equal(undefined);
		expect(expire({}, { exceptions: [exceptionTo("log-retention", "other")] })).to.deep.equal({ retentionInDays: 30 });
		const late = { exceptions: [exceptionTo("log-retention", "it", { expiry: "2026-11-23" })] };
		expect(expire({}, late)).to.deep.equal({ retentionInDays: 30 });
	});
});

describe("policies/remediation", () => {
	it("never throws, and never loses a property, whatever the inputs are", () => {
		const type = fc.constantFrom(QUEUE, LOG_GROUP, "aws:autoscaling/group:Group", "custom:no:Such");
		const key = fc.constantFrom("tags", "tagsAll", "retentionInDays", "__defaults", "logGroupClass", "name", SIGNATURE);
		fc.assert(
			fc.property(type, fc.dictionary(key, fc.jsonValue()), (ofType, inputs) => {
				for (const remediation of REMEDIATIONS) {
					const kept = Object.keys(mend(remediation, ofType, inputs) ?? inputs);
					expect(kept).to.include.members(Object.keys(inputs));
				}
			}),
		);
	});
});
