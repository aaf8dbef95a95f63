/**
 * Whether callers of one version can be given another's answers without a word to them: it takes what they send and answers what
 * they read. What it would refuse is no version's error, so no judge would see it. Pure.
 */
import type { Signature, TensorSpec, VersionRecord } from "../../charter/registry.ts";

type Version = Pick<VersionRecord, "signature">;

/** What is in the way, as a clause; undefined where nothing is. A champion that is not known has no callers. */
export function callersFault(champion: Version | undefined, version: Version): string | undefined {
	if (!champion) return undefined;
	const [was, is] = [champion.signature, version.signature];
	return entitiesFault(was, is) ?? inputsFault(was, is) ?? outputsFault(was, is);
}

/** Who names entities need not know which features are looked up for them. */
function entitiesFault({ features: was }: Signature, { features: is }: Signature): string | undefined {
	if (!was || (is?.entityInput === was.entityInput && is.input === was.input)) return undefined;
	return `it does not take "${was.entityInput}" in place of "${was.input}"`;
}

function inputsFault(was: Signature, is: Signature): string | undefined {
	for (const input of was.inputs) {
		const same = is.inputs.find(({ name }) => name === input.name);
		if (!same) return `it has no input "${input.name}"`;
		if (same.datatype !== input.datatype) return `its input "${input.name}" is ${same.datatype}, not ${input.datatype}`;
		const isLookedUp = input.name === was.features?.input;
		if (!isLookedUp && !takes(same, input))
			return `its input "${input.name}" has the shape [${same.shape}], not [${input.shape}]`;
	}
	const more = is.inputs.find(({ name }) => was.inputs.every((input) => input.name !== name));
	return more && `it wants an input "${more.name}"`;
}

/** −1 is any size. */
const takes = ({ shape: is }: TensorSpec, { shape: was }: TensorSpec): boolean =>
	is.length === was.length && is.every((size, i) => size === -1 || size === was[i]);

/** More of them are nobody's harm; how long one is may depend on what was learnt. */
function outputsFault(was: Signature, is: Signature): string | undefined {
	for (const { name, datatype } of was.outputs) {
		const same = is.outputs.find((output) => output.name === name);
		if (!same) return `it has no output "${name}"`;
		if (same.datatype !== datatype) return `its output "${name}" is ${same.datatype}, not ${datatype}`;
	}
	return undefined;
}
