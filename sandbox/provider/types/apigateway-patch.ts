/** API Gateway's way of changing things: a list of JSON-patch-like operations whose values are strings. */
import type { PatchOperation } from "@aws-sdk/client-api-gateway";

const text = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value));

/**
 * Operations for the keys whose values differ.
 * @param path of a key, where it is not `/<key>`
 */
export function patchOf<K extends string>(
	keys: readonly K[],
	news: Partial<Record<K, unknown>>,
	olds: Partial<Record<K, unknown>>,
	path: (key: K) => string = (key) => `/${key}`,
): PatchOperation[] {
	return keys
		.filter((key) => JSON.stringify(news[key]) !== JSON.stringify(olds[key]))
		.map((key) =>
			news[key] === undefined
				? { op: "remove", path: path(key) }
				: { op: "replace", path: path(key), value: text(news[key]) },
		);
}
