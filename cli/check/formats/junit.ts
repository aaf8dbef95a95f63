/** A report as JUnit XML: a suite for each policy, a case for each finding, and one passed case where it has none. */
import { XMLBuilder } from "fast-xml-parser";
import { blocks, type Finding, type PolicySummary, type Report } from "../../../policies/report.ts";
import type { Judged } from "./judged.ts";
import { exceptionsIn, levelOf, sentencesOf, subjectOf } from "./summary.ts";

const ATTRIBUTE = "@";
const TEXT = "#text";

interface Element {
	[name: string]: string | number | Element | Element[];
}

export function junitOf(report: Report, { source }: Judged): string {
	const suites = report.policies.map((policy) =>
		suiteOf(
			policy,
			report.findings.filter((finding) => finding.policy === policy.name),
		),
	);
	const builder = new XMLBuilder({
		attributeNamePrefix: ATTRIBUTE,
		textNodeName: TEXT,
		ignoreAttributes: false,
		format: true,
		suppressEmptyNode: true,
	});
	return builder.build({
		"?xml": { "@version": "1.0", "@encoding": "UTF-8" },
		testsuites: {
			"@name": legal(`charter: ${source}`),
			testsuite: [...suites, ...exceptionsOf(report)],
		},
	});
}

function suiteOf({ name, title, level, isApplicable }: PolicySummary, findings: readonly Finding[]): Element {
	const idle = level === "disabled" || !isApplicable ? { skipped: {} } : {};
	const cases = findings.length > 0 ? findings.map(caseOf) : [{ "@classname": name, "@name": title, ...idle }];
	return {
		"@name": name,
		"@tests": cases.length,
		"@failures": cases.filter((each) => "failure" in each).length,
		"@skipped": cases.filter((each) => "skipped" in each).length,
		testcase: cases,
	};
}

/** JUnit knows no exceptions: a suite of their own lists them as skipped. */
function exceptionsOf(report: Report): Element[] {
	const cases = exceptionsIn(report).map((line, i) => ({
		"@classname": report.exceptions[i]?.record.rule ?? "",
		"@name": legal(line),
		skipped: { "@message": "excepted" },
	}));
	if (cases.length === 0) return [];
	return [{ "@name": "exceptions", "@tests": cases.length, "@failures": 0, "@skipped": cases.length, testcase: cases }];
}

/** Only what blocks fails: whoever reads this file breaks the build by it. */
function caseOf(finding: Finding): Element {
	const text = legal(sentencesOf(finding));
	return {
		"@classname": finding.id,
		"@name": legal(subjectOf(finding)),
		...(blocks(finding)
			? { failure: { "@type": finding.id, "@message": text.replace(/\s+/g, " "), [TEXT]: text } }
			: { skipped: { "@message": levelOf(finding) }, "system-out": text }),
	};
}

/** Text without the characters that XML cannot hold in any form. */
const legal = (text: string): string =>
	text.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "\u{FFFD}");
