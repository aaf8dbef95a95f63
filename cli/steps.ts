/**
 * Shows a run as a list of steps, each with its time: rewritten in place on a terminal, plain lines elsewhere.
 * Writes to one stream; what a step found is its summary, never an error in disguise.
 */
import { styleText } from "node:util";

const REPAINT_MS = 120;
const HEARTBEAT_MS = 15_000;
const NAME_WIDTH = 11;
const FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

/** What a running step may say about itself. */
export type Say = (detail: string) => void;

export class Steps {
	readonly #out: NodeJS.WriteStream;
	#isSilent = false;

	constructor(out: NodeJS.WriteStream) {
		this.#out = out;
	}

	/** From now on nothing is shown: what is cut short has nothing to say. */
	silence(): void {
		this.#isSilent = true;
	}

	/** A line of its own, between steps or above the one that runs. */
	line(text = ""): void {
		if (!this.#isSilent) this.#out.write(`${this.#out.isTTY ? "\r\u001b[2K" : ""}${text}\n`);
	}

	/**
	 * Runs one step and shows its time.
	 * @param summary of the result, in one line
	 */
	async run<T>(name: string, work: (say: Say) => Promise<T>, summary: (result: T) => string): Promise<T> {
		const startedMs = performance.now();
		let detail = "";
		let frame = 0;
		const seconds = () => `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
		const show = (mark: string, text: string) => `${mark} ${name.padEnd(NAME_WIDTH)} ${text}`;
		const paint = () => {
			frame = (frame + 1) % FRAMES.length;
			const text = `  ${show(FRAMES[frame] ?? "", `${detail}${detail && " · "}${seconds()}`)}`;
			if (!this.#isSilent) this.#out.write(`\r\u001b[2K${text.slice(0, this.#out.columns || 80)}`);
		};
		const beat = () => this.line(`  ${show("…", `${detail}${detail && " · "}${seconds()}`)}`);
		const timer = this.#out.isTTY ? setInterval(paint, REPAINT_MS) : setInterval(beat, HEARTBEAT_MS);
		const end = (mark: string, text: string) => {
			clearInterval(timer);
			this.line(`  ${show(mark, text)} ${this.#styled("dim", seconds())}`);
		};
		try {
			const result = await work((said) => {
				detail = said;
			});
			end(this.#styled("green", "✓"), summary(result));
			return result;
		} catch (error) {
			end(this.#styled("red", "✗"), "failed after");
			throw error;
		}
	}

	#styled(style: Parameters<typeof styleText>[0], text: string): string {
		return styleText(style, text, { stream: this.#out });
	}
}
