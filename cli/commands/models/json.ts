/** Records of the registry as commands print them in JSON. */

/** The registry's own keys say nothing to anybody else, and a token of approval is nobody else's. */
export function withoutKeys<T extends { pk: string; sk: string }>(record: T): Omit<T, "pk" | "sk" | "approvalToken"> {
	const { pk, sk, approvalToken, ...rest } = { approvalToken: undefined, ...record };
	return rest;
}
