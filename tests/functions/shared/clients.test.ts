/** The functions' clients against a server that never answers: their timeouts must end the call, not only be set. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { dynamodbClient, sqsClient } from "../../../functions/shared/clients.ts";

const CHANGED = ["AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

describe("functions/shared/clients", () => {
	let server: Server;
	let url: string;
	let calls = 0;
	const before = Object.fromEntries(
		CHANGED.flatMap((name) => (name in process.env ? [[name, process.env[name]]] : [])),
	);
	beforeEach(async () => {
		calls = 0;
		server = createServer(() => {
			calls += 1;
		});
		await once(server.listen(0, "127.0.0.1"), "listening");
		const address = server.address();
		url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
		const credentials = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
		Object.assign(process.env, { AWS_ENDPOINT_URL: url, AWS_REGION: "us-east-1", ...credentials });
	});
	afterEach(() => {
		// Never by another object: what Node itself reads of the environment would no longer change with it.
		for (const name of CHANGED) delete process.env[name];
		Object.assign(process.env, before);
		server.closeAllConnections();
		server.close();
	});

	for (const [name, call] of [
		["DynamoDB", () => dynamodbClient().send(new GetItemCommand({ TableName: "jobs", Key: { pk: { S: "x" } } }))],
		["SQS", () => sqsClient().send(new SendMessageCommand({ QueueUrl: `${url}/0/jobs`, MessageBody: "x" }))],
	] as const)
		it(`give a call of ${name} without an answer up, and try it again`, async () => {
			const error: Error = await call().then(
				() => new Error("answered"),
				(thrown) => thrown,
			);
			expect([error.name, calls]).to.deep.equal(["TimeoutError", 3]);
		});
});
