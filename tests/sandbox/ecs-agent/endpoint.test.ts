/** The agent's endpoint for containers: whom it answers, and what it makes of bad requests. */
import { randomUUID } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import { type Endpoint, startEndpoint } from "../../../sandbox/ecs-agent/endpoint.ts";

const session = {
	RoleArn: "arn:aws:iam::000000000000:role/task",
	AccessKeyId: "ASIA",
	SecretAccessKey: "secret",
	Token: "token",
	Expiration: "2026-01-01T00:00:00.000Z",
};
const task = { taskArn: "arn:task", clusterArn: "arn:cluster" };

describe("The agent's endpoint", () => {
	let endpoint: Endpoint;
	before(async () => {
		// Nothing listens there: what reaches AWS fails, and is told to the task.
		endpoint = await startEndpoint({ endpoint: "http://127.0.0.1:9", region: "us-east-1" });
	});
	after(() => endpoint.stop());

	const added = (more: object = {}) => {
		const secret = randomUUID();
		endpoint.add(secret, { ...task, ...more });
		return { secret, urls: endpoint.urls(secret) };
	};
	const ask = async (url: string, init: RequestInit = {}) => {
		const response = await fetch(url, init);
		const body: unknown = await response.json();
		return { status: response.status, body };
	};
	const protect = (agent: string, body: string) => ask(`${agent}/task-protection/v1/state`, { method: "PUT", body });

	it("gives a task the credentials of its role, as SDKs read them.", async () => {
		const { urls } = added({ credentials: async () => session });
		expect(await ask(urls.credentials)).to.deep.equal({ status: 200, body: session });
	});

	it("knows no task without its secret, nor one that has ended.", async () => {
		const { secret, urls } = added({ credentials: async () => session });
		expect((await ask(endpoint.urls(randomUUID()).credentials)).status).to.equal(404);
		endpoint.remove(secret);
		expect((await ask(urls.credentials)).status).to.equal(404);
	});

	it("has no credentials for a task without a role, and no protection.", async () => {
		const { urls } = added();
		expect((await ask(urls.credentials)).status).to.equal(404);
		expect(await protect(urls.agent, '{"ProtectionEnabled": true}')).to.deep.equal({
			status: 400,
			body: { error: { Arn: "arn:task", Code: "AccessDeniedException", Message: "The task has no role." } },
		});
	});

	it("says what is wrong with a request for protection.", async () => {
		const { urls } = added({ credentials: async () => session });
		const { status, body } = await protect(urls.agent, '{"ProtectionEnabled": true, "ExpiresInMinutes": 0}');
		expect(status).to.equal(400);
		expect(body).to.have.nested.property("error.Code", "InvalidParameterException");
		expect(body).to.have.nested.property("error.Message").that.contains("ExpiresInMinutes");
	});

	it("answers any path, method and body with a refusal, and goes on.", async () => {
		const { urls } = added();
		await fc.assert(
			fc.asyncProperty(
				fc.constantFrom("PUT", "POST", "DELETE", "GET"),
				fc.webPath(),
				fc.oneof(fc.string(), fc.json(), fc.constant("x".repeat(5_000))),
				async (method, path, body) => {
					const init = { method, ...(method !== "GET" && { body }) };
					for (const url of [`${urls.agent}${path}`, `${urls.agent}/task-protection/v1/state`])
						expect((await ask(url, init)).status).to.be.oneOf([400, 404]);
				},
			),
			{ numRuns: 15 },
		);
	});
});
