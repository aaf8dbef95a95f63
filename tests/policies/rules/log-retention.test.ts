import { expect } from "chai";
import { logRetention as rule } from "../../../policies/rules/log-retention.ts";
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

const fn = (props: Record<string, unknown> = {}) =>
	resource("aws:lambda/function:Function", "score", { role: "any", ...props });
const group = (props: Record<string, unknown> = {}, name = "score-logs") =>
	resource("aws:cloudwatch/logGroup:LogGroup", name, props);
const ownName = { name: concat("/aws/lambda/", ref(fn(), "name")) };

describe("policies/rules/log-retention", () => {
	it("has nothing to say of a stack without logs and functions", () => {
		expect(answers(rule, [resource("aws:sqs/queue:Queue", "jobs")])).to.deep.equal([]);
	});

	it("rejects a group that never expires: left out, 0, or below", () => {
		expectAccepts(rule, [group({ retentionInDays: 1 })]);
		expectAccepts(rule, [group({ retentionInDays: "30" })]);
		for (const retentionInDays of [undefined, 0, -1])
			expectFails(rule, [group({ retentionInDays })], ["score-logs (expiry)"]);
	});

	it("accepts a delivery group, which keeps nothing for longer than two days", () => {
		expectAccepts(rule, [group({ logGroupClass: "DELIVERY" })]);
		expectFails(rule, [group({ logGroupClass: "INFREQUENT_ACCESS" })], ["score-logs (expiry)"]);
	});

	it("rejects a function without a group in the stack, and says which one it logs to", () => {
		expectFails(rule, [fn({ name: "score" })], ["score (function-group)"]);
		expect(firstFault(rule, [fn({ name: "score" })])).to.deep.equal({
			what: 'logs to "/aws/lambda/score" that is not in the stack, so Lambda makes it on the first call and it never expires',
			fix: "Add an aws.cloudwatch.LogGroup with retentionInDays, and set the function's loggingConfig.logGroup to its name.",
		});
		expectFails(rule, [fn(), group({ name: "/aws/lambda/other", retentionInDays: 7 })], ["score (function-group)"]);
	});

	it("names no group where the function's own name is made up on update", () => {
		expect(firstFault(rule, [fn()])?.what).to.equal(
			"logs to a group that is not in the stack, so Lambda makes it on the first call and it never expires",
		);
	});

	it("accepts a group named after the function, by literal or by reference", () => {
		expectAccepts(rule, [fn({ name: "score" }), group({ name: "/aws/lambda/score", retentionInDays: 7 })]);
		expectAccepts(rule, [fn(), group({ ...ownName, retentionInDays: 7 })]);
	});

	it("does not take a group with another prefix for the function's", () => {
		const other = group({ name: concat("/apps/", ref(fn(), "name")), retentionInDays: 7 });
		expectFails(rule, [fn(), other], ["score (function-group)"]);
		expectFails(
			rule,
			[fn({ name: "score" }), group({ name: "/apps/score", retentionInDays: 7 })],
			["score (function-group)"],
		);
	});

	it("does not take a group with more in its name than the function's", () => {
		for (const own of [fn(), fn({ name: "score" })]) {
			const name = ref(own, "name");
			for (const parts of [[name, "-extra"], [name, "/canary"], ["x-", name], [ref(own, "arn")]])
				expectFails(
					rule,
					[own, group({ name: concat("/aws/lambda/", ...parts), retentionInDays: 7 })],
					["score (function-group)"],
				);
		}
	});

	it("does not take a group for the one that the function names, where that only begins alike", () => {
		for (const logs of [group({ retentionInDays: 7 }), group({ name: "/apps", retentionInDays: 7 })]) {
			const logGroup = concat(ref(logs, "name"), "-x");
			const stack = [fn({ loggingConfig: { logFormat: "JSON", logGroup } }), logs];
			expectFails(rule, stack, ["score (function-group)"]);
			expect(open(rule, stack, { run: "preview" })).to.deep.equal(["cannot tell score (function-group)"]);
		}
	});

	it("takes the group that the function names over the one of its own name", () => {
		const logs = group({ retentionInDays: 7 });
		expectAccepts(rule, [fn({ loggingConfig: { logFormat: "Text", logGroup: ref(logs, "name") } }), logs]);
		const literal = fn({ name: "score", loggingConfig: [{ logFormat: "JSON", logGroup: "/apps/score" }] });
		expectAccepts(rule, [literal, group({ name: "/apps/score", retentionInDays: 7 })]);
		expectFails(rule, [literal, group({ name: "/aws/lambda/score", retentionInDays: 7 })], ["score (function-group)"]);
	});

	it("rejects a function's group that never expires under its own finding", () => {
		expectFails(
			rule,
			[fn({ name: "score" }), group({ name: "/aws/lambda/score" })],
			["score-logs (function-group/expiry)"],
		);
	});

	it("cannot tell of a name or a retention that is not known before the update", () => {
		const preview = { run: "preview" } as const;
		expect(open(rule, [group({ retentionInDays: UNKNOWN })], preview)).to.deep.equal([
			"cannot tell score-logs (expiry)",
		]);
		const anyone = group({ name: UNKNOWN, retentionInDays: 7 });
		expect(open(rule, [fn(), anyone], preview)).to.deep.equal(["cannot tell score-logs (function-group)"]);
		const named = fn({ loggingConfig: { logGroup: "/apps/score" } });
		expect(open(rule, [named, anyone], preview)).to.deep.equal(["cannot tell score-logs (function-group)"]);
		expect(open(rule, [fn({ loggingConfig: { logGroup: UNKNOWN } })], preview)).to.deep.equal([
			"cannot tell score (function-group)",
		]);
		const other = group({ name: "/aws/lambda/other", retentionInDays: 7 });
		expect(open(rule, [fn({ name: UNKNOWN }), other], preview)).to.deep.equal(["cannot tell score (function-group)"]);
		expect(open(rule, [fn({ name: UNKNOWN })], preview)).to.deep.equal(["fail score (function-group)"]);
	});

	it("does not offer one function's group, not named yet, to another", () => {
		const other = resource("aws:lambda/function:Function", "rank", { role: "any" });
		expectFails(rule, [fn(), other, group({ ...ownName, retentionInDays: 7 })], ["rank (function-group)"]);
	});

	it("honours an exception to one finding alone", () => {
		const exceptions = [exceptionTo("log-retention/function-group", "score")];
		expect(open(rule, [fn(), group()], { config: { exceptions } })).to.deep.equal(["fail score-logs (expiry)"]);
	});
});
