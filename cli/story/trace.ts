/** One trace as a tree, for people. Reads spans; collects none. */

/** What a tree needs of a span; times in milliseconds. */
export interface TreeSpan {
	spanId: string;
	parentSpanId?: string;
	name: string;
	startMs: number;
	durationMs: number;
}

const NAME_WIDTH = 24;

/** A line a span, children below their parent in the order in which they began. Spans whose parent is not there are roots. */
export function treeOf(spans: readonly TreeSpan[]): string[] {
	const ids = new Set(spans.map(({ spanId }) => spanId));
	const byParent = Map.groupBy(spans, ({ parentSpanId }) =>
		parentSpanId !== undefined && ids.has(parentSpanId) ? parentSpanId : "",
	);
	const lines: string[] = [];
	const visit = (parent: string, depth: number) => {
		for (const span of (byParent.get(parent) ?? []).toSorted((a, b) => a.startMs - b.startMs)) {
			const label = `${"  ".repeat(depth)}${depth > 0 ? "└ " : ""}${span.name}`;
			lines.push(`${label.padEnd(NAME_WIDTH)} ${span.durationMs.toFixed(1).padStart(7)} ms`);
			visit(span.spanId, depth + 1);
		}
	};
	visit("", 0);
	return lines;
}
