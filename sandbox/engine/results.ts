/**
 * What an operation of the engine did, gathered from its events: changes, violations, diagnostics.
 * Pure: no engine is run here, and whether a failure is an answer or an error is stack.ts's to say.
 */
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

export interface PolicyViolation {
	policy: string;
	pack: string;
	packVersion: string;
	/** `type::name`, or the stack's own name when the policy judges the whole stack. */
	resource: string;
	urn: string;
	message: string;
	level: "advisory" | "mandatory";
}

export type ProgressEvent =
	| { kind: "resource"; state: "started" | "done" | "failed"; op: string; type: string; name: string; urn: string }
	| { kind: "diagnostic"; severity: "info" | "warning" | "error"; message: string }
	| { kind: "violation"; violation: PolicyViolation };

export interface OperationResult {
	/** False when a mandatory policy rejected the operation. */
	ok: boolean;
	/** Resources of the stack after the operation, or as planned by a preview. */
	resources: number;
	/** Number of resources by what was done to them, as in `{ create: 40, same: 2 }`. */
	changes: Record<string, number>;
	violations: PolicyViolation[];
	outputs: Record<string, unknown>;
	/** Warnings and errors of the engine, the provider and the program, in the order they came. */
	diagnostics: string[];
	durationSeconds: number;
}

/** Operations after which a resource is no longer there. */
const REMOVALS = new Set(["delete", "delete-replaced", "discard", "discard-replaced", "read-discard"]);
/** A replacement is counted once, as `replace`, by the engine's own summary. */
const PARTS_OF_REPLACEMENT = new Set(["create-replacement", "delete-replaced"]);
/** The engine's last word on a failure says nothing that the error before it does not. */
const ENDINGS = /^(preview|update|destroy) failed$/;

/** Gathers events as they come; `onProgress` hears of each that people can read. */
export function gather(onProgress: (event: ProgressEvent) => void = () => {}) {
	const violations: PolicyViolation[] = [];
	const diagnostics: string[] = [];
	const errors: string[] = [];
	const counted: Record<string, number> = {};
	const seen = new Set<string>();
	let summary: Record<string, number> | undefined;

	const onResource = (state: "started" | "done" | "failed", { op, urn }: { op: string; urn: string }) => {
		// A component is done twice: when it is registered, and when its outputs are.
		const key = [state, op, urn].join();
		if (seen.has(key)) return;
		seen.add(key);
		if (state === "done" && !PARTS_OF_REPLACEMENT.has(op)) counted[op] = (counted[op] ?? 0) + 1;
		onProgress({ kind: "resource", state, op, ...partsOf(urn), urn });
	};
	const onDiagnostic = (event: NonNullable<EngineEvent["diagnosticEvent"]>) => {
		const { severity, message } = diagnosticOf(event);
		if (severity === undefined || event.ephemeral || ENDINGS.test(message)) return;
		onProgress({ kind: "diagnostic", severity, message });
		if (severity === "info" || diagnostics.some((earlier) => earlier.includes(message))) return;
		diagnostics.push(message);
		if (severity === "error") errors.push(message);
	};
	return {
		violations,
		diagnostics,
		/** The diagnostics that are errors. */
		errors,
		onEvent(event: EngineEvent): void {
			if (event.resourcePreEvent) onResource("started", event.resourcePreEvent.metadata);
			if (event.resOutputsEvent) onResource("done", event.resOutputsEvent.metadata);
			if (event.resOpFailedEvent) onResource("failed", event.resOpFailedEvent.metadata);
			if (event.policyEvent) {
				const violation = violationOf(event.policyEvent);
				violations.push(violation);
				onProgress({ kind: "violation", violation });
			}
			if (event.diagnosticEvent) onDiagnostic(event.diagnosticEvent);
			if (event.summaryEvent) summary = { ...event.summaryEvent.resourceChanges };
		},
		changes(): Record<string, number> {
			return summary ?? counted;
		},
	};
}

/** Resources that are there after such changes. */
export function remaining(changes: Record<string, number>): number {
	return Object.entries(changes).reduce((sum, [op, count]) => sum + (REMOVALS.has(op) ? 0 : count), 0);
}

/** Type and name of a resource from its URN: `urn:pulumi:stack::project::parentType$type::name`. */
export function partsOf(urn: string): { type: string; name: string } {
	const [, , types = "", ...name] = urn.split("::");
	return { type: types.slice(types.lastIndexOf("$") + 1), name: name.join("::") };
}

function violationOf(event: NonNullable<EngineEvent["policyEvent"]>): PolicyViolation {
	const urn = event.resourceUrn ?? "";
	const { type, name } = partsOf(urn);
	return {
		policy: event.policyName,
		pack: event.policyPackName,
		packVersion: event.policyPackVersionTag || event.policyPackVersion,
		resource: `${type}::${name}`,
		urn,
		message: plain(event.message).trim(),
		level: event.enforcementLevel === "mandatory" ? "mandatory" : "advisory",
	};
}

/** The text without the engine's own prefix, and with the resource that it is about, the stack apart. */
function diagnosticOf(event: NonNullable<EngineEvent["diagnosticEvent"]>) {
	const text = plain(`${event.prefix ?? ""}${event.message}`)
		.replace(/^(error|warning): (Unhandled exception: )?/, "")
		.trim();
	const { type, name } = partsOf(event.urn ?? "");
	const about = type === "" || type === "pulumi:pulumi:Stack" ? "" : `${type}::${name}: `;
	return { severity: SEVERITIES[event.severity], message: about + text };
}

/** Debug messages are for those who mend the engine. */
const SEVERITIES: Readonly<Record<string, "info" | "warning" | "error">> = {
	info: "info",
	"info#err": "info",
	warning: "warning",
	error: "error",
};

/** The engine marks colours as in `<{%fg 1%}>`. */
export const plain = (text: string): string => text.replace(/<\{%.*?%\}>/g, "");
