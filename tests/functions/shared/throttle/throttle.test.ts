/**
 * The token bucket against its own promise: over any schedule of any number of instances it admits no more than burst + rate × time.
 * Time is the test's own.
 */
import { expect } from "chai";
import fc from "fast-check";
import { ApiError } from "../../../../charter/errors.ts";
import { TOKEN_LEASE_MS } from "../../../../charter/limits.ts";
import { bucketKey } from "../../../../charter/tenancy.ts";
import { bucketStore } from "../../../../functions/shared/throttle/bucket-store.ts";
import {
	createThrottle,
	type Limit,
	leaseBlock,
	type Throttle,
} from "../../../../functions/shared/throttle/throttle.ts";
import { acme } from "../../../support/functions-api.ts";
import { MemoryAws } from "../../../support/functions-aws.ts";
import { TABLES } from "../../../support/functions-predict.ts";

const START_MS = 1_700_000_000_000;
/** Lets the bucket be asked for so long, in real milliseconds. */
const within =
	(ms: number): Limit =>
	(work) =>
		work(AbortSignal.timeout(ms));
const long = within(1_000);

interface Setup {
	instances?: number;
	reservedConcurrency?: number;
}

/** Instances of one function that share a throttle table and a clock. */
function setUp({ instances = 1, reservedConcurrency = instances }: Setup = {}) {
	const aws = new MemoryAws();
	const clock = { nowMs: START_MS };
	const failedOpen: string[] = [];
	const store = bucketStore(aws.clients().dynamodb, TABLES.throttle);
	const throttles = Array.from({ length: instances }, () =>
		createThrottle({
			model: "m",
			reservedConcurrency,
			store,
			now: () => clock.nowMs,
			onFailedOpen: (tenant) => failedOpen.push(tenant),
		}),
	);
	const [throttle = assertNever()] = throttles;
	return { aws, clock, failedOpen, throttles, throttle };
}

function assertNever(): never {
	throw new Error("There is no instance.");
}

const tenantOf = (rps: number, burst: number) => ({ ...acme, rps: String(rps), burst: String(burst) });

/** The error of a refused request, or undefined where it was admitted. */
const refusal = (throttle: Throttle, tenant = acme): Promise<ApiError | undefined> =>
	throttle.admit(tenant, long).then(
		() => undefined,
		(thrown: unknown) => {
			if (thrown instanceof ApiError) return thrown;
			throw thrown;
		},
	);

