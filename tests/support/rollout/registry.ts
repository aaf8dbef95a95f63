/** The registry's table in memory: the twin of dynamodb-table.ts, which is held to the same in its own test. */
import type { RegistryItem, RegistryTable, Write, WriteCondition } from "../../../functions/shared/registry/table.ts";

const keyOf = ({ pk, sk }: RegistryItem): string => `${pk}|${sk}`;
const targetOf = (write: Write): RegistryItem => (write.kind === "put" ? write.item : write);

export class MemoryRegistry implements RegistryTable {
	readonly #items = new Map<string, RegistryItem>();

	async get(pk: string, sk: string): Promise<object | undefined> {
		return this.peek(pk, sk);
	}

	async last(pk: string, prefix: string): Promise<object | undefined> {
		return this.under(pk, prefix).at(-1);
	}

	async write(writes: readonly Write[]): Promise<boolean> {
		const keys = new Set(writes.map((write) => keyOf(targetOf(write))));
		if (keys.size < writes.length) throw new Error("A transaction has one item twice.");
		if (!writes.every((write) => holds(this.#items.get(keyOf(targetOf(write))), write.condition))) return false;
		for (const write of writes) {
			const key = keyOf(targetOf(write));
			// As a table does: without what is undefined, and never the same object.
			if (write.kind === "put") this.#items.set(key, JSON.parse(JSON.stringify(write.item)));
			if (write.kind === "delete") this.#items.delete(key);
		}
		return true;
	}

	peek(pk: string, sk: string): RegistryItem | undefined {
		const item = this.#items.get(keyOf({ pk, sk }));
		return item && structuredClone(item);
	}

	/** In their order. */
	under(pk: string, prefix: string): RegistryItem[] {
		return [...this.#items.values()]
			.filter((item) => item.pk === pk && item.sk.startsWith(prefix))
			.sort((a, b) => (a.sk < b.sk ? -1 : 1))
			.map((item) => structuredClone(item));
	}

	put(item: RegistryItem): void {
		this.#items.set(keyOf(item), structuredClone(item));
	}
}

function holds(item: RegistryItem | undefined, condition: WriteCondition | undefined): boolean {
	if (condition === undefined) return true;
	if (condition === "absent") return item === undefined;
	return item !== undefined && Object.entries(condition).every(([name, value]) => Reflect.get(item, name) === value);
}
