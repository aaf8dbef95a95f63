import schema from "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json" with { type: "json" };
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { expect } from "chai";
import fc from "fast-check";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import type { Log } from "sarif";
import { jsonOf } from "../../../cli/check/formats/json.ts";
import { junitOf } from "../../../cli/check/formats/junit.ts";
import { markdownOf } from "../../../cli/check/formats/markdown.ts";
import { sarifOf } from "../../../cli/check/formats/sarif.ts";
import { tableOf } from "../../../cli/check/formats/table.ts";
import { type Report, withKnown } from "../../../policies/report.ts";
import { FUNCTION, judgedBy, reportOn, smallStack } from "../../support/check-reports.ts";
import { exceptionTo } from "../../support/policies-exceptions.ts";
import { resource } from "../../support/policies-stack.ts";

// Draft 4, of which Ajv 8 knows all but how a schema is named; its patterns are older than the flag for Unicode.
const { $schema, id, ...official } = schema;
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats.default(ajv);
const isSarif = ajv.compile(official);

const sarif = (report: Report): Log => {
	const log: Log = JSON.parse(sarifOf(report, judgedBy));
	expect(isSarif(log), JSON.stringify(isSarif.errors)).to.equal(true);
	return log;
};
const xml = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "@", isArray: (name) => /^test/.test(name) });
const everyFormat = { tableOf, jsonOf, junitOf, markdownOf, sarifOf };
const baselined = (report: Report): Report =>
	withKnown(report, new Set(report.findings.slice(0, 1).map(({ fingerprint }) => fingerprint)));

/** Reports on functions of any name, with an exception and config faults of any words. */
const anyReport = fc
	.record({ names: fc.uniqueArray(fc.string({ unit: "binary", minLength: 1 }), { maxLength: 4 }), word: fc.string() })
	.map(({ names, word }) =>
		reportOn(
			names.map((name) => resource(FUNCTION, name)),
			{
				charter: { exceptions: [exceptionTo("function-timeout-explicit", "*", { reason: `because of ${word}` })] },
				[`no ${word}`]: "advisory",
			},
		),
	);

