/** A complete exception record, for tests to change one field of. */
export const exceptionTo = (rule: string, resource: string, change: Record<string, unknown> = {}) => ({
	rule,
	resource,
	reason: "accepted until the cut-over in spring",
	owner: "ml-platform",
	ticket: "PLAT-1",
	expiry: "2026-12-31",
	...change,
});
