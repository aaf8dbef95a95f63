/** `triplane doctor`: what an AWS account lacks before the stack's first `up`, and what to do about it. */
import { styleText } from "node:util";
import { totalReservedConcurrency } from "../../charter/derive.ts";
import { accountChecks, accountOn } from "../doctor/account.ts";
import { attention, examine, exitCodeOf, type Finding } from "../doctor/check.ts";
import { imageCheck } from "../doctor/images.ts";
import { versionChecks } from "../doctor/versions.ts";
import { readSettings } from "../settings.ts";

const MARKS = { ok: ["green", "✓"], attention: ["yellow", "!"], problem: ["red", "✗"] } as const;

/** Exit code 0 where an `up` can start, 1 where something must be done first. */
export async function doctor(
	checkout: string,
	options: { stack: string; region?: string; json?: boolean },
): Promise<number> {
	const { settings, region } = await readSettings(checkout, options.stack);
	const needs = {
		reservedConcurrency: totalReservedConcurrency(settings),
		gpu: settings.models.some(({ runtime }) => runtime.kind === "ecs" && runtime.gpuCount > 0),
		otlp: settings.observability.otlpEndpoint?.includes("xray") ?? false,
	};
	const [credentials, ...rest] = accountChecks(accountOn({ region: options.region ?? region }), needs);
	const findings = await examine([
		...versionChecks(checkout),
		imageCheck(settings),
		...(credentials ? [credentials] : []),
	]);
	if (findings.at(-1)?.verdict === "ok") findings.push(...(await examine(rest)));
	else
		for (const { name } of rest)
			findings.push({ name, ...attention("not checked without credentials", "log in, and ask again") });
	if (options.json) console.log(JSON.stringify(findings, null, 2));
	else for (const finding of findings) console.log(lineOf(finding));
	return exitCodeOf(findings);
}

function lineOf({ name, verdict, found, todo }: Finding): string {
	const [style, mark] = MARKS[verdict];
	return `${styleText(style, mark)} ${name}: ${found}${todo ? `\n    → ${todo}` : ""}`;
}
