/**
 * The second layer of throttling and the truth: a token bucket per tenant and model (GCRA), leased to memory in small blocks.
 * Not the shield in front of it, which is the usage plan; where the bucket cannot be asked, requests are let through.
 * @see docs/decisions for the reasons of the lease's size and of letting through
 */
import { ApiError } from "../../../charter/errors.ts";
import { TOKEN_LEASE_MS } from "../../../charter/limits.ts";
import { bucketKey, type TenantContext } from "../../../charter/tenancy.ts";

/** What a spend found. `fullAtMs` is when the bucket will be full again, after the spend; 0 where it has no record. */
export interface Spend {
	isTaken: boolean;
	fullAtMs: number;
}

export interface BucketStore {
	/** Adds `costMs` to the bucket's fullAtMs on condition that it is after `nowMs` and not after `latestMs`. */
	spendFromFilling(key: string, spend: FillingSpend, signal: AbortSignal): Promise<Spend>;
	/** Sets fullAtMs on condition that the bucket has no record, or its fullAtMs is not after `nowMs`. */
	spendFromFull(key: string, spend: FullSpend, signal: AbortSignal): Promise<Spend>;
}

interface FillingSpend {
	costMs: number;
	nowMs: number;
	latestMs: number;
	/** Seconds since the epoch. */
	expiresAt: number;
}

interface FullSpend {
	nowMs: number;
	fullAtMs: number;
	expiresAt: number;
}

export type Limit = <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;

export interface Throttle {
	/**
	 * Lets one request of a tenant through.
	 * @param limit runs what asks the bucket, for as long as that may take
	 * @throws {ApiError} THROTTLED with the seconds after which a token is there; or that of `limit`, where the request is over
	 */
	admit(tenant: TenantContext, limit: Limit): Promise<void>;
}

export interface ThrottleOptions {
	model: string;
	/** Most instances of this function at once, and so most leases. */
	reservedConcurrency: number;
	store: BucketStore;
	now: () => number;
	/** Told when the bucket could not be asked and the request was let through. */
	onFailedOpen: (tenant: string, thrown: unknown) => void;
}

interface Holding {
	tokens: number;
	lapsesAtMs: number;
	/** No token is there before this time: a bucket that others drain meanwhile only fills later. */
	deniedUntilMs: number;
	/** When the bucket will be full again, as far as this instance knows. */
	fullAtMs: number;
}

const MS_PER_SECOND = 1000;
/** Races between instances are rare; who loses this often fares as if the bucket could not be asked. */
const ATTEMPTS_MAX = 5;
/** After the bucket is full its record says nothing more; the rest is for clocks that differ. */
const EXPIRY_MARGIN_SECONDS = 60;
const HOLDINGS_MAX = 1_000;

/**
 * How many tokens an instance leases at once. All instances' leases together hold at most half a burst, and at most half of
 * what flows in while a lease lasts: what lapses unspent must not starve a tenant that stays within its rate.
 */
export function leaseBlock({ rps, burst }: { rps: number; burst: number }, reservedConcurrency: number): number {
	const inflow = (rps * TOKEN_LEASE_MS) / MS_PER_SECOND;
	return Math.max(1, Math.floor(Math.min(burst, inflow) / (2 * reservedConcurrency)));
}

