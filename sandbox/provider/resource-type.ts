/**
 * What the provider does for one functional resource type. `defineType` ties the pieces of a type to the schema of its inputs,
 * so that each type's code works on parsed values; the rest of the provider sees them all alike.
 */
import { z } from "zod";
import { TriplaneError } from "../../charter/errors.ts";
import type { Clients } from "./clients.ts";
import type { Props, Value } from "./values.ts";

export interface Context {
	clients: Clients;
	endpoint: string;
	region: string;
	accountId: string;
	/** The program's directory, which archives' relative paths start from. */
	directory: string;
}

export interface Created {
	id: string;
	/** What AWS added to the inputs. */
	outputs: Outputs;
}

/** Absent ones are left out of the state. */
export type Outputs = { [key: string]: Value | undefined };

/** How a resource's tags are changed in place. */
export interface Tagging {
	set(tags: Record<string, string>): Promise<unknown>;
	unset(keys: string[]): Promise<unknown>;
}

export interface ResourceType {
	/** Inputs that AWS cannot change in place. */
	replaceOn: readonly string[];
	/** Inputs that name the resource for AWS. */
	identity: readonly string[];
	/** Outputs that a change in place may change: unknown while that change is previewed. */
	changedByUpdate: readonly string[];
	create(inputs: Props, context: Context): Promise<Created>;
	/** What AWS has now; undefined where the resource is gone. */
	read(id: string, state: Props, context: Context): Promise<Outputs | undefined>;
	/** Changes in place. A type without it has nothing but tags to change so. */
	update?(id: string, news: Props, olds: Props, context: Context): Promise<Outputs>;
	delete(id: string, state: Props, context: Context): Promise<void>;
	tagging?(id: string, state: Props, context: Context): Tagging;
}

export interface TypeSpec<S extends z.ZodType> {
	inputs: S;
	replaceOn: readonly string[];
	identity?: readonly string[];
	changedByUpdate?: readonly string[];
	create(inputs: z.output<S>, context: Context): Promise<Created>;
	read(id: string, inputs: z.output<S>, context: Context): Promise<Outputs | undefined>;
	update?(id: string, news: z.output<S>, olds: z.output<S>, context: Context): Promise<Outputs>;
	delete(id: string, inputs: z.output<S>, context: Context): Promise<unknown>;
	tagging?(id: string, inputs: z.output<S>, context: Context): Tagging;
}

/** Makes a type of its specification. */
export function defineType<S extends z.ZodType>(spec: TypeSpec<S>): ResourceType {
	const parse = (props: Props): z.output<S> => parseInputs(spec.inputs, props);
	const { update, tagging } = spec;
	return {
		replaceOn: spec.replaceOn,
		identity: spec.identity ?? [],
		changedByUpdate: spec.changedByUpdate ?? [],
		create: (inputs, context) => spec.create(parse(inputs), context),
		read: (id, state, context) => {
			// A resource that is looked up by its id has no state; only what this provider made can be read.
			if (Object.keys(state).length === 0)
				throw new TriplaneError(`"${id}" cannot be looked up by its id alone here: make it in the program instead.`);
			return spec.read(id, parse(state), context);
		},
		...(update && { update: (id, news, olds, context) => update(id, parse(news), parse(olds), context) }),
		delete: async (id, state, context) => {
			await unlessGone(spec.delete(id, parse(state), context));
		},
		...(tagging && { tagging: (id, state, context) => tagging(id, parse(state), context) }),
	};
}

function parseInputs<S extends z.ZodType>(schema: S, props: Props): z.output<S> {
	const parsed = schema.safeParse(props);
	if (parsed.success) return parsed.data;
	const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "inputs"}: ${message}`);
	throw new TriplaneError(`Not what AWS takes: ${faults.join("; ")}.`);
}

const GONE = /^(NotFound|NoSuch\w*|ResourceNotFound|.*NotFoundException|.*DoesNotExist|.*NonExistentQueue)$/;

/** What AWS answers, or undefined where it says that there is no such thing. */
export async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
	try {
		return await answer;
	} catch (error) {
		if (error instanceof Error && GONE.test(error.name)) return undefined;
		throw error;
	}
}

/** Tags of every taggable type: the merged ones are what AWS gets. */
export const tags = { tagsAll: z.record(z.string(), z.string()).optional() };

/** JSON that a program gives as text, as AWS wants it. */
export const jsonText = z.union([
	z.string(),
	z.record(z.string(), z.unknown()).transform((value) => JSON.stringify(value)),
]);
