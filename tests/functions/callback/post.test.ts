/** Posting to a real TLS server, and to no address that is not public, however its name leads there. */
import type { LookupAddress } from "node:dns";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { httpsPost, type PostOptions } from "../../../functions/callback/post.ts";
import { selfSigned } from "../../support/self-signed.ts";

const NAME = "hooks.example.com";
const { key, cert } = selfSigned(NAME);
const local: LookupAddress = { address: "127.0.0.1", family: 4 };

async function failure(work: Promise<unknown>): Promise<string> {
	try {
		return `none: ${await work}`;
	} catch (thrown) {
		return thrown instanceof Error ? thrown.message : String(thrown);
	}
}

describe("functions/callback/post", () => {
	let server: Server;
	let url: string;
	let answer: (request: IncomingMessage, response: ServerResponse) => void;
	let connections: number;

	before(async () => {
		server = createServer({ key, cert }, (request, response) => answer(request, response));
		server.on("secureConnection", () => {
			connections += 1;
		});
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		url = `https://${NAME}:${(server.address() as AddressInfo).port}/done?id=1`;
	});
	beforeEach(() => {
		connections = 0;
		answer = (_, response) => response.writeHead(204).end();
	});
	after(() => {
		server.closeAllConnections();
		server.close();
	});

	/** To the server, as if its address were public. */
	const post = (change: Partial<PostOptions> = {}) =>
		httpsPost({ timeoutMs: 2_000, resolve: async () => [local], isAllowed: () => true, ca: cert, ...change });

	it("sends headers and body to the host by its name, and gives the status", async () => {
		const seen: unknown[] = [];
		answer = async (request, response) => {
			const { method, url: path, headers } = request;
			seen.push(method, path, headers["webhook-id"], headers["content-type"], headers.host, await text(request));
			response.writeHead(202).end("thank you");
		};
		expect(await post()(url, { "webhook-id": "1" }, '{"é":1}')).to.equal(202);
		expect(seen).to.deep.equal(["POST", "/done?id=1", "1", "application/json", new URL(url).host, '{"é":1}']);
	});

	it("follows no redirect: it is an answer", async () => {
		answer = (_, response) => response.writeHead(302, { location: "https://169.254.169.254/" }).end();
		expect(await post()(url, {}, "")).to.equal(302);
		expect(connections).to.equal(1);
	});

	it("waits for no body that has no end", async () => {
		answer = (_, response) => {
			response.writeHead(200);
			response.write("x".repeat(100_000));
		};
		expect(await post()(url, {}, "")).to.equal(200);
	});

	it("resolves a name once, and connects to what was checked", async () => {
		let lookups = 0;
		const resolve = async () => {
			lookups += 1;
			return [local];
		};
		const checked: string[] = [];
		const isAllowed = (address: string) => checked.push(address) > 0;
		expect(await post({ resolve, isAllowed })(url, {}, "")).to.equal(204);
		expect([lookups, checked]).to.deep.equal([1, ["127.0.0.1"]]);
	});

	for (const [title, addresses] of [
		["a loopback address", [local]],
		[
			"a private one among public ones",
			[
				{ address: "8.8.8.8", family: 4 },
				{ address: "10.0.0.1", family: 4 },
			],
		],
		["a mapped IPv4 address", [{ address: "::ffff:8.8.8.8", family: 6 }]],
		["a unique-local address", [{ address: "fd00::1", family: 6 }]],
	] as const)
		it(`refuses a name that leads to ${title}, without a connection`, async () => {
			const guarded = httpsPost({ timeoutMs: 2_000, resolve: async () => [...addresses], ca: cert });
			expect(await failure(guarded(url, {}, ""))).to.match(/^hooks\.example\.com is at .+, which is not public\.$/);
			expect(connections).to.equal(0);
		});

	it("refuses a private literal, a name without an address, and plain http", async () => {
		const guarded = httpsPost({ timeoutMs: 2_000, resolve: async () => [], ca: cert });
		expect(await failure(guarded("https://127.0.0.1/", {}, ""))).to.include("not public");
		expect(await failure(guarded("https://[::1]/", {}, ""))).to.include("not public");
		expect(await failure(guarded(url, {}, ""))).to.equal("hooks.example.com is nowhere.");
		expect(await failure(guarded("http://hooks.example.com/", {}, ""))).to.include("is no https URL");
	});

	it("trusts no certificate of another name, and none that nobody vouches for", async () => {
		expect(await failure(post()(url.replace(NAME, "other.example.com"), {}, ""))).to.include("other.example.com");
		const untrusting = httpsPost({ timeoutMs: 2_000, resolve: async () => [local], isAllowed: () => true });
		expect(await failure(untrusting(url, {}, ""))).to.match(/self-signed|unable to verify/);
	});

	it("gives up in time where the server or the resolver is silent", async () => {
		answer = () => undefined;
		expect(await failure(post({ timeoutMs: 100 })(url, {}, ""))).to.match(/abort/i);
		const silent = () => new Promise<LookupAddress[]>(() => undefined);
		expect(await failure(post({ timeoutMs: 100, resolve: silent })(url, {}, ""))).to.include("not resolved in time");
	});
});
