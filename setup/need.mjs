/**
 * The two ways in which the set-up fails on purpose: something must be installed by the user, or a tool that was run failed.
 * Both are sentences for people; neither is printed with a stack.
 */

/** Something that only the user can install. The message says what, and why. */
export class Need extends Error {
	/** @override */
	name = "Need";
}

/** A tool failed. The message says which, how, and where its whole output is. */
export class ToolFailure extends Error {
	/** @override */
	name = "ToolFailure";
}
