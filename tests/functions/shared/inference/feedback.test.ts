/** What callers send back of how it went, through the doors of a realtime and of a queued model. */
import { expect } from "chai";
import fc from "fast-check";
import { ApiError } from "../../../../charter/errors.ts";
import { readFeedback } from "../../../../functions/shared/inference/feedback-body.ts";
import { acme, apiEvent, errorOf, lambdaContext } from "../../../support/functions-api.ts";
import { ROOT } from "../../../support/functions-ask.ts";
import { jobsFixture } from "../../../support/functions-jobs.ts";
import { MODEL, predictFixture, putRoute, putVersion, versionRecord } from "../../../support/functions-predict.ts";

const FEEDBACK = `${ROOT}/feedback`;
const tenant = { ...acme, rps: "1000", burst: "1000" };

function setUp() {
	const fixture = predictFixture();
	for (const version of [2, 3]) putVersion(fixture.aws, versionRecord(version));
	putRoute(fixture.aws, [
		{ name: "champion", version: 1, weight: 95 },
		{ name: "canary", version: 2, weight: 5 },
	]);
	const send = (body: unknown, method = "POST") => {
		const text = typeof body === "string" ? body : JSON.stringify(body);
		return fixture.handler(apiEvent({ method, resource: FEEDBACK, body: text, tenant }), lambdaContext());
	};
	return { ...fixture, send };
}

describe("functions/shared/inference/feedback", () => {
	for (const [outcome, bad] of [
		[true, 0],
		[false, 1],
		[1, 0],
		[0.5, 0],
		[0.49, 1],
		[0, 1],
	] as const)
		it(`takes ${outcome} as ${bad === 1 ? "bad" : "good"}, and counts it as a whole and for its arm`, async () => {
			const { send, lines } = setUp();
			const answer = await send({ request_id: "r-1", model_version: "2", outcome });
			expect(answer).to.deep.include({ statusCode: 202, body: "{}" });
			expect(lines.metrics).to.have.length(1);
			expect(lines.metrics[0]).to.include({
				model: MODEL,
				version: "2",
				variant: "canary",
				Outcomes: 1,
				BadOutcomes: bad,
			});
			expect(JSON.stringify(lines.metrics[0]?._aws)).to.include('[["model"],["model","version","variant"]]');
			expect(lines.records[0]).to.include({ status: 202, version: 2, variant: "canary", tenant: "acme" });
		});

	it("counts for the variant that the caller names, else for the one that has the version now", async () => {
		const { send, lines } = setUp();
		for (const body of [
			{ model_version: 2, variant: "champion", outcome: 1 },
			{ model_version: 1, outcome: 1 },
			{ model_version: 3, outcome: 1, job: "00000000-0000-4000-8000-000000000001" },
			{ model_version: 1, variant: "pinned", outcome: 1 },
		])
			expect(await send(body)).to.include({ statusCode: 202 });
		expect(lines.metrics.map(({ version, variant }) => `${version} ${variant}`)).to.deep.equal([
			"2 champion",
			"1 champion",
			"3 pinned",
			"1 pinned",
		]);
	});

	for (const [what, body, status] of [
		["no body", "", 400],
		["no JSON", "{", 400],
		["a list", [], 400],
		["no outcome", { model_version: 1 }, 400],
		["an outcome over 1", { model_version: 1, outcome: 1.1 }, 400],
		["an outcome that is text", { model_version: 1, outcome: "good" }, 400],
		["no version", { outcome: 1 }, 400],
		["a version that is no whole number", { model_version: "1.5", outcome: 1 }, 400],
		["a version that there is not", { model_version: 9, outcome: 1 }, 404],
		["a variant that no answer had", { model_version: 1, variant: "mine", outcome: 1 }, 400],
		["an unknown key", { model_version: 1, outcome: 1, score: 1 }, 400],
		["a request id that is too long", { model_version: 1, outcome: 1, request_id: "x".repeat(129) }, 400],
		["a body that is too large", { model_version: 1, outcome: 1, job: "x".repeat(5_000) }, 413],
	] as const)
		it(`refuses ${what}, and counts nothing`, async () => {
			const { send, lines } = setUp();
			expect(errorOf(await send(body))).to.include({ status });
			expect(lines.metrics).to.deep.equal([]);
		});

	it("takes nothing by another method, from nobody, or over the tenant's rate", async () => {
		const { send, handler } = setUp();
		expect(errorOf(await send({}, "GET"))).to.include({ status: 405, allow: "POST" });
		const ask = (whose: Partial<typeof acme>) => {
			const body = '{"model_version":1,"outcome":1}';
			return handler(apiEvent({ resource: FEEDBACK, body, tenant: whose }), lambdaContext());
		};
		expect(errorOf(await ask({}))).to.include({ status: 401 });
		const slow = { ...acme, tenant: "slow", rps: "1", burst: "1" };
		const statuses = await Promise.all([1, 2, 3].map(() => ask(slow)));
		expect(statuses.map(({ statusCode }) => statusCode)).to.include(429);
	});

	it("takes that of a queued model's jobs too", async () => {
		const { submit, lines } = jobsFixture();
		const body = '{"model_version":"3","outcome":false}';
		expect(await submit({ resource: FEEDBACK, body })).to.include({ statusCode: 202 });
		expect(lines.metrics).to.have.length(1);
		expect(lines.metrics[0]).to.include({ version: "3", variant: "champion", Outcomes: 1, BadOutcomes: 1 });
	});

	it("reads whatever JSON it is sent as feedback in its bounds, or says what is wrong with it", () => {
		const part = fc.oneof(fc.jsonValue(), fc.double(), fc.boolean(), fc.constantFrom("1", "canary", 1));
		const body = fc.oneof(
			fc.jsonValue(),
			fc.record({ model_version: part, outcome: part, variant: part, job: part }, { requiredKeys: [] }),
		);
		fc.assert(
			fc.property(body, (value) => {
				try {
					const { version, outcome, variant } = readFeedback(value);
					expect(Number.isInteger(version) && version >= 1 && outcome >= 0 && outcome <= 1).to.equal(true);
					if (variant !== undefined) expect(variant).to.be.a("string").with.length.within(1, 128);
				} catch (thrown) {
					expect(thrown).to.be.instanceOf(ApiError).with.property("code", "INVALID_REQUEST");
				}
			}),
		);
	});
});
