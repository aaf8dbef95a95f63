/** Whatever is sent to submit or jobs, the fault is never the platform's: no answer is a 5xx, and a refused one leaves no job. */
import { expect } from "chai";
import fc from "fast-check";
import { API_ERRORS } from "../../../charter/errors.ts";
import { anyText } from "../../support/any-text.ts";
import { apiEvent, errorOf, lambdaContext } from "../../support/functions-api.ts";
import { JOB_ID, JOBS_TABLE, jobsFixture, requestBody, unbounded } from "../../support/functions-jobs.ts";
import { MODEL } from "../../support/functions-predict.ts";

const ROOT = `/v2/models/${MODEL}`;
const json = fc.jsonValue({ maxDepth: 4 });
const input = fc.record(
	{
		name: fc.oneof(fc.constantFrom("image", "digit"), json),
		datatype: fc.oneof(fc.constantFrom("FP32", "BYTES"), json),
		shape: fc.oneof(fc.constantFrom([1, 2], [2, 2], [0, 2], [-1, 2], [1e9, 2]), json),
		data: fc.oneof(fc.constantFrom([1, 2], [[1, 2]], [1, null]), json),
		parameters: json,
	},
	{ requiredKeys: ["name", "datatype", "shape", "data"] },
);
const request = fc.record(
	{ id: fc.oneof(anyText, json), inputs: fc.oneof(fc.array(input, { maxLength: 2 }), json), outputs: json },
	{ requiredKeys: ["inputs"] },
);
const body = fc.oneof(
	request.map((value) => JSON.stringify(value)),
	anyText.map((id) => requestBody(1, { id })),
	fc.json(),
	fc.string({ unit: "binary" }),
	fc.constant(requestBody()),
	fc.constant(null),
);
const named = (name: string, value: fc.Arbitrary<string>) => value.map((text) => [name, text] as const);
const header = fc.oneof(
	named("idempotency-key", fc.oneof(fc.string(), anyText, fc.constant("k"))),
	named(
		"prefer",
		fc.oneof(
			fc.string(),
			fc.nat().map((seconds) => `wait=${seconds}`),
		),
	),
	named("x-callback-url", fc.oneof(fc.string(), fc.webUrl({ validSchemes: ["https", "http"] }))),
	named("x-upload-id", fc.oneof(fc.string(), fc.uuid())),
	named("x-request-timeout-ms", fc.oneof(fc.string(), fc.constant("5000"))),
	named("content-type", fc.oneof(fc.string(), fc.constant("application/json"))),
	fc.tuple(fc.string({ minLength: 1, maxLength: 20 }), fc.string()),
);
const call = fc.record({
	method: fc.oneof({ weight: 5, arbitrary: fc.constant("POST") }, fc.constantFrom("GET", "PUT"), fc.string()),
	resource: fc.oneof(
		{ weight: 5, arbitrary: fc.constant(`${ROOT}/infer`) },
		fc.constantFrom(ROOT, `${ROOT}/ready`, `${ROOT}/uploads`, `${ROOT}/versions/{version}/infer`),
		fc.string(),
	),
	headers: fc.array(header, { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
	body,
	isBase64Encoded: fc.boolean(),
	tenant: fc.oneof(
		{ weight: 5, arbitrary: fc.constant(unbounded) },
		fc.constant({}),
		fc.record({ tenant: fc.string() }),
	),
});

describe("functions/submit, bad input", function () {
	this.timeout(60_000);

	it("never blames the platform, and has a job exactly for each 202", async () => {
		const { aws, submitHandler } = jobsFixture();
		const jobs = () => aws.dynamodb.items(JOBS_TABLE).filter(({ pk }) => pk?.S?.startsWith("JOB#")).length;
		const tenant = { ...unbounded, maxJobsInFlight: "1000000" };
		await fc.assert(
			fc.asyncProperty(call, fc.boolean(), async (options, isOurs) => {
				const before = jobs();
				const event = apiEvent(isOurs ? { ...options, tenant } : options);
				const answer = await submitHandler(event, lambdaContext(27_000));
				expect(answer.statusCode, answer.body).to.be.lessThan(500);
				const isRepeated = Object.hasOwn(options.headers, "idempotency-key") && jobs() === before;
				expect(jobs() - before).to.equal(answer.statusCode === 202 && !isRepeated ? 1 : 0);
				if (answer.statusCode < 400) return;
				const { code, error, requestId } = errorOf(answer);
				expect(API_ERRORS[code]).to.equal(answer.statusCode);
				expect(error).to.be.a("string").and.match(/\.$/);
				expect(requestId).to.be.a("string");
			}),
			{ numRuns: 600 },
		);
	});

	it("finds no job by whatever is no id", async () => {
		const { jobsHandler } = jobsFixture();
		const question = fc.record({
			method: fc.oneof(fc.constantFrom("GET", "DELETE"), fc.string()),
			resource: fc.oneof({ weight: 4, arbitrary: fc.constant("/v2/jobs/{job}") }, fc.string()),
			job: fc.oneof(anyText, fc.uuid(), fc.constant(JOB_ID)),
			tenant: fc.oneof({ weight: 4, arbitrary: fc.constant(unbounded) }, fc.constant({})),
		});
		await fc.assert(
			fc.asyncProperty(question, async ({ job, ...options }) => {
				const event = { ...apiEvent(options), pathParameters: { job } };
				const answer = await jobsHandler(event, lambdaContext(5_000));
				expect(answer.statusCode, answer.body).to.be.oneOf([401, 404, 405]);
			}),
			{ numRuns: 300 },
		);
	});
});
