/** Questions about models: which declared model a resource belongs to. A resource says so by its `model` tag. */
import type { ModelDeclaration } from "../config.ts";
import { type Fact, mapFact } from "../facts/fact.ts";
import { tagOf } from "../facts/tags.ts";
import type { ResourceNode } from "./node.ts";

const MODEL_TAG = "model";

/** The model's name that a resource says, declared or not. */
export const modelNameOf = (node: ResourceNode): Fact<string> => tagOf(node, MODEL_TAG);

/** The declared model of a resource; absent where it has none, or one that nobody declared. */
export const modelOf = (node: ResourceNode, models: readonly ModelDeclaration[]): Fact<ModelDeclaration> =>
	mapFact(modelNameOf(node), (name) => models.find((model) => model.name === name));
