import { expect } from "chai";
import { checkedInputs, namePropertyOf, physicalName } from "../../../policies/offline/provider-check.ts";
import { UNKNOWN } from "../../support/policies.ts";

describe("policies/offline/provider-check", () => {
	const queue = { type: "aws:sqs/queue:Queue", name: "jobs" };

	it("fills in a type's defaults and a name, and leaves what the program says", () => {
		const filled = checkedInputs(queue, {});
		expect(filled).to.deep.include({ name: "jobs-1a2b3c4", visibilityTimeoutSeconds: 30, fifoQueue: false });
		expect(checkedInputs(queue, { name: "jobs-live", visibilityTimeoutSeconds: 90 })).to.deep.equal({
			...filled,
			name: "jobs-live",
			visibilityTimeoutSeconds: 90,
		});
		expect(checkedInputs({ type: "other:mod:Type", name: "it" }, { a: 1 })).to.deep.equal({ a: 1 });
		expect(checkedInputs({ type: "toString", name: "it" }, {})).to.deep.equal({});
	});

	it("names each type in its own property, if it has a name at all", () => {
		for (const [type, property] of [
			["aws:sqs/queue:Queue", "name"],
			["aws:s3/bucket:Bucket", "bucket"],
			["aws:rds/instance:Instance", "identifier"],
			["aws:rds/cluster:Cluster", "clusterIdentifier"],
			["aws:apigateway/stage:Stage", undefined],
			["aws:lambda/permission:Permission", undefined],
			["other:mod:Type", undefined],
			["my-aws:mod:Type", undefined],
			["toString", undefined],
		] as const) {
			expect(namePropertyOf(type), type).to.equal(property);
			const filled = checkedInputs({ type, name: "it" }, {});
			if (property) expect(filled[property], type).to.equal("it-1a2b3c4");
			else expect(Object.values(filled), type).to.not.include("it-1a2b3c4");
		}
	});

	it("knows a resource's name at AWS: its own, or the one that is made up", () => {
		expect(physicalName(queue, { name: "jobs-live" })).to.equal("jobs-live");
		expect(physicalName(queue, {})).to.equal("jobs-1a2b3c4");
		expect(physicalName(queue, { name: 7 })).to.equal("jobs-1a2b3c4");
		expect(physicalName({ type: "aws:s3/bucket:Bucket", name: "uploads" }, { bucket: "b", name: "n" })).to.equal("b");
		expect(physicalName({ type: "aws:lambda/permission:Permission", name: "may" }, { undefined: "x" })).to.equal(
			"may-1a2b3c4",
		);
	});

	it("sums up the provider's tags and the resource's own, which win", () => {
		const all = (tags: unknown, defaultTags?: unknown) =>
			checkedInputs(queue, tags === undefined ? {} : { tags }, defaultTags).tagsAll;
		expect(all({ a: "1" })).to.deep.equal({ a: "1" });
		expect(all({ a: "1" }, { a: "2", b: "3" })).to.deep.equal({ a: "1", b: "3" });
		expect(all(undefined, { b: "3" })).to.deep.equal({ b: "3" });
		for (const none of [undefined, null, "text", ["a"], 3]) {
			expect(all(undefined, none)).to.equal(undefined);
			expect(all({ a: "1" }, none)).to.deep.equal({ a: "1" });
			if (none !== undefined) expect(all(none, { b: "3" })).to.deep.equal({ b: "3" });
		}
		expect(all({}, {})).to.equal(undefined);
	});

	it("does not know the sum while any of it is open, and sums up nothing for what has no tags", () => {
		const all = (tags: unknown, defaultTags?: unknown) => checkedInputs(queue, { tags }, defaultTags).tagsAll;
		expect(all(UNKNOWN, { b: "3" })).to.equal(UNKNOWN);
		expect(all({ a: UNKNOWN, b: "1" })).to.equal(UNKNOWN);
		expect(all({ a: "1" }, { b: UNKNOWN })).to.equal(UNKNOWN);
		const permission = { type: "aws:lambda/permission:Permission", name: "may" };
		expect(checkedInputs(permission, { tags: { a: "1" } }, { b: "3" })).to.not.have.property("tagsAll");
	});
});
