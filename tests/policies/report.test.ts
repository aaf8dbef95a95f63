import { expect } from "chai";
import fc from "fast-check";
import { packSettings } from "../../policies/levels.ts";
import { blocks, withKnown } from "../../policies/report.ts";
import { reportOn, smallStack } from "../support/check-reports.ts";
import { exceptionTo } from "../support/policies-exceptions.ts";

const inWords = ({ level, id, answer, resource }: ReturnType<typeof reportOn>["findings"][number]): string =>
	`${level} ${answer} ${id} ${resource?.name ?? "stack"}`;
const FINDINGS = [
	"mandatory fail function-reserved-concurrency score",
	"mandatory fail function-timeout-explicit score",
	"advisory cannot tell function-reserved-concurrency later",
];

describe("policies/report", () => {
	it("lists what blocks first, then advice, each by policy and resource", () => {
		expect(reportOn().findings.map(inWords)).to.deep.equal(FINDINGS);
	});

	it("gives a finding the same fingerprint wherever its stack is deployed", () => {
		expect(reportOn().findings.map(({ fingerprint }) => fingerprint)).to.deep.equal([
			"function-reserved-concurrency aws:lambda/function:Function::score",
			"function-timeout-explicit aws:lambda/function:Function::score",
			"function-reserved-concurrency aws:lambda/function:Function::later",
		]);
	});

	it("takes levels from the config: one policy's before those of all", () => {
		const config = { all: "advisory", "function-reserved-concurrency": { enforcementLevel: "mandatory" } };
		expect(reportOn(smallStack, config).findings.map(inWords)).to.deep.equal([
			FINDINGS[0],
			FINDINGS[2],
			"advisory fail function-timeout-explicit score",
		]);
	});

	it("says nothing by a policy that is disabled, and lists it as such", () => {
		const report = reportOn(smallStack, { "function-timeout-explicit": "disabled" });
		expect(report.findings.map(inWords)).to.deep.equal([FINDINGS[0], FINDINGS[2]]);
		expect(report.policies.map(({ name, level }) => [name, level])).to.deep.equal([
			["charter", "mandatory"],
			["function-reserved-concurrency", "mandatory"],
			["function-timeout-explicit", "disabled"],
		]);
	});

	it("blocks on what cannot be told where the config rejects unknowns", () => {
		const [first] = reportOn(smallStack.slice(1), { charter: { unknowns: "reject" } }).findings;
		expect(first && inWords(first)).to.equal("mandatory cannot tell function-reserved-concurrency later");
	});

	it("tells an exception in force apart from findings, and a fault in the config as one", () => {
		const record = exceptionTo("function-reserved-concurrency", "*::score");
		const report = reportOn(smallStack, { charter: { exceptions: [record] }, "function-timeout-explict": "advisory" });
		expect(report.exceptions).to.deep.equal([{ record, findings: 1 }]);
		expect(report.findings.map(inWords)).to.deep.equal([
			"mandatory fail charter/config stack",
			FINDINGS[1],
			FINDINGS[2],
		]);
	});

	it("takes what the engine would mend for a finding that blocks, and a policy's own level else", () => {
		const report = reportOn(smallStack, { "function-timeout-explicit": "remediate" });
		expect(report.findings.map(inWords)).to.deep.equal(FINDINGS);
		expect(report.policies.map(({ level }) => level)).to.deep.equal(["mandatory", "mandatory", "mandatory"]);
	});

	it("knows a policy for applicable that passes, cannot tell, or whose every finding is accepted", () => {
		const applies = (specs: typeof smallStack, config = {}) =>
			reportOn(specs, config).policies.map(({ isApplicable }) => isApplicable);
		expect(applies(smallStack)).to.deep.equal([true, true, true]);
		expect(applies([])).to.deep.equal([true, false, false]);
		const exceptions = [
			exceptionTo("function-reserved-concurrency", "*"),
			exceptionTo("function-timeout-explicit", "*"),
		];
		expect(applies(smallStack.slice(0, 1), { charter: { exceptions } })).to.deep.equal([true, true, true]);
	});

	it("puts what is known below what blocks, and above advice", () => {
		const report = reportOn();
		const first = report.findings[0]?.fingerprint ?? "";
		expect(withKnown(report, new Set([first])).findings.map(inWords)).to.deep.equal([
			FINDINGS[1],
			FINDINGS[0],
			FINDINGS[2],
		]);
	});

	it("says which policies found nothing to judge", () => {
		const idle = reportOn([]).policies.filter(({ isApplicable }) => !isApplicable);
		expect(idle.map(({ name }) => name)).to.deep.equal(["function-reserved-concurrency", "function-timeout-explicit"]);
	});

	it("does not block on what was there before, unless it is the config's own fault", () => {
		const report = reportOn(smallStack, { typo: "advisory" });
		const known = withKnown(report, new Set(report.findings.map(({ fingerprint }) => fingerprint)));
		expect(known.findings.filter(blocks).map(inWords)).to.deep.equal(["mandatory fail charter/config stack"]);
		expect(known.findings).to.have.length(report.findings.length);
	});

	it("refuses what the engine would refuse, and names the place", () => {
		expect(() => packSettings({ "function-timeout-explicit": "mandatroy" }, "pack.yaml")).to.throw(
			"pack.yaml is no config of the pack: function-timeout-explicit: expected a level (advisory, mandatory, remediate, disabled) or an object of settings. Correct it there.",
		);
		expect(() => packSettings(["advisory"], "pack.yaml")).to.throw(/the file: expected an object by policy name/);
	});

	it("reads any config, or refuses it in a sentence", () => {
		fc.assert(
			fc.property(fc.jsonValue(), (config) => {
				try {
					packSettings(config, "x");
				} catch (error) {
					expect(String(error)).to.match(/^Unjudgeable: x is no config of the pack: .+ Correct it there\.$/s);
				}
			}),
		);
	});
});
