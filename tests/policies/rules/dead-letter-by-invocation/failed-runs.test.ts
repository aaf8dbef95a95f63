import { expect } from "chai";
import { deadLetterByInvocation as rule } from "../../../../policies/rules/dead-letter-by-invocation.ts";
import { answers, judge, type ResourceSpec, ref, resource, UNKNOWN } from "../../../support/policies.ts";

const fn = resource("aws:lambda/function:Function", "score", { role: "any" });
const DESTINATION = { onFailure: { destination: "arn:aws:sqs:us-east-1:1:failures" } };
const permission = (props: Record<string, unknown> = {}) =>
	resource("aws:lambda/permission:Permission", "caller", {
		action: "lambda:InvokeFunction",
		function: ref(fn, "name"),
		principal: "sns.amazonaws.com",
		...props,
	});
const config = (name: string, props: Record<string, unknown> = {}) =>
	resource("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", name, {
		functionName: ref(fn, "name"),
		...props,
	});
const keeping = (name: string, props: Record<string, unknown> = {}) =>
	config(name, { destinationConfig: DESTINATION, ...props });

/** What the rule says of one resource's failed runs, whole. */
const saidOf = (name: string, specs: readonly ResourceSpec[]) =>
	judge(rule, specs)
		.filter(({ where, finding }) => where?.name === name && finding === "")
		.map(({ where, finding, ...said }) => said);

describe("policies/rules/dead-letter-by-invocation, failed runs beside several configurations", () => {
	it("says which qualifier's configuration is missing, and by whom that qualifier is called", () => {
		expect(saidOf("score", [fn, permission({ qualifier: "live" })])).to.deep.equal([
			{
				answer: "fail",
				what: 'is called asynchronously by Permission "caller" as "live", and keeps no failed run',
				fix: 'Set deadLetterConfig, or a FunctionEventInvokeConfig with qualifier "live" whose destinationConfig has onFailure.',
			},
		]);
	});

	describe("while a configuration's qualifier is not known", () => {
		const cannotTell = { answer: "cannot tell", property: "qualifier", what: "whether its failed runs are kept" };

		it("cannot tell where that configuration has a destination", () => {
			const specs = [fn, permission(), keeping("first", { qualifier: UNKNOWN })];
			expect(saidOf("score", specs)).to.deep.equal([cannotTell]);
		});

		it("cannot tell where another one that applies for certain has no destination", () => {
			const specs = [fn, permission(), config("first"), keeping("second", { qualifier: UNKNOWN })];
			expect(saidOf("score", specs)).to.deep.equal([cannotTell]);
		});

		it("accepts where another one that applies for certain has a destination", () => {
			const specs = [fn, permission(), keeping("first", { qualifier: UNKNOWN }), keeping("second")];
			expect(saidOf("score", specs)).to.deep.equal([{ answer: "pass" }]);
		});

		it("rejects where that configuration has no destination, whatever its qualifier", () => {
			const specs = [fn, permission(), config("first", { qualifier: UNKNOWN })];
			expect(saidOf("score", specs).map(({ answer }) => answer)).to.deep.equal(["fail"]);
		});
	});

	describe("while the qualifier that is called is not known", () => {
		const open = permission({ qualifier: UNKNOWN });

		it("cannot tell where the configuration of any qualifier has a destination", () => {
			const specs = [fn, open, config("first"), keeping("second", { qualifier: "live" })];
			expect(saidOf("score", specs)).to.deep.equal([
				{ answer: "cannot tell", property: "qualifier", what: "whether its failed runs are kept" },
			]);
		});

		it("rejects where no configuration has one, whichever is meant", () => {
			const specs = [fn, open, config("first"), config("second", { qualifier: "live" })];
			expect(saidOf("score", specs).map(({ answer }) => answer)).to.deep.equal(["fail"]);
		});
	});
});

describe("policies/rules/dead-letter-by-invocation, failed runs of a function elsewhere", () => {
	const caller = permission({ function: "elsewhere" });
	const elsewhere = { functionName: "elsewhere" };
	const cannotTell = (property: string) => ({
		answer: "cannot tell",
		property,
		what: "whether failed runs are kept",
	});

	it("says who is let call it", () => {
		expect(saidOf("caller", [caller])).to.deep.equal([
			{
				answer: "fail",
				what: 'lets sns.amazonaws.com call function "elsewhere" asynchronously, and the stack keeps no failed run of it',
				fix: "Add a FunctionEventInvokeConfig for the function whose destinationConfig has onFailure.",
			},
		]);
	});

	it("cannot tell while the destinations of its configuration are not known", () => {
		const hidden = config("first", { ...elsewhere, destinationConfig: UNKNOWN });
		expect(saidOf("caller", [caller, hidden])).to.deep.equal([cannotTell("destinationConfig")]);
	});

	it("cannot tell while the function is not known whose failed runs are kept", () => {
		const keeps = keeping("first", { functionName: UNKNOWN });
		expect(saidOf("caller", [caller, keeps])).to.deep.equal([cannotTell("functionName")]);
	});

	it("cannot tell while a qualifier is not known, its configuration's or the caller's", () => {
		const open = keeping("first", { ...elsewhere, qualifier: UNKNOWN });
		expect(saidOf("caller", [caller, open])).to.deep.equal([cannotTell("qualifier")]);
		const called = permission({ function: "elsewhere", qualifier: UNKNOWN });
		expect(saidOf("caller", [called, keeping("first", elsewhere)])).to.deep.equal([cannotTell("qualifier")]);
	});

	it("rejects where what is not known can be of no help", () => {
		const other = { functionName: "another", qualifier: UNKNOWN };
		const answersBeside = (...configs: ResourceSpec[]) =>
			saidOf("caller", [fn, caller, ...configs]).map(({ answer }) => answer);
		expect(answersBeside(config("first", { functionName: UNKNOWN }))).to.deep.equal(["fail"]);
		expect(answersBeside(keeping("first", other))).to.deep.equal(["fail"]);
		expect(answersBeside(keeping("first", { ...elsewhere, qualifier: "live" }))).to.deep.equal(["fail"]);
	});

	it("takes a configuration for a function of the stack for no help to another, known or not", () => {
		const verdicts = judge(rule, [fn, caller, keeping("first")], { run: "preview" });
		const said = verdicts.find(({ where, finding }) => where?.name === "caller" && finding === "");
		expect(said?.answer).to.equal("fail");
	});

	it("accepts its configuration beside one of a function that is not known", () => {
		const specs = [caller, keeping("first", { functionName: UNKNOWN }), keeping("second", elsewhere)];
		expect(saidOf("caller", specs)).to.deep.equal([{ answer: "pass" }]);
	});

	it("has nothing to say while the function that may be called is not known", () => {
		expect(answers(rule, [permission({ function: UNKNOWN })])).to.deep.equal([]);
	});
});