describe("cli/check/formats", () => {
	it("SARIF is valid by the official schema, and says level, place, rule and fingerprint", () => {
		const [run] = sarif(baselined(reportOn())).runs;
		expect(run?.tool.driver).to.include({ name: "@triplane/policies", version: "0.1.0" });
		expect(run?.tool.driver.rules?.map(({ id }) => id)).to.deep.equal([
			"charter",
			"function-reserved-concurrency",
			"function-timeout-explicit",
		]);
		expect(
			run?.results?.map(({ ruleId, ruleIndex, level, baselineState }) => [ruleId, ruleIndex, level, baselineState]),
		).to.deep.equal([
			["function-timeout-explicit", 2, "error", undefined],
			["function-reserved-concurrency", 1, "error", "unchanged"],
			["function-reserved-concurrency", 1, "note", undefined],
		]);
		const [first] = run?.results ?? [];
		expect(first?.partialFingerprints).to.deep.equal({
			"triplaneFinding/v1": "function-timeout-explicit aws:lambda/function:Function::score",
		});
		expect(first?.locations?.[0]?.logicalLocations?.[0]?.fullyQualifiedName).to.equal(
			"urn:pulumi:test::cases::aws:lambda/function:Function::score",
		);
		expect(first?.locations?.[0]?.physicalLocation?.artifactLocation?.uri).to.equal("shop/index.ts");
	});

	it("SARIF points at the line that declares a resource, where that is known, and at the whole of what was judged else", () => {
		const sources = { score: { file: "src/a b.ts", line: 12, column: 3 } };
		const places = sarif(reportOn(smallStack, {}, sources)).runs[0]?.results?.map(({ locations }) => {
			const { logicalLocations, physicalLocation } = locations?.[0] ?? {};
			return [logicalLocations?.[0]?.name, physicalLocation?.artifactLocation?.uri, physicalLocation?.region];
		});
		expect(places).to.deep.equal([
			["score", "src/a%20b.ts", { startLine: 12, startColumn: 3 }],
			["score", "src/a%20b.ts", { startLine: 12, startColumn: 3 }],
			["later", "shop/index.ts", { startLine: 1 }],
		]);
		const [first] = sarif(reportOn(smallStack, {}, { score: { file: "index.ts", line: 7 } })).runs[0]?.results ?? [];
		expect(first?.locations?.[0]?.physicalLocation?.region).to.deep.equal({ startLine: 7 });
	});

	it("JSON says where the program declares a resource", () => {
		const source = { file: "index.ts", line: 7 };
		const { findings }: Report = JSON.parse(jsonOf(reportOn(smallStack, {}, { later: source }), judgedBy));
		expect(findings.map(({ resource: where }) => [where?.name, where?.source])).to.deep.equal([
			["score", undefined],
			["score", undefined],
			["later", source],
		]);
	});

	it("SARIF that breaks the schema is noticed", () => {
		expect(isSarif({ version: "2.1.0", runs: [{ results: [{ level: "fatal" }] }] })).to.equal(false);
	});

	it("JUnit fails what blocks, and skips what only advises, is known or is not applicable", () => {
		const { testsuites } = xml.parse(junitOf(baselined(reportOn()), judgedBy));
		const [charter, concurrency, timeout] = testsuites[0].testsuite;
		expect(charter).to.include({ "@name": "charter", "@tests": "1", "@failures": "0", "@skipped": "0" });
		expect(concurrency).to.include({ "@tests": "2", "@failures": "0", "@skipped": "2" });
		expect(timeout).to.include({ "@tests": "1", "@failures": "1", "@skipped": "0" });
		const [failed] = timeout.testcase;
		expect(failed["@name"]).to.equal('Function "score"');
		expect(failed.failure["@message"]).to.match(/^Function "score" leaves its timeout at the default of 3 s\. /);
		expect(xml.parse(junitOf(reportOn([]), judgedBy)).testsuites[0].testsuite[1]["@skipped"]).to.equal("1");
	});

	it("Markdown shows what blocks, and folds the rest away", () => {
		const markdown = markdownOf(baselined(reportOn()), judgedBy);
		expect(markdown).to.match(
			/^### ❌ Charter: shop\/index\.ts\n\n1 mandatory violation, 1 known from the baseline, 0 advisory, 1 not told yet: 2 resources judged by 3 policies\.\n/,
		);
		expect(markdown).to.contain('| mandatory | Function "score" | `function-timeout-explicit` |');
		expect(markdown).to.contain("<summary>Advice, known and not told yet (2)</summary>");
		expect(markdownOf(reportOn([]), judgedBy)).to.match(/^### ✅ /);
	});

	it("Markdown stays within what a comment can hold, and says what it left out", () => {
		const many = Array.from({ length: 400 }, (_, i) => resource(FUNCTION, `f${i}-${"x".repeat(300)}`));
		const markdown = markdownOf(reportOn(many), judgedBy);
		expect(markdown.length).to.be.lessThan(65_536);
		expect(markdown).to.match(/… and \d+ more: see the whole report\./);
	});

	it("a table names each resource once beside what is said of all of them", () => {
		const table = tableOf(reportOn([...smallStack, resource(FUNCTION, "other")]), judgedBy, 160);
		expect(table).to.match(
			/│ mandatory +│ Function "other" +│ \[function-reserved-concurrency\] has no reserved concurrency\./,
		);
		expect(table.match(/has no reserved concurrency/g)).to.have.length(1);
		expect(table).to.contain("4 mandatory violations, 0 advisory, 1 not told yet: 3 resources judged by 3 policies.");
	});

	it("JSON holds the whole report", () => {
		const report = reportOn();
		expect(JSON.parse(jsonOf(report, judgedBy))).to.deep.equal({
			pack: judgedBy.pack,
			source: judgedBy.source,
			notes: [],
			counts: { blocking: 2, known: 0, advisory: 0, cannotTell: 1 },
			...report,
		});
	});

	it("every format lists an exception in force, and not what it accepts", () => {
		const config = { charter: { exceptions: [exceptionTo("function-timeout-explicit", "*::score")] } };
		const report = reportOn(smallStack, config);
		for (const format of Object.values(everyFormat))
			expect(format(report, judgedBy), format.name).to.contain("accepted until the cut-over in spring");
		expect(sarif(report).runs[0]?.results).to.have.length(2);
	});

	it("no name or word in a stack breaks a format", () => {
		fc.assert(
			fc.property(anyReport, (report) => {
				for (const format of Object.values(everyFormat)) expect(format(report, judgedBy)).to.be.a("string");
				sarif(report);
				const junit = junitOf(report, judgedBy);
				expect(XMLValidator.validate(junit), junit).to.equal(true);
				const rows = markdownOf(report, judgedBy)
					.split("\n")
					.filter((line) => line.startsWith("| "));
				for (const row of rows) expect(row.split("|").length, row).to.be.oneOf([6, 9]);
			}),
			{ numRuns: 60 },
		);
	});
});
