/**
 * Tests of the free port: it must be there to listen on.
 */
import { createServer } from "node:net";
import { expect } from "chai";
import { freePort } from "../../../sandbox/processes/ports.ts";

describe("sandbox/processes/ports", () => {
	it("gives a port on which a server can listen at once", async () => {
		const port = await freePort();
		const server = createServer();
		await new Promise<void>((resolve, reject) => {
			server.once("error", reject);
			server.listen(port, "127.0.0.1", resolve);
		});
		const address = server.address();
		expect(address).to.include({ port });
		server.close();
	});
});