describe("functions/shared/throttle/throttle", () => {
	it("admits a burst, then refuses with the whole seconds until there is a token", async () => {
		const { throttle } = setUp();
		const tenant = tenantOf(0.25, 2);
		expect(await refusal(throttle, tenant)).to.equal(undefined);
		expect(await refusal(throttle, tenant)).to.equal(undefined);
		const refused = await refusal(throttle, tenant);
		expect(refused).to.include({ code: "THROTTLED", status: 429, retryAfterSeconds: 4 });
		expect(refused?.message).to.equal(
			'The tenant "acme" is over its rate of 0.25 requests a second (burst 2) to "m". Retry in 4 s.',
		);
	});

	it("says at least one second, however soon there is a token", async () => {
		const { throttle } = setUp();
		await refusal(throttle, tenantOf(100, 1));
		expect(await refusal(throttle, tenantOf(100, 1))).to.include({ retryAfterSeconds: 1 });
	});

	it("admits again exactly when it said", async () => {
		const { throttle, clock } = setUp();
		const tenant = tenantOf(0.25, 1);
		await refusal(throttle, tenant);
		clock.nowMs += 3_999;
		expect(await refusal(throttle, tenant)).to.include({ retryAfterSeconds: 1 });
		clock.nowMs += 1;
		expect(await refusal(throttle, tenant)).to.equal(undefined);
	});

	it("spends one conditional update on a bucket that it last saw, full or in use, and none while a refusal must last", async () => {
		const { throttle, aws, clock } = setUp({ reservedConcurrency: 100 });
		const tenant = tenantOf(1, 2);
		await refusal(throttle, tenant);
		await refusal(throttle, tenant);
		clock.nowMs += 10_000;
		await refusal(throttle, tenant);
		await refusal(throttle, tenant);
		expect(aws.calls).to.have.length(4);
		await refusal(throttle, tenant);
		expect(aws.calls).to.have.length(5);
		for (let i = 0; i < 10; i++) expect(await refusal(throttle, tenant)).to.include({ code: "THROTTLED" });
		expect(aws.calls).to.have.length(5);
	});

	it("spends a second update on a bucket that another instance has used meanwhile", async () => {
		const { throttles, aws } = setUp({ instances: 2, reservedConcurrency: 100 });
		for (const throttle of throttles) await refusal(throttle, tenantOf(1, 5));
		expect(aws.calls).to.have.length(3);
		expect(Number(aws.dynamodb.item(TABLES.throttle, bucketKey("acme", "m"))?.fullAtMs?.N)).to.equal(START_MS + 2_000);
	});

	it("keeps tenants apart", async () => {
		const { throttle, aws } = setUp();
		const [one, other] = [tenantOf(1, 1), { ...tenantOf(1, 1), tenant: "other" }];
		await refusal(throttle, one);
		expect(await refusal(throttle, one)).to.include({ code: "THROTTLED" });
		expect(await refusal(throttle, other)).to.equal(undefined);
		expect(aws.dynamodb.items(TABLES.throttle).map(({ pk }) => pk?.S)).to.deep.equal([
			bucketKey("acme", "m"),
			bucketKey("other", "m"),
		]);
	});

	it("leases at most half a burst, and half of what flows in meanwhile, to all instances together", () => {
		expect(leaseBlock({ rps: 1_000, burst: 100 }, 10)).to.equal(5);
		expect(leaseBlock({ rps: 60, burst: 100 }, 10)).to.equal(3);
		expect(leaseBlock({ rps: 1_000, burst: 100 }, 51)).to.equal(1);
		expect(leaseBlock({ rps: 1, burst: 100 }, 1)).to.equal(1);
		expect(leaseBlock({ rps: 7, burst: 7 }, 1)).to.equal(3);
	});

	it("serves a leased block from memory and lets what is left of it lapse", async () => {
		const { throttle, aws, clock } = setUp();
		const tenant = tenantOf(10, 100);
		for (let i = 0; i < 5; i++) await refusal(throttle, tenant);
		expect(aws.calls).to.have.length(1);
		await refusal(throttle, tenant);
		expect(aws.calls).to.have.length(2);
		clock.nowMs += TOKEN_LEASE_MS;
		await refusal(throttle, tenant);
		expect(aws.calls).to.have.length(3);
	});

	it("writes an expiry that is after the bucket is full again", async () => {
		const { throttle, aws } = setUp();
		await refusal(throttle, tenantOf(10, 100));
		const item = aws.dynamodb.item(TABLES.throttle, bucketKey("acme", "m"));
		expect(Number(item?.expiresAt?.N)).to.equal(START_MS / 1000 + 10 + 60);
		expect(Number(item?.fullAtMs?.N)).to.equal(START_MS + 500);
	});

	for (const disturbance of ["fail", "hang"] as const)
		it(`lets a request through and says so where the table ${disturbance === "fail" ? "fails" : "does not answer"}`, async () => {
			const { throttle, aws, failedOpen } = setUp();
			aws.disturbances.set("UpdateItem", disturbance);
			await throttle.admit(acme, within(5));
			expect(failedOpen).to.deep.equal(["acme"]);
		});

	it("admits no more than burst + rate × time in any window, but for what was leased before it, and starves nobody", async () => {
		const schedule = fc.array(
			fc.record({
				waitMs: fc.integer({ min: 0, max: 700 }),
				instance: fc.nat(3),
				requests: fc.integer({ min: 1, max: 12 }),
			}),
			{ minLength: 1, maxLength: 40 },
		);
		const tier = fc.record({
			rps: fc.double({ min: 0.5, max: 200, noNaN: true }),
			burst: fc.integer({ min: 1, max: 60 }),
		});
		await fc.assert(
			fc.asyncProperty(schedule, tier, fc.integer({ min: 1, max: 4 }), async (steps, { rps, burst }, instances) => {
				const { throttles, clock, failedOpen } = setUp({ instances });
				const tenant = tenantOf(rps, burst);
				const admittedAtMs: number[] = [];
				let asked = 0;
				for (const { waitMs, instance, requests } of steps) {
					clock.nowMs += waitMs;
					for (let i = 0; i < requests; i++) {
						const throttle = throttles[instance % instances] ?? assertNever();
						asked += 1;
						if ((await refusal(throttle, tenant)) === undefined) admittedAtMs.push(clock.nowMs);
					}
				}
				expect(failedOpen).to.deep.equal([]);
				const leased = instances * leaseBlock({ rps, burst }, instances);
				for (const [i, fromMs] of admittedAtMs.entries())
					for (const [j, toMs] of admittedAtMs.entries()) {
						if (j < i) continue;
						const refilled = (rps * (toMs - fromMs)) / 1000;
						// Leases taken before the window may be spent in it; before the first request there are none.
						expect(j - i + 1).to.be.at.most(burst + refilled + (i === 0 ? 0 : leased) + 1e-6);
					}
				expect(admittedAtMs.length).to.be.at.least(Math.min(asked, Math.max(1, Math.floor(burst / 2))));
			}),
			{ numRuns: 60 },
		);
	});

	it("never refuses a tenant that stays within its rate, whatever lapses of its leases", async () => {
		const rates = fc.record({
			rps: fc.integer({ min: 1, max: 50 }),
			share: fc.double({ min: 0.05, max: 1, noNaN: true }),
		});
		await fc.assert(
			fc.asyncProperty(rates, fc.integer({ min: 2, max: 40 }), async ({ rps, share }, burst) => {
				const { throttle, clock } = setUp();
				for (let i = 0; i < 60; i++) {
					expect(await refusal(throttle, tenantOf(rps, burst))).to.equal(undefined);
					clock.nowMs += 1_000 / (rps * share);
				}
			}),
			{ numRuns: 25 },
		);
	});
});
