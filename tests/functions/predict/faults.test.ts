/** What predict answers while something behind it fails or is too slow: status, code, words, and what is logged. */
import { createHash } from "node:crypto";
import { marshall } from "@aws-sdk/util-dynamodb";
import { expect } from "chai";
import { DEADLINE_HEADER } from "../../../charter/api.ts";
import { ENVIRONMENT } from "../../../charter/environment.ts";
import { entityKey } from "../../../charter/tenancy.ts";
import { errorOf } from "../../support/functions-api.ts";
import { get, ids, infer, ROOT, refusal } from "../../support/functions-ask.ts";
import {
	artifactBytes,
	heldOut,
	MODEL,
	manifest,
	predictFixture,
	putVersion,
	TABLES,
	versionRecord,
} from "../../support/functions-predict.ts";

describe("functions/predict, while something behind it fails,", () => {
	it("serves without the throttle's table, and says so in a record and a metric", async () => {
		const fixture = predictFixture();
		fixture.aws.disturbances.set("UpdateItem", "fail");
		expect(await infer(fixture)).to.include({ statusCode: 200 });
		expect(fixture.lines.records.map(({ level, tenant }) => ({ level, tenant }))[0]).to.deep.equal({
			level: "ERROR",
			tenant: "acme",
		});
		expect(fixture.lines.metrics[0]).to.include({ ThrottleFailedOpen: 1, model: MODEL });
	});

	for (const [operation, body] of [
		["GetItem", undefined],
		["GetObject", undefined],
		["BatchGetItem", ids(heldOut.slice(0, 1))],
	] as const)
		it(`says 503 with Retry-After while ${operation} fails, and not why`, async () => {
			const fixture = predictFixture();
			fixture.aws.disturbances.set(operation, "fail");
			const answer = await refusal(fixture, body === undefined ? {} : { body });
			expect(answer).to.include({ status: 503, code: "UNAVAILABLE", retryAfter: "1" });
			expect(answer.error).not.to.include("down");
			expect(fixture.lines.records.at(-1)).to.deep.include({ level: "ERROR", status: 503 });
		});

	it("says 504 when the features take longer than their budget", async () => {
		const fixture = predictFixture({ environment: { [ENVIRONMENT.budget]: '{"featuresMs":5}' } });
		fixture.aws.disturbances.set("BatchGetItem", "hang");
		const answer = await refusal(fixture, { body: ids(heldOut.slice(0, 1)) });
		expect(answer).to.deep.include({
			status: 504,
			code: "DEADLINE_EXCEEDED",
			error: "The model's budget of 5 ms was over before the features of 1 entity were read. Try again.",
			retryAfter: "1",
		});
	});

	it("says 504 in the words of the caller's deadline when that passes first", async () => {
		const fixture = predictFixture({ environment: { [ENVIRONMENT.budget]: '{"featuresMs":60000}' } });
		await fixture.warm();
		fixture.aws.disturbances.set("BatchGetItem", "hang");
		const headers = { [DEADLINE_HEADER]: "200" };
		expect(await refusal(fixture, { headers, body: ids(heldOut.slice(0, 2)) })).to.deep.include({
			status: 504,
			error:
				"The 200 ms that x-request-timeout-ms allows were over before the features of 2 entities were read. Send fewer rows, or allow more time.",
			retryAfter: undefined,
		});
	});

	it("says 504 to a caller who waits too short for the bucket, which is no outage of it", async () => {
		const fixture = predictFixture();
		fixture.aws.disturbances.set("UpdateItem", "hang");
		const answer = await refusal(fixture, { headers: { [DEADLINE_HEADER]: "100" } });
		expect(answer).to.include({ status: 504, code: "DEADLINE_EXCEEDED" });
		expect(answer.error).to.match(/^The 100 ms that .* were over before the tenant's rate was checked\./);
		expect(fixture.lines.metrics.filter((line) => "ThrottleFailedOpen" in line)).to.deep.equal([]);
	});

	it("says 504 and runs no model when the function's own time is up", async () => {
		const fixture = predictFixture();
		expect(await refusal(fixture, {}, 200)).to.include({ status: 504, code: "DEADLINE_EXCEEDED" });
	});

	const truncated = artifactBytes.subarray(0, 1_000);
	for (const [what, record, logged] of [
		[
			"is not the registered one",
			versionRecord(2, { artifactKey: "cut" }),
			/ArtifactError: The artifact of version 2 of .* at cut has the SHA-256/,
		],
		[
			"is no model",
			versionRecord(2, { artifactKey: "cut", sha256: createHash("sha256").update(truncated).digest("hex") }),
			/ArtifactError: Version 2 of .* at cut cannot be loaded\. Cause: ArtifactError: ONNX Runtime cannot read.* Cause: Error/,
		],
	] as const) {
		const broken = () => {
			const fixture = predictFixture();
			putVersion(fixture.aws, record);
			fixture.aws.objects.set("cut", truncated);
			return fixture;
		};
		const logs = (fixture: ReturnType<typeof broken>) => JSON.stringify(fixture.lines.records.at(-1));
		it(`says 500 without details to an inference whose artifact ${what}, and logs which`, async () => {
			const fixture = broken();
			const answer = await refusal(fixture, { resource: `${ROOT}/versions/{version}/infer`, version: "2" });
			expect(answer).to.include({ status: 500, code: "INTERNAL" });
			expect(answer.error).to.match(/by a fault on our side/);
			expect(logs(fixture)).to.match(logged);
		});

		it(`says 503 to who asks whether a version is ready whose artifact ${what}, and logs which`, async () => {
			const fixture = broken();
			expect(errorOf(await get(fixture, `${ROOT}/versions/{version}/ready`, "2"))).to.deep.include({
				status: 503,
				code: "UNAVAILABLE",
				error:
					'Version 2 of "tumour-risk" is not ready: its artifact cannot be loaded. Register the model anew, or route to another version.',
				retryAfter: "30",
			});
			expect(logs(fixture)).to.match(logged);
			expect(fixture.lines.records.at(-1)).to.include({ level: "ERROR", version: 2 });
			expect(await get(fixture, `${ROOT}/ready`)).to.include({ statusCode: 200 });
		});
	}

	for (const [what, change, logged] of [
		[
			"lacks a column",
			{ area_error: undefined },
			/FeatureRecordError.*\\"p\\" have no number for the column \\"area_error\\"/,
		],
		["has a number that FP32 cannot hold", { area_error: "1e39" }, /FeatureRecordError.*\\"p\\".*1e\+39 as value/],
	] as const)
		it(`says 500 when an entity's record ${what}, which is not the caller's fault, and logs which`, async () => {
			const fixture = predictFixture();
			const { columns = [] } = manifest.signature.features ?? {};
			const numbers: Record<string, string | undefined> = {
				...Object.fromEntries(columns.map((column) => [column, "1"])),
				...change,
			};
			const values = Object.entries(numbers).flatMap(([column, N]) => (N === undefined ? [] : [[column, { N }]]));
			fixture.aws.dynamodb.put(TABLES.features, {
				pk: { S: entityKey(MODEL, "p") },
				values: { M: Object.fromEntries(values) },
			});
			expect(await refusal(fixture, { body: ids([{ id: "p" }]) })).to.include({ status: 500, code: "INTERNAL" });
			expect(JSON.stringify(fixture.lines.records.at(-1)?.error)).to.match(logged);
		});

	it("says 503 where the route is not in the registry's form", async () => {
		const fixture = predictFixture({ isRegistered: false });
		fixture.aws.dynamodb.put(
			TABLES.registry,
			marshall({ pk: `MODEL#${MODEL}`, sk: "ROUTE", revision: 1, variants: [{}] }),
		);
		expect(await refusal(fixture, {})).to.include({ status: 503 });
	});
});
