/**
 * Reads a function's environment variables, by the names of the charter.
 * Fails at the start, naming what is missing; knows nothing of what the values are for.
 */
import { TriplaneError } from "../../charter/errors.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A function was started without a setting, or with one that it cannot read. */
export class FunctionSettingsError extends TriplaneError {
	override readonly name = "FunctionSettingsError";
}

/**
 * A variable's text.
 * @throws {FunctionSettingsError} where it is missing or empty
 */
export function requiredText(environment: Environment, name: string): string {
	const text = environment[name];
	if (!text)
		throw new FunctionSettingsError(`The function's environment has no ${name}. The program that deploys it sets it.`);
	return text;
}

/**
 * A variable's number.
 * @throws {FunctionSettingsError} where it is missing or no number
 */
export function requiredNumber(environment: Environment, name: string): number {
	const text = requiredText(environment, name);
	const number = Number(text);
	if (!Number.isFinite(number))
		throw new FunctionSettingsError(`${name} in the function's environment is "${text}". It must be a number.`);
	return number;
}

/**
 * A variable's names, separated by commas; it may be empty, which is none.
 * @throws {FunctionSettingsError} where it is missing
 */
export function requiredNames(environment: Environment, name: string): string[] {
	return environment[name] === "" ? [] : requiredText(environment, name).split(",");
}

/**
 * A variable's JSON object, of which the fields in `numbers` are numbers.
 * @example const { p95Ms } = requiredNumbers(process.env, ENVIRONMENT.slo, ["p95Ms"])
 * @throws {FunctionSettingsError} where it is missing, no JSON object, or lacks one of the numbers
 */
export function requiredNumbers<Field extends string>(
	environment: Environment,
	name: string,
	fields: readonly Field[],
): Record<Field, number> {
	return numbersOf(requiredJson(environment, name), name, fields);
}

/**
 * A variable's JSON object of objects with numbers, as the tiers by name are.
 * @throws {FunctionSettingsError} where it is missing, no such JSON, or lacks one of the numbers
 */
export function requiredNumbersByName<Field extends string>(
	environment: Environment,
	name: string,
	fields: readonly Field[],
): ReadonlyMap<string, Record<Field, number>> {
	const entries = Object.entries(requiredJson(environment, name));
	return new Map(entries.map(([key, value]) => [key, numbersOf(value, `${name}, "${key}"`, fields)]));
}

/**
 * A variable's JSON object, whatever is in it.
 * @throws {FunctionSettingsError} where it is missing or no JSON object
 */
export function requiredJson(environment: Environment, name: string): object {
	const text = requiredText(environment, name);
	try {
		const value: unknown = JSON.parse(text);
		if (value !== null && typeof value === "object") return value;
	} catch (cause) {
		throw new FunctionSettingsError(`${name} in the function's environment is no JSON.`, { cause });
	}
	throw new FunctionSettingsError(`${name} in the function's environment must be a JSON object.`);
}

function numbersOf<Field extends string>(
	value: unknown,
	where: string,
	fields: readonly Field[],
): Record<Field, number> {
	const numbers: Partial<Record<Field, number>> = {};
	for (const field of fields) {
		const number: unknown = value !== null && typeof value === "object" ? Reflect.get(value, field) : undefined;
		if (typeof number !== "number")
			throw new FunctionSettingsError(`${where} in the function's environment has no number "${field}".`);
		numbers[field] = number;
	}
	return numbers as Record<Field, number>;
}
