/**
 * Where a program declares a resource, as Pulumi's engine writes it: `project:///index.ts#12,3`. Only places in the
 * project's own files: what a package or a file outside of it declares, nobody mends there.
 */
import type { SourcePosition } from "../graph/node.ts";

const POSITION = /^project:\/\/\/([^#]+)#(\d+)(?:,(\d+))?$/;
/** Left the project, came from a package, or is no path at all but an address inside one, as of ES modules. */
const ELSEWHERE = /^\/|(?:^|\/)(?:\.\.|node_modules)(?:\/|$)|[:?\\]/;

/** Undefined where the text tells no such place. Never throws. */
export function sourcePositionIn(text: string | null | undefined): SourcePosition | undefined {
	const found = text ? POSITION.exec(text) : undefined;
	if (!found) return undefined;
	const [, path = "", line, column] = found;
	const file = decoded(path);
	if (file === undefined || ELSEWHERE.test(file) || Number(line) < 1) return undefined;
	return { file, line: Number(line), ...(Number(column) >= 1 ? { column: Number(column) } : {}) };
}

function decoded(path: string): string | undefined {
	try {
		return decodeURIComponent(path) || undefined;
	} catch {
		return undefined;
	}
}
