/**
 * Posts to an address that a tenant chose: over TLS, to public hosts alone, and to no other place than was checked.
 * The name is resolved once and the connection made to those very addresses; a redirect is an answer like any other.
 */
import { type LookupAddress, lookup } from "node:dns";
import { request } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { promisify } from "node:util";
import { SERVER } from "../../charter/api.ts";
import { TriplaneError } from "../../charter/errors.ts";
import { isPublicAddress } from "../shared/jobs/public-address.ts";

/** An address that may not be called, or that did not answer in time. */
export class CallbackError extends TriplaneError {
	override readonly name = "CallbackError";
}

/** @returns the status of the answer */
export type Post = (url: string, headers: Readonly<Record<string, string>>, body: string) => Promise<number>;

export interface PostOptions {
	/** Longest that one try may take, from the name to the answer's head. */
	timeoutMs: number;
	/** @default the system's resolver */
	resolve?: (hostname: string) => Promise<LookupAddress[]>;
	/** @default those of the public Internet */
	isAllowed?: (address: string) => boolean;
	/** Certificates to trust. @default the system's */
	ca?: string;
}

const lookupAll = promisify(lookup);
const resolveAll = (hostname: string): Promise<LookupAddress[]> => lookupAll(hostname, { all: true });

export function httpsPost(options: PostOptions): Post {
	const { timeoutMs, resolve = resolveAll, isAllowed = isPublicAddress, ca } = options;
	return async (url, headers, body) => {
		const { protocol, hostname, port, pathname, search } = new URL(url);
		if (protocol !== "https:") throw new CallbackError(`${url} is no https URL.`);
		const host = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
		const family = isIP(host);
		const signal = AbortSignal.timeout(timeoutMs);
		const addresses = family ? [{ address: host, family }] : await inTime(resolve(host), signal);
		// One that is not public is enough: nobody but a prober has both kinds.
		const refused = addresses.find(({ address }) => !isAllowed(address));
		if (refused || addresses.length === 0)
			throw new CallbackError(`${host} is ${refused ? `at ${refused.address}, which is not public` : "nowhere"}.`);
		const { promise, resolve: answered, reject } = Promise.withResolvers<number>();
		const posting = request(
			{
				host,
				port: port || undefined,
				path: `${pathname}${search}`,
				method: "POST",
				headers: {
					...headers,
					"content-type": "application/json",
					"content-length": Buffer.byteLength(body),
					"user-agent": `${SERVER.name}/${SERVER.version}`,
				},
				lookup: fixedLookup(addresses),
				// A pooled connection could have been made to an address that was checked earlier.
				agent: false,
				signal,
				...(ca !== undefined && { ca }),
			},
			(response) => {
				answered(response.statusCode ?? 0);
				// What it says beyond its status is nobody's business, and may have no end.
				response.destroy();
			},
		);
		posting.on("error", reject);
		posting.end(body);
		return promise;
	};
}

const fixedLookup =
	(addresses: readonly LookupAddress[]): LookupFunction =>
	(_hostname, { all }, done) => {
		const [first] = addresses;
		if (all) done(null, [...addresses]);
		else done(null, first?.address ?? "", first?.family);
	};

/** A resolver cannot be stopped, but it need not be waited for. */
async function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
	const { promise: late, reject } = Promise.withResolvers<never>();
	const fail = () => reject(new CallbackError("The host's name was not resolved in time."));
	signal.addEventListener("abort", fail, { once: true });
	try {
		return await Promise.race([work, late]);
	} finally {
		signal.removeEventListener("abort", fail);
	}
}
