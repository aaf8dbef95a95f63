/**
 * Counts what a process does to the world, and stops it there: a killed process does nothing any more, whatever it catches.
 * Or lets others do something just before: what it has read is old then.
 */

/** What a killed process throws. */
export class Killed extends Error {
	override readonly name = "Killed";
}

export class Effects {
	/** Done so far, by name, in their order. */
	readonly done: string[] = [];
	/** After so many effects the process is killed, once. */
	killAfter = Number.POSITIVE_INFINITY;
	/** Before the effect of this number somebody else does something, once. */
	interject: { before: number; act: () => Promise<void> } | undefined;
	/** Looks at the world after each effect. */
	onDone: () => void = () => {};
	#isKilled = false;
	#isInterjecting = false;

	async run<T>(name: string, effect: () => Promise<T> | T): Promise<T> {
		if (this.#isInterjecting) return this.#look(await effect());
		if (this.#isKilled) throw new Killed();
		await this.#interjectBefore(this.done.length);
		const result = await effect();
		this.done.push(name);
		this.#look(undefined);
		if (this.done.length === this.killAfter) {
			this.#isKilled = true;
			throw new Killed();
		}
		return result;
	}

	/** Another process of the same code begins. */
	revive(): void {
		this.#isKilled = false;
	}

	async #interjectBefore(count: number): Promise<void> {
		if (this.interject?.before !== count) return;
		const { act } = this.interject;
		this.interject = undefined;
		this.#isInterjecting = true;
		try {
			await act();
		} finally {
			this.#isInterjecting = false;
		}
	}

	#look<T>(result: T): T {
		this.onDone();
		return result;
	}
}
