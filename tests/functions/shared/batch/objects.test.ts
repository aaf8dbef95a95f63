import { Readable } from "node:stream";
import { S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { batchObjects } from "../../../../functions/shared/batch/objects.ts";
import { rejection } from "../../../support/functions-batch.ts";

interface Asked {
	method: string;
	path: string;
	query?: Record<string, unknown>;
	headers: Record<string, string>;
}
type Answer = [status: number, body: string, headers?: Record<string, string>];

/** The SDK's own client over canned answers; tells what it was asked. */
function fixture(answer: (asked: Asked) => Answer) {
	const asked: Asked[] = [];
	const client = new S3Client({
		region: "eu-central-1",
		credentials: { accessKeyId: "test", secretAccessKey: "test" },
		maxAttempts: 1,
		requestHandler: {
			handle: async (request: Asked) => {
				asked.push(request);
				const [statusCode, body, headers = {}] = answer(request);
				return { response: { statusCode, headers, body: Readable.from([Buffer.from(body)]) } };
			},
		},
	});
	return { asked, objects: batchObjects(client, "data") };
}
const page = (keys: string[], next?: string) =>
	`<ListBucketResult>${keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join("")}${next ? `<NextContinuationToken>${next}</NextContinuationToken>` : ""}</ListBucketResult>`;
const missing: Answer = [404, "<Error><Code>NoSuchKey</Code><Message>The key is not there.</Message></Error>"];
const denied: Answer = [403, "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"];

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
	const found: T[] = [];
	for await (const item of items) found.push(item);
	return found;
}

describe("functions/shared/batch/objects", () => {
	it("lists page after page, from after a key on", async () => {
		const { asked, objects } = fixture(({ query }) => [
			200,
			query?.["continuation-token"] === undefined ? page(["a", "b"], "more") : page(["c"]),
		]);
		expect(await all(objects.list("input/", "input/2026"))).to.deep.equal(["a", "b", "c"]);
		expect(
			asked.map(({ query }) => [query?.prefix, query?.["start-after"], query?.["continuation-token"]]),
		).to.deep.equal([
			["input/", "input/2026", undefined],
			["input/", undefined, "more"],
		]);
	});

	it("reads an object whole, or the bytes of a half-open range", async () => {
		const { asked, objects } = fixture(() => [200, "rows"]);
		for (const range of [undefined, { start: 10, end: 14 }]) {
			const stream = await objects.read("input/x.jsonl", range);
			expect(stream && Buffer.concat(await all(stream)).toString()).to.equal("rows");
		}
		expect(asked.map(({ headers }) => headers.range)).to.deep.equal([undefined, "bytes=10-13"]);
	});

	it("tells an object that is not there from one that it may not see", async () => {
		const gone = fixture(({ method }) => (method === "HEAD" ? [404, ""] : missing));
		expect([await gone.objects.read("x"), await gone.objects.checksum("x")]).to.deep.equal([undefined, undefined]);
		const closed = fixture(() => denied);
		expect((await rejection(closed.objects.read("x"))).name).to.equal("AccessDenied");
	});

	it("writes an output with its checksum, and knows it by that", async () => {
		const { asked, objects } = fixture(({ method }) => [
			200,
			"",
			method === "HEAD" ? { "x-amz-meta-triplane-checksum": "c0ffee" } : {},
		]);
		await objects.write("output/x.jsonl", Buffer.from("row"), "c0ffee");
		await objects.write("output/_SUCCESS.json", Buffer.from("{}"));
		expect(
			asked.map(({ headers }) => [headers["x-amz-meta-triplane-checksum"], headers["content-type"]]),
		).to.deep.equal([
			["c0ffee", "application/jsonl"],
			[undefined, "application/json"],
		]);
		expect(await objects.checksum("output/x.jsonl")).to.equal("c0ffee");
	});

	it("deletes a thousand at a time, and says which one was not", async () => {
		const { asked, objects } = fixture(() => [200, "<DeleteResult></DeleteResult>"]);
		await objects.remove(Array.from({ length: 2500 }, (_, i) => `k${i}`));
		expect(asked).to.have.length(3);
		const failing = fixture(() => [
			200,
			"<DeleteResult><Error><Key>k1</Key><Code>SlowDown</Code><Message>Later</Message></Error></DeleteResult>",
		]);
		expect(await rejection(failing.objects.remove(["k1"]))).to.deep.equal({
			name: "BatchStoreError",
			message: "k1 in data was not deleted: SlowDown Later.",
		});
	});
});
