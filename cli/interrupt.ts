/** Ctrl-C and SIGTERM as a rejection, for commands that have something to end: all others end at once, as any program does. */
import { TriplaneError } from "../charter/errors.ts";

/** Rejects on the first signal, so that what was started is ended in order; a second one ends this process at once. */
export function onInterrupt(): Promise<never> {
	const interrupted = new Promise<never>((_, reject) => {
		let isStopping = false;
		// Never `once`: libraries end the process on a signal that nobody else listens to.
		for (const signal of ["SIGINT", "SIGTERM"] as const)
			process.on(signal, () => {
				const stop = new Interrupted(signal);
				if (isStopping) process.exit(stop.exitCode);
				isStopping = true;
				reject(stop);
			});
	});
	interrupted.catch(() => undefined);
	return interrupted;
}

export class Interrupted extends TriplaneError {
	override readonly name = "Interrupted";
	readonly exitCode: number;

	constructor(signal: "SIGINT" | "SIGTERM") {
		super(`Stopped by ${signal}; everything that was started has ended.`);
		this.exitCode = signal === "SIGINT" ? 130 : 143;
	}
}
