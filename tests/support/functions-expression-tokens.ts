/** Cuts DynamoDB's expressions into tokens, each expression once: the bench asks the same ones thousands of times. */

const TOKEN = /\s*([#:]?\w+|<>|<=|>=|[<>=(),+-])/y;
/** Words of JobRecord that DynamoDB reserves: an expression must name them by `#`. */
const RESERVED = new Set(["state", "owner", "open", "error", "request", "response", "values"]);

const known = new Map<string, readonly string[]>();

export function tokensOf(expression: string): readonly string[] {
	const tokens = known.get(expression) ?? cut(expression);
	known.set(expression, tokens);
	return tokens;
}

function cut(expression: string): readonly string[] {
	const tokens: string[] = [];
	for (TOKEN.lastIndex = 0; TOKEN.lastIndex < expression.trimEnd().length; ) {
		const [, token] = TOKEN.exec(expression) ?? [];
		if (token === undefined) throw new Error(`The in-memory DynamoDB does not know the expression "${expression}".`);
		if (RESERVED.has(token)) throw new Error(`"${token}" is a reserved word of DynamoDB: name it by #.`);
		tokens.push(token);
	}
	return tokens;
}

/** What is bound and not used; DynamoDB refuses it. */
export function unused(expressions: readonly (string | undefined)[], bound: readonly string[]): string | undefined {
	const used = new Set(expressions.flatMap((expression) => (expression === undefined ? [] : tokensOf(expression))));
	return bound.find((name) => !used.has(name));
}
