/** Exceptions that a program states itself, as the real engine hands them over at preview: an export, or a component's output. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { openPreviews } from "../support/policies-engine.ts";
import { exceptionTo } from "../support/policies-exceptions.ts";

const RULE = "function-reserved-concurrency";
const onlyRule = (charter: Record<string, unknown> = {}) => ({
	all: "disabled",
	[RULE]: "mandatory",
	charter: { enforcementLevel: "mandatory", ...charter },
});
const fn = (name: string, opts: pulumi.CustomResourceOptions = {}) =>
	new aws.lambda.Function(name, { role: "arn:aws:iam::123456789012:role/score", timeout: 1 }, opts);
const until = { expiry: "2999-12-31" };

/** Excepts its own function, in the component that makes it. */
class Scorer extends pulumi.ComponentResource {
	constructor(name: string) {
		super("acme:index:Scorer", name);
		const { urn } = fn(`${name}-fn`, { parent: this });
		this.registerOutputs({ charterExceptions: [exceptionTo(RULE, "", { ...until, resource: urn })] });
	}
}
const byComponent = () => {
	new Scorer("risk");
};
const byExport = () => {
	fn("score");
	return { charterExceptions: [exceptionTo(RULE, "score", until), exceptionTo(RULE, "nobody", until)] };
};

describe("exceptions in a program, in the real engine", () => {
	it("honours a component's own, by the URN of its resource, and lists it", async () => {
		await using previews = await openPreviews(onlyRule());
		const { ok, violations } = await previews.of(byComponent);
		expect(ok).to.equal(true);
		expect(violations.map(({ policy, level }) => `${level} ${policy}`)).to.deep.equal(["advisory charter"]);
		expect(violations[0]?.message).to.contain("accepts 1 finding(s) until 2999-12-31");
	});

	it("honours an exported one, and rejects one that accepts nothing", async () => {
		await using previews = await openPreviews(onlyRule());
		const { ok, violations } = await previews.of(byExport);
		expect(ok).to.equal(false);
		expect(violations.map(({ policy, level }) => `${level} ${policy}`)).to.have.members([
			"advisory charter",
			"mandatory charter",
		]);
		expect(violations.find(({ level }) => level === "mandatory")?.message).to.contain("on nobody accepts nothing");
	});

	it("rejects them all, and what they except, where the config forbids them", async () => {
		await using previews = await openPreviews(onlyRule({ inProgramExceptions: "forbid" }));
		const { violations } = await previews.of(byComponent);
		expect(violations.map(({ policy, level }) => `${level} ${policy}`)).to.have.members([
			"mandatory charter",
			`mandatory ${RULE}`,
		]);
		expect(violations.map(({ message }) => message).join("\n")).to.contain(
			"charterExceptions[0] of Scorer \"risk\" is an exception in the program, which this pack's config forbids. Move the record to the config's exceptions.",
		);
	});
});
