import { expect } from "chai";
import { tableCapacity as rule } from "../../../policies/rules/table-capacity.ts";
import {
	answers,
	concat,
	expectAccepts,
	expectFails,
	firstFault,
	open,
	ref,
	resource,
	UNKNOWN,
} from "../../support/policies.ts";
import { exceptionTo } from "../../support/policies-exceptions.ts";

const table = (props: Record<string, unknown> = {}) =>
	resource("aws:dynamodb/table:Table", "scores", { hashKey: "pk", ...props });
const indexed = (props: Record<string, unknown> = {}) =>
	table({ globalSecondaryIndexes: [{ name: "by-day", hashKey: "day", projectionType: "ALL" }], ...props });
const target = (kind: "Read" | "Write", resourceId: unknown, level: "table" | "index" = "table") =>
	resource("aws:appautoscaling/target:Target", `${level}-${kind}`, {
		serviceNamespace: "dynamodb",
		resourceId,
		scalableDimension: `dynamodb:${level}:${kind}CapacityUnits`,
		minCapacity: 5,
		maxCapacity: 50,
	});
const policyOf = (of: ReturnType<typeof target>) =>
	resource("aws:appautoscaling/policy:Policy", of.name, {
		policyType: "TargetTrackingScaling",
		serviceNamespace: ref(of, "serviceNamespace"),
		resourceId: ref(of, "resourceId"),
		scalableDimension: ref(of, "scalableDimension"),
	});
const ofTable = concat("table/", ref(table(), "name"));
const targets = [target("Read", ofTable), target("Write", ofTable)];
const scaled = [...targets, ...targets.map(policyOf)];
const ofIndex = (name: string) => concat("table/", ref(table(), "name"), `/index/${name}`);
const scaledIndex = (name: string) => {
	const made = [target("Read", ofIndex(name), "index"), target("Write", ofIndex(name), "index")];
	return [...made, ...made.map(policyOf)];
};

describe("policies/rules/table-capacity", () => {
	it("has nothing to say of a stack without tables", () => {
		expect(answers(rule, [resource("aws:sqs/queue:Queue", "jobs")])).to.deep.equal([]);
	});

	it("accepts a table that pays by request", () => expectAccepts(rule, [table({ billingMode: "PAY_PER_REQUEST" })]));

	it("rejects a provisioned table, by default or in words, that nothing scales", () => {
		expectFails(rule, [table()], ["scores (targets)"]);
		expectFails(rule, [table({ billingMode: "PROVISIONED", readCapacity: 5 })], ["scores (targets)"]);
		expect(firstFault(rule, [table()])).to.deep.equal({
			what: "is provisioned and nothing scales its read, write",
			fix: 'Set billingMode to "PAY_PER_REQUEST", or register an aws.appautoscaling.Target with a Policy for each.',
		});
	});

	it("accepts one whose reads and writes have a target with a policy each", () => {
		expectAccepts(rule, [table(), ...scaled]);
		expect(open(rule, [table(), ...scaled], { run: "preview" })).to.deep.equal([]);
	});

	it("rejects one that scales its reads alone", () => {
		const reads = target("Read", ofTable);
		expectFails(rule, [table(), reads, policyOf(reads)], ["scores (targets)"]);
		expect(firstFault(rule, [table(), reads])?.what).to.equal("is provisioned and nothing scales its write");
	});

	it("rejects targets without a policy, apart from what has no target", () => {
		expectFails(rule, [table(), ...targets], ["scores (policies)"]);
		expectFails(rule, [table(), target("Read", ofTable)], ["scores (policies)", "scores (targets)"]);
	});

	it("takes a literal id for the table of that name", () => {
		const literal = [target("Read", "table/scores"), target("Write", "table/scores")];
		const all = [...literal, ...literal.map(policyOf)];
		expectAccepts(rule, [table({ name: "scores" }), ...all]);
		expectFails(rule, [table({ name: "other" }), ...all], ["scores (targets)"]);
	});

	it("accepts policies that name dimension and id themselves", () => {
		const policies = ["Read", "Write"].map((kind) =>
			resource("aws:appautoscaling/policy:Policy", kind, {
				resourceId: ofTable,
				scalableDimension: `dynamodb:table:${kind}CapacityUnits`,
			}),
		);
		expectAccepts(rule, [table(), ...targets, ...policies]);
	});

	it("asks the same of each index, by its name", () => {
		expectAccepts(rule, [indexed(), ...scaled, ...scaledIndex("by-day")]);
		expectFails(rule, [indexed(), ...scaled], ["scores (targets)"]);
		expectFails(rule, [indexed(), ...scaled, ...scaledIndex("by-week")], ["scores (targets)"]);
	});

	it("follows a policy that takes its target's id", () => {
		const made = [target("Read", ofIndex("by-day"), "index"), target("Write", ofIndex("by-day"), "index")];
		const policies = made.map((each) => ({
			...policyOf(each),
			props: { ...policyOf(each).props, resourceId: ref(each, "id") },
		}));
		expectAccepts(rule, [indexed(), ...scaled, ...made, ...policies]);
	});

	it("asks it of an index that is a resource of its own", () => {
		const index = resource("aws:dynamodb/globalSecondaryIndex:GlobalSecondaryIndex", "by-day", {
			tableName: ref(table(), "name"),
			indexName: "by-day",
		});
		expectFails(rule, [table(), index, ...scaled], ["scores (targets)"]);
		expectAccepts(rule, [table(), index, ...scaled, ...scaledIndex("by-day")]);
	});

	it("cannot tell of a billing mode, an index or an id that is not known before the update", () => {
		const atPreview = (...specs: Parameters<typeof open>[1][number][]) => open(rule, specs, { run: "preview" });
		expect(atPreview(table({ billingMode: UNKNOWN }))).to.deep.equal(["cannot tell scores (targets)"]);
		expect(atPreview(indexed(), ...scaled, ...scaledIndex("by-day"))).to.deep.equal([
			"cannot tell scores (policies)",
			"cannot tell scores (targets)",
		]);
		const elsewhere = [target("Read", UNKNOWN), target("Write", UNKNOWN)];
		expect(atPreview(table(), ...elsewhere)).to.include("cannot tell scores (targets)");
		expect(atPreview(table({ globalSecondaryIndexes: UNKNOWN }), ...scaled)).to.deep.equal([
			"cannot tell scores (targets)",
		]);
	});

	it("honours an exception to one finding alone", () => {
		const exceptions = [exceptionTo("table-capacity/policies", "scores")];
		expect(open(rule, [table(), ...targets], { config: { exceptions } })).to.deep.equal([]);
		expect(open(rule, [table()], { config: { exceptions } })).to.deep.equal(["fail scores (targets)"]);
	});
});
