/**
 * A free TCP port of this machine, for a child that must be told its port before it starts.
 * Not a reservation: a server of our own listens on port 0 instead.
 */
import { createServer } from "node:net";
import { TriplaneError } from "../../charter/errors.ts";

/** @returns a port of 127.0.0.1 that was free a moment ago */
export function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once("error", reject);
		server.listen(0, "127.0.0.1", () => {
			const address = server.address();
			server.close(() => {
				if (address !== null && typeof address === "object") resolve(address.port);
				else reject(new TriplaneError("The system gave no free port on 127.0.0.1."));
			});
		});
	});
}
