import { expect } from "chai";
import { functionReservedConcurrency as rule } from "../../../policies/rules/function-reserved-concurrency.ts";
import {
	answers,
	expectAccepts,
	expectFails,
	firstFault,
	judge,
	open,
	resource,
	UNKNOWN,
} from "../../support/policies.ts";
import { exceptionTo } from "../../support/policies-exceptions.ts";

const fn = (name: string, props: Record<string, unknown> = {}) =>
	resource("aws:lambda/function:Function", name, { role: "arn:aws:iam::123456789012:role/any", ...props });

describe("policies/rules/function-reserved-concurrency", () => {
	it("has nothing to say of a stack without functions", () => {
		expect(answers(rule, [resource("aws:sqs/queue:Queue", "jobs")])).to.deep.equal([]);
	});

	it("accepts a function with a reservation", () => {
		expectAccepts(rule, [fn("score", { reservedConcurrentExecutions: 5 })]);
	});

	it("rejects a function without one, whether it is left out or the default of -1 is written down", () => {
		expectFails(rule, [fn("score"), fn("settle", { reservedConcurrentExecutions: -1 })], ["score", "settle"]);
	});

	it("rejects a negative one that is not the default", () => {
		expectFails(rule, [fn("score", { reservedConcurrentExecutions: -5 })], ["score"]);
	});

	it("does not take provisioned concurrency for a reservation", () => {
		const provisioned = resource("aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig", "warm", {
			functionName: "score",
			provisionedConcurrentExecutions: 5,
			qualifier: "live",
		});
		expectFails(rule, [fn("score"), provisioned], ["score"]);
	});

	it("remarks on a reservation of 0 as advice: it stops the function", () => {
		const specs = [fn("score", { reservedConcurrentExecutions: 0 })];
		expectFails(rule, specs, ["score (stopped)"]);
		expect(judge(rule, specs).find(({ answer }) => answer === "fail")).to.include({ level: "advisory" });
		// It reserves nothing, so there is no sum to judge.
		expect(answers(rule, specs)).to.deep.equal(["fail score (stopped)", "pass score"]);
	});

	it("accepts reservations that sum to exactly what the account has to give", () => {
		expectAccepts(rule, [
			fn("score", { reservedConcurrentExecutions: 800 }),
			fn("settle", { reservedConcurrentExecutions: 100 }),
		]);
		const one = [fn("score", { reservedConcurrentExecutions: 1 })];
		expect(answers(rule, one)).to.deep.equal(["pass score", "pass stack (account-limit)"]);
	});

	it("rejects a sum over the account's limit less 100, on the largest, with the sum", () => {
		const specs = [
			fn("settle", { reservedConcurrentExecutions: 101 }),
			fn("score", { reservedConcurrentExecutions: 800 }),
		];
		expectFails(rule, specs, ["score (account-limit)"]);
		expect(firstFault(rule, specs)?.what).to.equal(
			"reserves 800 of 901 in all, over the 900 that the account has to give (1000 − 100 that AWS keeps unreserved)",
		);
	});

	it("names the first of the largest, and what it takes beside functions without a reservation", () => {
		const specs = [
			fn("first", { reservedConcurrentExecutions: 500 }),
			fn("second", { reservedConcurrentExecutions: 500 }),
			fn("third", { reservedConcurrentExecutions: 1 }),
		];
		expectFails(rule, specs, ["first (account-limit)"]);
	});

	it("takes the account's limit from the config", () => {
		const specs = [fn("score", { reservedConcurrentExecutions: 901 })];
		expectAccepts(rule, specs, { accountConcurrencyLimit: 1001 });
	});

	it("cannot tell of a reservation that is not known before the update", () => {
		const specs = [fn("score", { reservedConcurrentExecutions: UNKNOWN })];
		expect(open(rule, specs, { run: "preview" })).to.deep.equal(["cannot tell score"]);
	});

	it("honours an exception", () => {
		const exceptions = [exceptionTo(rule.name, "*::score")];
		expect(open(rule, [fn("score"), fn("settle")], { config: { exceptions } })).to.deep.equal(["fail settle"]);
	});
});
