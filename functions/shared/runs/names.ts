/** Names of models and runs as parts of keys: no separators, no ways up. */
const MODEL = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const RUN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/** What is wrong with them, and what to do; undefined where both can be parts of a key. */
export function nameFault({ model, run }: { model: string; run: string }): string | undefined {
	if (!MODEL.test(model))
		return `"${model.slice(0, 60)}" is no model's name. Use lower-case letters, digits and single hyphens, as in "tumour-risk".`;
	if (!RUN.test(run))
		return `"${run.slice(0, 60)}" is no run's name. Use letters, digits, hyphens and underscores, at most 128 of them.`;
	return undefined;
}
