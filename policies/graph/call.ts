/** One edge of the call graph: who calls, what, and how. The graph itself is calls.ts. */
import type { Unknown } from "../facts/fact.ts";
import type { ResourceNode } from "./node.ts";

/**
 * How a call is made: `synchronous` waits for the answer, `asynchronous` does not, `poll` takes from a queue or stream,
 * `send` puts into a queue, stream, topic or bus, `start` starts a workflow or task and goes on.
 */
export type CallMode = "synchronous" | "asynchronous" | "poll" | "send" | "start";

export interface Call {
	/** Who calls; undefined where the caller is outside the stack. */
	from: ResourceNode | undefined;
	to: ResourceNode;
	mode: CallMode;
	/** The resource that wires the call up: an integration, a permission, a mapping, a policy. */
	via: ResourceNode;
	/** Alias or version that is called, where one is named. */
	qualifier?: string;
	/** What is not known yet and keeps us from telling whether the call is made at all. */
	open?: Unknown;
	/** Whether the caller stands for anyone outside: an API, an internet-facing load balancer, a function URL. */
	isFromOutside?: boolean;
}
