/** A report as JSON: whole, for other programs. Fields are added, never renamed. */
import type { Report } from "../../../policies/report.ts";
import type { Judged } from "./judged.ts";
import { countsOf } from "./summary.ts";

export const jsonOf = (report: Report, { source, pack, notes }: Judged): string =>
	`${JSON.stringify({ pack, source, notes, counts: countsOf(report), ...report }, null, 2)}\n`;
