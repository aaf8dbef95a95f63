/** The model server from outside, over HTTP: the protocol's answers, its errors, and that nothing that comes in brings it down. */
import { connect } from "node:net";
import { expect } from "chai";
import fc from "fast-check";
import { BODY_MAX_BYTES } from "../../../functions/model-server/door.ts";
import { CLASSES, DIGITS, digitRows, digitsAnswer, digitsRequest, distance } from "../../support/worker-digits.ts";
import { startModelServer } from "../../support/worker-model-server.ts";

describe("functions/model-server/door", () => {
	const scope = new AsyncDisposableStack();
	let server: Awaited<ReturnType<typeof startModelServer>>;
	before(async () => {
		server = await startModelServer(scope);
	});
	after(() => scope.disposeAsync());

	const ask = async (method: string, path: string, body?: string | Uint8Array<ArrayBuffer>) => {
		const response = await fetch(`${server.url}${path}`, { method, ...(body !== undefined && { body }) });
		return { status: response.status, text: await response.text(), allow: response.headers.get("allow") };
	};
	const json = async (method: string, path: string, body?: string) => {
		const { status, text } = await ask(method, path, body);
		return { status, body: JSON.parse(text) };
	};
	const root = `/v2/models/${DIGITS}`;

	it("says that it lives and is ready, and what it is and has", async () => {
		expect(await json("GET", "/v2/health/live")).to.deep.equal({ status: 200, body: { live: true } });
		expect(await json("GET", "/v2/health/ready")).to.deep.equal({ status: 200, body: { ready: true } });
		expect((await json("GET", "/v2")).body).to.include({ name: "triplane" });
		expect(await json("GET", root)).to.deep.equal({
			status: 200,
			body: {
				name: DIGITS,
				versions: ["1"],
				platform: "onnxruntime_onnx",
				inputs: [{ name: "features", datatype: "FP32", shape: [-1, 64] }],
				outputs: [
					{ name: "label", datatype: "INT64", shape: [-1] },
					{ name: "probabilities", datatype: "FP32", shape: [-1, CLASSES] },
				],
			},
		});
		const ready = { status: 200, body: { name: DIGITS, ready: true } };
		expect(await json("GET", `${root}/versions/1/ready`)).to.deep.equal(ready);
		expect(await json("GET", `${root}/ready`)).to.deep.equal(ready);
	});
	it("answers with the trainer's own labels and probabilities, by version and by route", async () => {
		for (const path of [`${root}/versions/1/infer`, `${root}/infer`]) {
			const { status, text } = await ask("POST", path, digitsRequest(digitRows, { id: "all" }));
			expect(status).to.equal(200);
			const { id, labels, probabilities } = digitsAnswer(text);
			expect(id).to.equal("all");
			expect(labels).to.deep.equal(digitRows.map(({ label }) => label));
			expect(distance(probabilities, digitRows)).to.be.below(1e-5);
		}
	});
	it("answers as SageMaker asks its containers: the same, of the version that a header names", async () => {
		expect(await json("GET", "/ping")).to.deep.equal({ status: 200, body: { ready: true } });
		const invoke = (attributes?: string) =>
			fetch(`${server.url}/invocations`, {
				method: "POST",
				body: digitsRequest(digitRows, { id: "all" }),
				...(attributes === undefined ? {} : { headers: { "x-amzn-sagemaker-custom-attributes": attributes } }),
			});
		for (const attributes of ["version=1", undefined]) {
			const { labels } = digitsAnswer(await (await invoke(attributes)).text());
			expect(labels).to.deep.equal(digitRows.map(({ label }) => label));
		}
		for (const unknown of ["version=2", "version=", "version=01", "version=1\tx"])
			expect((await invoke(unknown)).status, unknown).to.equal(404);
		expect(await ask("GET", "/invocations")).to.include({ status: 405, allow: "POST" });
	});
	it("refuses in the protocol's form, with the status that says whose fault it is", async () => {
		const refusals: [string, string, string | undefined, number, RegExp][] = [
			["GET", "/", undefined, 404, /no path here/],
			["GET", "/v2/models/other", undefined, 404, /This server has the model "digit-reader"/],
			["GET", `${root}/versions/9`, undefined, 404, /has no version "9"/],
			["GET", `${root}/versions/0x1/ready`, undefined, 404, /has no version "0x1"/],
			["POST", `${root}/infer`, "", 400, /The body is empty/],
			["POST", `${root}/infer`, "{", 400, /no JSON at position 1/],
			["POST", `${root}/infer`, '{"inputs":[]}', 400, /The input "features" is missing/],
			[
				"POST",
				`${root}/infer`,
				'{"inputs":[{"name":"image_id","datatype":"BYTES","shape":[1],"data":["x"]}]}',
				400,
				/"image_id"/,
			],
		];
		for (const [method, path, body, status, message] of refusals) {
			const answer = await json(method, path, body);
			expect(answer.status, path).to.equal(status);
			expect(answer.body.error, path).to.match(message);
		}
		expect(await ask("GET", `${root}/infer`)).to.include({ status: 405, allow: "POST" });
		expect((await json("POST", `${root}/infer`, digitsRequest(digitRows.slice(0, 1), { inputs: 1 }))).status).to.equal(
			400,
		);
	});
	it("says that a version cannot be loaded, and works on", async () => {
		server.version(2, "models/digit-reader/gone/model.onnx");
		expect(await json("POST", `${root}/versions/2/infer`, digitsRequest(digitRows.slice(0, 1)))).to.deep.include({
			status: 503,
		});
		server.aws.objects.set("models/digit-reader/other/model.onnx", Uint8Array.of(1, 2, 3));
		server.version(3, "models/digit-reader/other/model.onnx");
		expect(await json("POST", `${root}/versions/3/infer`, digitsRequest(digitRows.slice(0, 1)))).to.deep.include({
			status: 500,
		});
		expect(server.records.at(-1)).to.deep.include({ level: "ERROR", status: 500 });
		expect((await ask("POST", `${root}/infer`, digitsRequest(digitRows.slice(0, 1)))).status).to.equal(200);
	});
	it("does not read a body that is too large, whether it says so or not", async () => {
		const said = await talk(
			`POST ${root}/infer HTTP/1.1\r\nhost: x\r\ncontent-length: ${BODY_MAX_BYTES + 1}\r\n\r\n{"inputs":`,
		);
		expect(said).to.match(/^HTTP\/1.1 413 [\s\S]*connection: close[\s\S]*"error":"The body has more than/i);
		const response = await fetch(`${server.url}${root}/infer`, {
			method: "POST",
			body: new ReadableStream({
				pull: (controller) => controller.enqueue(new Uint8Array(4 * 1024 * 1024)),
			}),
			duplex: "half",
		} as RequestInit).then(
			({ status }) => status,
			// The server has closed the connection on the rest of it.
			() => 413,
		);
		expect(response).to.equal(413);
		expect((await ask("GET", "/v2/health/ready")).status).to.equal(200);
	});
	it("is not ready any more once it stops, but answers those who still ask", async () => {
		server.state.isStopping = true;
		expect((await ask("GET", "/v2/health/ready")).status).to.equal(503);
		expect((await ask("GET", "/v2/health/live")).status).to.equal(200);
		expect((await ask("POST", `${root}/infer`, digitsRequest(digitRows.slice(0, 1)))).status).to.equal(200);
		server.state.isStopping = false;
		const idleMs = server.door.idleMs();
		await ask("GET", "/v2/health/live");
		expect(server.door.idleMs()).to.be.at.least(idleMs);
	});
	it("answers whatever is asked, never with a fault of its own, and lives", async () => {
		const paths = fc.oneof(
			fc.constantFrom("/v2", `${root}/infer`, `${root}/versions/1/infer`, `${root}/versions/1`, "/v2/health/ready"),
			fc.webPath(),
			fc
				.array(fc.constantFrom("v2", "models", DIGITS, "versions", "1", "-1", "infer", "ready", "..", "%00", ""))
				.map((parts) => `/${parts.join("/")}`),
		);
		const bodies = fc.oneof(
			fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
			fc.uint8Array().map((bytes) => Buffer.from(bytes)),
			fc.json().map((text) => Buffer.from(text)),
			fc.anything().map((value) => Buffer.from(digitsRequest(digitRows.slice(0, 1), { outputs: plain(value) }))),
			fc.anything().map((value) => Buffer.from(JSON.stringify({ inputs: [plain(value)] }) ?? "")),
		);
		await fc.assert(
			fc.asyncProperty(fc.constantFrom("GET", "POST", "PUT", "DELETE"), paths, bodies, async (method, path, body) => {
				const { status, text } = await ask(method, path, method === "GET" ? undefined : body);
				expect(status).to.be.oneOf([200, 400, 404, 405]);
				const answer: unknown = JSON.parse(text);
				if (status !== 200) expect(answer).to.have.property("error").that.is.a("string");
			}),
			{ numRuns: 300 },
		);
		expect((await ask("GET", "/v2/health/ready")).status).to.equal(200);
		expect(server.door.idleMs()).to.be.at.least(0);
	});
	it("goes on after clients that speak no HTTP or hang up in the middle", async () => {
		expect(await talk("hello\r\n\r\n")).to.match(/^HTTP\/1.1 400 /);
		const socket = connect(server.port, "127.0.0.1");
		await new Promise<void>((resolve) =>
			socket.write(`POST ${root}/infer HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"in`, () => resolve()),
		);
		socket.destroy();
		expect((await ask("GET", "/v2/health/ready")).status).to.equal(200);
	});

	const talk = (text: string): Promise<string> =>
		new Promise((resolve, reject) => {
			const socket = connect(server.port, "127.0.0.1", () => socket.write(text));
			let said = "";
			socket.setEncoding("utf8");
			socket.on("data", (data: string) => {
				said += data;
			});
			socket.on("close", () => resolve(said));
			socket.on("error", reject);
		});
});

/** A value as JSON can hold it. */
function plain(value: unknown): unknown {
	try {
		return JSON.parse(JSON.stringify(value) ?? "null");
	} catch {
		return null;
	}
}
