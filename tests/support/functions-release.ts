/** Releases in memory: one function's alias with revisions, counts and alarms that a test sets, and what was started and told. */
import type { ReleaseInput } from "../../charter/release.ts";
import type { Calls, ReleasePorts, Standing } from "../../functions/release/ports.ts";

export interface ReleaseWorld extends ReleasePorts {
	standing: Standing;
	/** Every standing that the alias was moved to, in order. */
	moves: Standing[];
	/** What the version was called. */
	counted: Calls;
	burningNow: string[];
	started: { name: string; input: ReleaseInput }[];
	told: { type: string; detail: object }[];
	/** Called before each move: what somebody else does in between. */
	meanwhile: () => void;
	/** Somebody else moves the alias. */
	moveTo(standing: Standing): void;
}

export function releaseWorld(standing: Standing = { live: "1" }): ReleaseWorld {
	let revision = 0;
	const world: ReleaseWorld = {
		standing,
		moves: [],
		counted: { invocations: 0, errors: 0 },
		burningNow: [],
		started: [],
		told: [],
		meanwhile: () => undefined,
		moveTo(to) {
			world.standing = to;
			revision++;
		},
		aliases: {
			read: async () => ({ standing: world.standing, revision: String(revision) }),
			move: async (_, known, to) => {
				world.meanwhile();
				if (known !== String(revision)) return false;
				world.moveTo(to);
				world.moves.push(to);
				return true;
			},
		},
		watch: { calls: async () => world.counted, burning: async () => world.burningNow },
		executions: {
			start: async (_, name, input) => {
				if (!world.started.some((each) => each.name === name)) world.started.push({ name, input });
			},
		},
		events: {
			tell: async (type, detail) => {
				world.told.push({ type, detail });
			},
		},
		now: () => 1_000,
	};
	return world;
}
