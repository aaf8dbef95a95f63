/**
 * Stacks that Pulumi has written to a file, as resources for the graph: the state of `pulumi stack export`, and the plan of
 * `pulumi preview --json`. Reads text and judges nothing; a file that is neither is refused in a sentence.
 */
import { z } from "zod";
import { parseJson } from "../facts/props.ts";
import type { ResourceInput } from "../graph/node.ts";
import { sourcePositionIn } from "./source-position.ts";
import { Unjudgeable } from "./unjudgeable.ts";
import { plainProperties } from "./wire.ts";

const Urns = z.array(z.string());
const RecordedResource = z.looseObject({
	urn: z.string().min(1),
	type: z.string(),
	custom: z.boolean().optional(),
	/** Waits for its deletion. */
	delete: z.boolean().optional(),
	/** Read, and managed elsewhere. */
	external: z.boolean().optional(),
	inputs: z.record(z.string(), z.unknown()).nullish(),
	outputs: z.record(z.string(), z.unknown()).nullish(),
	parent: z.string().nullish(),
	provider: z.string().nullish(),
	propertyDependencies: z.record(z.string(), Urns.nullable()).nullish(),
	sourcePosition: z.string().nullish().catch(undefined),
});
type RecordedResource = z.output<typeof RecordedResource>;

const EXPORT_VERSIONS = [3, 4];
const StateFile = z.looseObject({
	version: z.number(),
	deployment: z.looseObject({ resources: z.array(RecordedResource).nullish() }),
});
const PreviewFile = z.looseObject({
	steps: z.array(z.looseObject({ op: z.string(), urn: z.string(), newState: RecordedResource.nullish() })).nullish(),
	changeSummary: z.unknown().optional(),
	diagnostics: z.array(z.looseObject({ severity: z.string().optional() })).nullish(),
});

/** Operations after which the program has no such resource. */
const REMOVALS = new Set(["delete", "delete-replaced", "discard", "discard-replaced", "read-discard", "read"]);

/**
 * The resources of `pulumi stack export`, as they are deployed.
 * @param source how messages name the file
 * @throws {Unjudgeable}
 */
export function resourcesOfState(text: string, source: string): ResourceInput[] {
	const want = "the output of `pulumi stack export`";
	const { version, deployment } = parsed(StateFile, text, source, want);
	if (!EXPORT_VERSIONS.includes(version))
		throw new Unjudgeable(
			`${source} is a stack export of version ${version}, and this reads ${EXPORT_VERSIONS.join(" and ")}. Export the stack with a current Pulumi.`,
		);
	return inputsOf(deployment.resources ?? [], (inputs, outputs) => ({ ...inputs, ...outputs }));
}

/**
 * The resources that a stack will have, from `pulumi preview --json`.
 * @param source how messages name the file
 * @throws {Unjudgeable} also where the preview itself failed, for then its plan is not whole
 */
export function resourcesOfPreview(text: string, source: string): ResourceInput[] {
	const want = "the output of `pulumi preview --json`";
	const { steps, changeSummary, diagnostics } = parsed(PreviewFile, text, source, want);
	if (diagnostics?.some(({ severity }) => severity === "error") && changeSummary === undefined)
		throw new Unjudgeable(
			`${source} is a preview that failed, so its plan is not whole. Mend what the preview says, and preview again.`,
		);
	if (!steps && changeSummary === undefined)
		throw new Unjudgeable(`${source} has neither steps nor a summary, so it is not ${want}. Give that.`);
	const states = new Map<string, RecordedResource>();
	for (const { op, urn, newState } of steps ?? []) if (newState && !REMOVALS.has(op)) states.set(urn, newState);
	// At preview the outputs are the inputs, carried over, and what the provider already knows.
	return inputsOf([...states.values()], (inputs, outputs) => ({ ...outputs, ...inputs }));
}

/** The stack's settings by full key, as far as a preview tells them; none where it is no preview. */
export function settingsOfPreview(text: string): Record<string, string> {
	const parsedText = z.looseObject({ config: z.record(z.string(), z.string()) }).safeParse(parseJson(text));
	return parsedText.success ? parsedText.data.config : {};
}

type Properties = Record<string, unknown>;

function inputsOf(
	recorded: readonly RecordedResource[],
	merge: (inputs: Properties, outputs: Properties) => Properties,
): ResourceInput[] {
	const byUrn = new Map(recorded.map((each) => [each.urn, each]));
	return recorded
		.filter((each) => each.custom !== false && !each.delete && !each.external && !each.type.startsWith("pulumi:"))
		.map((each): ResourceInput => {
			const { urn, type, inputs, outputs, parent, provider, propertyDependencies } = each;
			const source = sourcePositionIn(each.sourcePosition);
			// A reference to a provider is its URN and its id.
			const providerUrn = provider?.split("::").slice(0, 4).join("::") ?? "";
			const providerState = byUrn.get(providerUrn);
			return {
				type,
				name: nameOf(urn),
				urn,
				props: merge(plainProperties(inputs), plainProperties(outputs)),
				...(parent ? { parent: { urn: parent } } : {}),
				...(providerState ? { provider: { props: plainProperties(providerState.inputs) } } : {}),
				propertyDependencies: Object.fromEntries(
					Object.entries(propertyDependencies ?? {}).map(([key, urns]) => [
						key,
						(urns ?? []).map((dependency) => ({ urn: dependency })),
					]),
				),
				...(source ? { source } : {}),
			};
		});
}

/** The last part of `urn:pulumi:stack::project::type::name`; names may hold the separator. */
const nameOf = (urn: string): string => urn.split("::").slice(3).join("::") || urn;

function parsed<T>(schema: z.ZodType<T>, text: string, source: string, want: string): T {
	const body = text.replace(/^\uFEFF/, "");
	if (body.trim() === "") throw new Unjudgeable(`${source} is empty. Give ${want}.`);
	let json: unknown;
	try {
		json = JSON.parse(body);
	} catch (cause) {
		const why = cause instanceof Error ? cause.message : String(cause);
		throw new Unjudgeable(`${source} is no JSON, or was cut off (${why}). Give ${want}, whole.`, { cause });
	}
	const result = schema.safeParse(json);
	if (result.success) return result.data;
	const [issue] = result.error.issues;
	throw new Unjudgeable(
		`${source} is JSON, but not ${want}: ${issue?.path.join(".") || "the file"}: ${issue?.message}. Give that.`,
	);
}
