/**
 * One resource of a stack as rules see it: its properties as facts, and what they refer to.
 * Not the SDK's resource: that one is rebuilt for every policy, and throws when an unknown is read.
 */
import { DEFAULTS, type DefaultValue } from "../facts/defaults.ts";
import { absent, type Fact, type Known, known, orElse, type Unknown } from "../facts/fact.ts";
import { Props } from "../facts/props.ts";

/** What a graph is built from: the part of the SDK's `PolicyResource` that we use. */
export interface ResourceInput {
	type: string;
	name: string;
	urn: string;
	props: object;
	opts?: { parent?: string; ignoreChanges?: string[] };
	provider?: { props: object };
	parent?: { urn: string };
	dependencies?: readonly { urn: string }[];
	propertyDependencies?: Dependencies;
	/** Not of the SDK: what a recorded stack tells of the program. */
	source?: SourcePosition;
}

/** Where a program declares a resource. */
export interface SourcePosition {
	/** From the folder of the project, with "/" between its parts. */
	file: string;
	/** From 1. */
	line: number;
	/** From 1. */
	column?: number;
}

type Dependencies = Readonly<Record<string, readonly { urn: string }[]>>;
const NONE: Dependencies = {};
const NOTHING: readonly { urn: string }[] = [];

export class ResourceNode {
	/** One type for all names that the provider has for it. */
	readonly type: string;
	/** The type by the name that the program uses. */
	readonly declaredType: string;
	readonly name: string;
	readonly urn: string;
	readonly props: Props;
	readonly parentUrn: string | undefined;
	readonly source: SourcePosition | undefined;
	readonly #dependencies: Dependencies;
	readonly #provider: { readonly props: object } | undefined;
	readonly #stack: { readonly isPreview: boolean };

	/** @param stack whether it is a preview; asked only where a property is missing */
	constructor(input: ResourceInput, stack: { readonly isPreview: boolean }) {
		this.type = canonicalType(input.type);
		this.declaredType = input.type;
		this.name = input.name;
		this.urn = input.urn;
		this.#dependencies = input.propertyDependencies ?? NONE;
		this.#stack = stack;
		this.props = new Props(input.props, "", this);
		this.#provider = input.provider;
		this.parentUrn = input.parent?.urn ?? input.opts?.parent;
		this.source = input.source;
	}

	/** Whether it is of one of some types; of any, where none are named. */
	isOneOf(types: readonly string[] | undefined): boolean {
		return types === undefined || types.length === 0 || types.includes(this.type);
	}

	/** What the engine says a property depends on; only its top-level name counts. */
	dependenciesOf(path: string): readonly { urn: string }[] {
		const dot = path.indexOf(".");
		const property = dot < 0 ? path : path.slice(0, dot);
		return (Object.hasOwn(this.#dependencies, property) ? this.#dependencies[property] : undefined) ?? NOTHING;
	}

	/** Configuration of the provider that makes the resource, where the engine gave it. */
	get provider(): Props | undefined {
		return this.#provider && new Props(this.#provider.props);
	}

	/** Whether a top-level property that is not there may still come. */
	isWithheld(property: string): boolean {
		return this.dependenciesOf(property).length > 0 && this.#stack.isPreview;
	}

	/** How messages name it: `Function "tenant-scorer"`. */
	get label(): string {
		return `${this.declaredType.slice(this.declaredType.lastIndexOf(":") + 1)} "${this.name}"`;
	}

	/** What the program itself set: a default, filled in by the provider, is absent. */
	stated(path: string): Fact<unknown> {
		const fact = this.props.read(path);
		return fact.state === "known" && same(fact.value, this.#defaultOf(path)) ? absent : fact;
	}

	/** {@link stated}, as a number. */
	statedNumber(path: string): Fact<number> {
		const fact = this.props.number(path);
		return fact.state === "known" && fact.value === this.#defaultOf(path) ? absent : fact;
	}

	/** The number in force: what was set, or the default. */
	effectiveNumber(path: string): Fact<number> {
		const byDefault = this.#defaultOf(path);
		const fact = this.props.number(path);
		return fact.state === "absent" && typeof byDefault === "number" ? known(byDefault) : fact;
	}

	/** The text in force: what was set, or the default. */
	effectiveText(path: string): Fact<string> {
		const byDefault = this.#defaultOf(path);
		const fact = this.props.text(path);
		return fact.state === "absent" && typeof byDefault === "string" ? known(byDefault) : fact;
	}

	/** The switch in force: what was set, or the default, or false. */
	effectiveFlag(path: string): Known<boolean> | Unknown {
		return orElse(this.props.flag(path), this.#defaultOf(path) === true);
	}

	#defaultOf(path: string): DefaultValue | undefined {
		const table = DEFAULTS[this.type];
		return table && Object.hasOwn(table, path) ? table[path] : undefined;
	}
}

/** Other tokens of one and the same resource: modules that the provider has under two names, and renamed classes. */
const SAME_MODULES: Readonly<Record<string, string>> = {
	"aws:alb/": "aws:lb/",
	"aws:applicationloadbalancing/": "aws:lb/",
	"aws:elasticloadbalancingv2/": "aws:lb/",
	"aws:elasticloadbalancing/": "aws:elb/",
};
const SAME_TYPES: Readonly<Record<string, string>> = { "aws:s3/bucketV2:BucketV2": "aws:s3/bucket:Bucket" };

/** By declared type. Every resource brings a text of its own, and the types of a stack are few. */
const canonicalTypes = new Map<string, string>();

function canonicalType(type: string): string {
	const worked = canonicalTypes.get(type);
	if (worked !== undefined) return worked;
	const module = type.slice(0, type.indexOf("/") + 1);
	const replaced = Object.hasOwn(SAME_MODULES, module) ? `${SAME_MODULES[module]}${type.slice(module.length)}` : type;
	const canonical = (Object.hasOwn(SAME_TYPES, replaced) ? SAME_TYPES[replaced] : undefined) ?? replaced;
	canonicalTypes.set(type, canonical);
	return canonical;
}

const same = (value: unknown, byDefault: DefaultValue | undefined): boolean =>
	byDefault !== undefined && String(value) === String(byDefault);
