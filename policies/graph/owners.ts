/** For which model an endpoint's backend answers, by the nearest tag. Not which model a lone resource is tagged with. */
import { SHARED } from "../../charter/tags.ts";
import type { ModelDeclaration } from "../config.ts";
import type { Unknown } from "../facts/fact.ts";
import { modelNameOf } from "./models.ts";
import type { ResourceNode } from "./node.ts";

export type Owner =
	| { kind: "model"; model: ModelDeclaration }
	/** What all models share belongs to none; only a resource's own tag can say so. */
	| { kind: "shared" }
	/** No tag, or one that names a model nobody declared. */
	| { kind: "nobody" }
	| { kind: "unknown"; fact: Unknown; of: ResourceNode };

/** @param speakers the resources whose tags count, the backend itself first */
export function ownerOf(speakers: readonly ResourceNode[], models: readonly ModelDeclaration[]): Owner {
	for (const [i, of] of speakers.entries()) {
		const tag = modelNameOf(of);
		if (tag.state === "unknown") return { kind: "unknown", fact: tag, of };
		if (tag.state === "absent") continue;
		const model = models.find(({ name }) => name === tag.value);
		if (model) return { kind: "model", model };
		if (tag.value !== SHARED) return { kind: "nobody" };
		if (i === 0) return { kind: "shared" };
	}
	return { kind: "nobody" };
}
