/**
 * A report as SARIF 2.1.0, for code scanning. A logical location says which resource; a line only where what was judged
 * tells where the program declares it.
 */
import { SarifBuilder, SarifResultBuilder, SarifRuleBuilder, SarifRunBuilder } from "node-sarif-builder";
import type { PhysicalLocation, Result } from "sarif";
import type { Finding, PolicySummary, Report } from "../../../policies/report.ts";
import type { Judged } from "./judged.ts";
import { sentencesOf } from "./summary.ts";

/** What code scanning sorts by: 0 to 10. */
const SECURITY_SEVERITY = { low: "3.0", medium: "5.0", high: "8.0", critical: "9.5" } as const;
const FINGERPRINT = "triplaneFinding/v1";

export function sarifOf(report: Report, { source, pack, notes }: Judged): string {
	const run = new SarifRunBuilder({
		defaultSourceLanguage: "typescript",
		properties: { exceptions: report.exceptions },
		invocations: [
			{
				executionSuccessful: true,
				...(notes.length > 0
					? { toolExecutionNotifications: notes.map((text) => ({ level: "note" as const, message: { text } })) }
					: {}),
			},
		],
	}).initSimple({
		toolDriverName: pack.name,
		toolDriverVersion: pack.version,
	});
	for (const policy of report.policies) run.addRule(ruleOf(policy));
	for (const finding of report.findings) run.addResult(new SarifResultBuilder(resultOf(finding, source, report)));
	const log = new SarifBuilder();
	log.addRun(run);
	return `${log.buildSarifJsonString({ indent: true })}\n`;
}

const ruleOf = ({ name, title, level, severity, howToComply, page }: PolicySummary): SarifRuleBuilder =>
	new SarifRuleBuilder({
		defaultConfiguration: { enabled: level !== "disabled", level: level === "mandatory" ? "error" : "warning" },
		help: { text: `${howToComply} See ${page}.` },
		properties: { "security-severity": SECURITY_SEVERITY[severity], tags: ["aws", "charter"] },
	}).initSimple({ ruleId: name, shortDescriptionText: `${title}.` });

function resultOf(finding: Finding, source: string, { policies }: Report): Result {
	const { policy, id, level, answer, resource, fingerprint, isKnown } = finding;
	return {
		ruleId: policy,
		ruleIndex: policies.findIndex(({ name }) => name === policy),
		level: answer === "cannot tell" && level === "advisory" ? "note" : level === "mandatory" ? "error" : "warning",
		message: { text: sentencesOf(finding) },
		locations: [
			{
				physicalLocation: placeOf(resource, source),
				...(resource
					? {
							logicalLocations: [{ name: resource.name, fullyQualifiedName: resource.urn, kind: "resource" }],
						}
					: {}),
			},
		],
		partialFingerprints: { [FINGERPRINT]: fingerprint },
		...(isKnown ? { baselineState: "unchanged" as const, suppressions: [{ kind: "external" as const }] } : {}),
		properties: { finding: id, answer },
	};
}

/** Code scanning shows no result without a file: where the resource is declared, else what was judged as a whole. */
function placeOf(resource: Finding["resource"], judged: string): PhysicalLocation {
	const { file, line, column } = resource?.source ?? { file: judged, line: 1 };
	return {
		artifactLocation: { uri: uriOf(file) },
		region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }) },
	};
}

/** A path as a relative reference. */
const uriOf = (path: string): string =>
	path
		.replaceAll("\\", "/")
		.split("/")
		.map((part) => encodeURIComponent(part))
		.join("/");