export function createThrottle({ model, reservedConcurrency, store, now, onFailedOpen }: ThrottleOptions): Throttle {
	const holdings = new Map<string, Holding>();
	return {
		admit: async ({ tenant, rps, burst }, limit) => {
			const rate = { rps: Number(rps), burst: Number(burst) };
			const bucket = { key: bucketKey(tenant, model), tokenMs: MS_PER_SECOND / rate.rps, burst: rate.burst };
			const holding = holdingOf(holdings, tenant);
			const nowMs = now();
			if (holding.lapsesAtMs > nowMs && holding.tokens > 0) {
				holding.tokens -= 1;
				return;
			}
			if (holding.deniedUntilMs > nowMs) throw throttled(tenant, model, bucket, holding.deniedUntilMs - nowMs);
			let lease: Lease;
			try {
				const block = leaseBlock(rate, reservedConcurrency);
				lease = await limit((signal) => takeLease(store, bucket, { holding, block, now, signal }));
			} catch (thrown) {
				if (thrown instanceof ApiError) throw thrown;
				onFailedOpen(tenant, thrown);
				return;
			}
			if (lease.tokens === 0) {
				holding.deniedUntilMs = nowMs + lease.waitMs;
				throw throttled(tenant, model, bucket, lease.waitMs);
			}
			holding.tokens = lease.tokens - 1;
			holding.lapsesAtMs = nowMs + TOKEN_LEASE_MS;
		},
	};
}

interface Bucket {
	key: string;
	/** Time in which one token flows in. */
	tokenMs: number;
	burst: number;
}

/** Tokens got; where there are none, the time until there is one. */
interface Lease {
	tokens: number;
	waitMs: number;
}

interface LeaseOptions {
	holding: Holding;
	/** Tokens wanted. */
	block: number;
	now: () => number;
	signal: AbortSignal;
}

async function takeLease(store: BucketStore, bucket: Bucket, options: LeaseOptions): Promise<Lease> {
	const { holding, block, now, signal } = options;
	const { key, tokenMs, burst } = bucket;
	let tokens = block;
	for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
		const nowMs = now();
		const costMs = tokens * tokenMs;
		// The bucket holds `burst` tokens when fullAtMs is now, none when it is a whole burst ahead.
		const emptyAtMs = nowMs + burst * tokenMs;
		const expiresAt = Math.ceil(emptyAtMs / MS_PER_SECOND) + EXPIRY_MARGIN_SECONDS;
		// Mostly right, and then one update is all: an idle tenant's bucket is full, a busy one's is not.
		const seemsFull = holding.fullAtMs <= nowMs;
		const spend = seemsFull
			? await store.spendFromFull(key, { nowMs, fullAtMs: nowMs + costMs, expiresAt }, signal)
			: await store.spendFromFilling(key, { nowMs, costMs, latestMs: emptyAtMs - costMs, expiresAt }, signal);
		holding.fullAtMs = spend.fullAtMs;
		if (spend.isTaken) return { tokens, waitMs: 0 };
		if (spend.fullAtMs <= nowMs) continue;
		const available = Math.floor((emptyAtMs - spend.fullAtMs) / tokenMs);
		// A refused spend asked for too many, whatever rounding says of what is available.
		tokens = Math.min(available, seemsFull ? tokens : tokens - 1);
		if (tokens < 1) return { tokens: 0, waitMs: Math.max(0, spend.fullAtMs + tokenMs - emptyAtMs) };
	}
	throw new Error(`The bucket ${key} changed under each of ${ATTEMPTS_MAX} attempts.`);
}

function holdingOf(holdings: Map<string, Holding>, tenant: string): Holding {
	const known = holdings.get(tenant);
	if (known) return known;
	// Forgetting a holding costs at most its lease; tenants are far fewer in practice.
	if (holdings.size >= HOLDINGS_MAX) holdings.clear();
	const holding = { tokens: 0, lapsesAtMs: 0, deniedUntilMs: 0, fullAtMs: 0 };
	holdings.set(tenant, holding);
	return holding;
}

function throttled(tenant: string, model: string, { tokenMs, burst }: Bucket, waitMs: number): ApiError {
	const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / MS_PER_SECOND));
	const rps = MS_PER_SECOND / tokenMs;
	return new ApiError(
		"THROTTLED",
		`The tenant "${tenant}" is over its rate of ${rps} requests a second (burst ${burst}) to "${model}". Retry in ${retryAfterSeconds} s.`,
		{ retryAfterSeconds },
	);
}
