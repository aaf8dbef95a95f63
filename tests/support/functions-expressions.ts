/**
 * Evaluates the DynamoDB expressions that the functions use, by their meaning, so that a wrong one fails a test.
 * Not the whole language: what it does not know it refuses.
 */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";

export type Item = Record<string, AttributeValue>;

const SET = /^SET (.+)$/;
const ASSIGNMENT = /^(\w+) = (?:(\w+) \+ )?(:\w+)$/;
const COMPARISON = /^(\w+) (>|<=) (:\w+)$/;
const ABSENCE = /^attribute_not_exists\((\w+)\)$/;

/** @param condition comparisons joined by AND or by OR, not both */
export function holds(condition: string, item: Item | undefined, values: Item): boolean {
	if (condition.includes(" OR ")) return condition.split(" OR ").some((part) => isTrue(part, item, values));
	return condition.split(" AND ").every((part) => isTrue(part, item, values));
}

function isTrue(part: string, item: Item | undefined, values: Item): boolean {
	const [, absent] = ABSENCE.exec(part) ?? [];
	if (absent) return item?.[absent] === undefined;
	const [, name = "", operator, value = ""] = COMPARISON.exec(part) ?? [];
	if (!operator) throw new Error(`The in-memory DynamoDB does not know the condition "${part}".`);
	const found = item?.[name]?.N;
	// A comparison with an attribute that is not there is false, as in DynamoDB.
	if (found === undefined) return false;
	const [left, right] = [Number(found), numberOf(values, value)];
	return operator === ">" ? left > right : left <= right;
}

export function update(expression: string, item: Item, values: Item): Item {
	const [, assignments] = SET.exec(expression) ?? [];
	if (!assignments) throw new Error(`The in-memory DynamoDB does not know the update "${expression}".`);
	const changed = { ...item };
	for (const assignment of assignments.split(", ")) {
		const [, name, base, value = ""] = ASSIGNMENT.exec(assignment) ?? [];
		if (!name) throw new Error(`The in-memory DynamoDB does not know the assignment "${assignment}".`);
		const added = base === undefined ? 0 : Number(item[base]?.N);
		if (Number.isNaN(added)) throw new Error(`The attribute ${base} is no number to add to.`);
		changed[name] = { N: String(added + numberOf(values, value)) };
	}
	return changed;
}

function numberOf(values: Item, name: string): number {
	const number = values[name]?.N;
	if (number === undefined) throw new Error(`The expression's value ${name} is no number.`);
	return Number(number);
}
