/**
 * Evaluates DynamoDB's condition, key and update expressions by their meaning, so that a wrong one fails a test.
 * As DynamoDB does, it refuses names and values that no expression uses; what it does not know it refuses too.
 */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { tokensOf } from "./functions-expression-tokens.ts";

export type Item = Record<string, AttributeValue>;

/** What stands for names (`#n`) and values (`:v`). */
export interface Bindings {
	names?: Readonly<Record<string, string>> | undefined;
	values?: Item | undefined;
}

/** Reads an expression's tokens one by one against an item. */
class Reader {
	readonly #tokens: readonly string[];
	readonly #item: Item;
	readonly #bindings: Bindings;
	#at = 0;

	constructor(expression: string, item: Item | undefined, bindings: Bindings) {
		this.#tokens = tokensOf(expression);
		this.#item = item ?? {};
		this.#bindings = bindings;
	}

	get isAtEnd(): boolean {
		return this.#at >= this.#tokens.length;
	}

	peek(): string {
		return this.#tokens[this.#at] ?? "";
	}

	next(): string {
		const token = this.peek();
		this.#at += 1;
		return token;
	}

	/** Goes over the token if it is the next one. */
	skip(token: string): boolean {
		if (this.peek().toUpperCase() !== token) return false;
		this.#at += 1;
		return true;
	}

	expect(token: string): void {
		if (!this.skip(token)) throw new Error(`The in-memory DynamoDB expected ${token}, not "${this.peek()}".`);
	}

	name(): string {
		const token = this.next();
		if (!token.startsWith("#")) return token;
		const name = this.#bindings.names?.[token];
		if (name === undefined) throw new Error(`The expression's name ${token} stands for nothing.`);
		return name;
	}

	/** The value of an attribute, of a bound value, or of `if_not_exists`. */
	operand(): AttributeValue | undefined {
		if (this.peek() === "if_not_exists") {
			this.next();
			this.expect("(");
			const found = this.#item[this.name()];
			this.expect(",");
			const otherwise = this.operand();
			this.expect(")");
			return found ?? otherwise;
		}
		if (!this.peek().startsWith(":")) return this.#item[this.name()];
		const token = this.next();
		const value = this.#bindings.values?.[token];
		if (value === undefined) throw new Error(`The expression's value ${token} stands for nothing.`);
		return value;
	}

	// Both sides are always read: what is skipped would not be parsed.
	condition(): boolean {
		let isTrue = this.#conjunction();
		while (this.skip("OR")) isTrue = this.#conjunction() || isTrue;
		return isTrue;
	}

	#conjunction(): boolean {
		let isTrue = this.#term();
		while (this.skip("AND")) isTrue = this.#term() && isTrue;
		return isTrue;
	}

	#term(): boolean {
		if (this.skip("NOT")) return !this.#term();
		if (this.skip("(")) {
			const isTrue = this.condition();
			this.expect(")");
			return isTrue;
		}
		switch (this.peek()) {
			case "attribute_exists":
			case "attribute_not_exists": {
				const isWanted = this.next() === "attribute_exists";
				this.expect("(");
				const exists = this.#item[this.name()] !== undefined;
				this.expect(")");
				return exists === isWanted;
			}
			case "begins_with": {
				this.next();
				this.expect("(");
				const whole = this.operand()?.S;
				this.expect(",");
				const start = this.operand()?.S ?? "";
				this.expect(")");
				return whole?.startsWith(start) ?? false;
			}
			default:
				return this.#comparison();
		}
	}

	#comparison(): boolean {
		const left = this.operand();
		const operator = this.next().toUpperCase();
		if (operator !== "IN") return compare(left, operator, this.operand());
		this.expect("(");
		let isIn = compare(left, "=", this.operand());
		while (this.skip(",")) isIn = compare(left, "=", this.operand()) || isIn;
		this.expect(")");
		return isIn;
	}
}

/** A comparison with an attribute that is not there is false, as in DynamoDB. */
function compare(left: AttributeValue | undefined, operator: string, right: AttributeValue | undefined): boolean {
	if (left === undefined || right === undefined) return false;
	const [a, b] = left.N === undefined ? [left.S ?? "", right.S ?? ""] : [Number(left.N), Number(right.N)];
	if ((left.N === undefined) !== (right.N === undefined)) return operator === "<>";
	switch (operator) {
		case "=":
			return a === b;
		case "<>":
			return a !== b;
		case "<":
			return a < b;
		case "<=":
			return a <= b;
		case ">":
			return a > b;
		case ">=":
			return a >= b;
		default:
			throw new Error(`The in-memory DynamoDB does not know the operator "${operator}".`);
	}
}

/** @param condition a condition or key condition; none always holds */
export function holds(condition: string | undefined, item: Item | undefined, bindings: Bindings): boolean {
	if (condition === undefined) return true;
	const reader = new Reader(condition, item, bindings);
	const isTrue = reader.condition();
	if (!reader.isAtEnd) throw new Error(`The in-memory DynamoDB does not know the condition "${condition}".`);
	return isTrue;
}

/** The item after an update; every clause sees it as it was before. */
export function update(expression: string, item: Item, bindings: Bindings): Item {
	const changed = { ...item };
	const reader = new Reader(expression, item, bindings);
	while (!reader.isAtEnd) {
		const clause = reader.next().toUpperCase();
		do {
			const name = reader.name();
			if (clause === "REMOVE") delete changed[name];
			else if (clause === "SET") changed[name] = assigned(reader, name);
			else if (clause === "ADD") changed[name] = sum(item[name] ?? { N: "0" }, reader.operand(), 1, name);
			else throw new Error(`The in-memory DynamoDB does not know the update "${expression}".`);
		} while (reader.skip(","));
	}
	return changed;
}

function assigned(reader: Reader, name: string): AttributeValue {
	reader.expect("=");
	const value = reader.operand();
	if (reader.skip("+")) return sum(value, reader.operand(), 1, name);
	if (reader.skip("-")) return sum(value, reader.operand(), -1, name);
	if (value === undefined) throw new Error(`The update sets ${name} to an attribute that is not there.`);
	return value;
}

function sum(left: AttributeValue | undefined, right: AttributeValue | undefined, sign: 1 | -1, name: string) {
	if (left?.N === undefined || right?.N === undefined) throw new Error(`What is added for ${name} is no number.`);
	return { N: String(Number(left.N) + sign * Number(right.N)) };
}
