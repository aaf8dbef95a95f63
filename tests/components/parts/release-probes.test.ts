/** The requests by which new code is asked for its health, against the functions that answer them. */

import type { APIGatewayProxyEvent } from "aws-lambda";
import { expect } from "chai";
import { JOB_ROUTES, MODEL_ROUTES, modelPath, QUEUED_MODEL_ROUTES, SERVER_ROUTES } from "../../../charter/api.ts";
import { jobsProbe, modelProbe, serverProbe } from "../../../components/parts/release-probes.ts";
import { readApiRequest } from "../../../functions/shared/http/api-request.ts";

const requestOf = (probe: object) => {
	const event: APIGatewayProxyEvent = JSON.parse(JSON.stringify(probe));
	return readApiRequest(event);
};

describe("components/parts/release-probes", () => {
	const routes: [what: string, probe: object, served: string[]][] = [
		["the server", serverProbe(), SERVER_ROUTES.map(({ path }) => path)],
		["a realtime model", modelProbe("m"), MODEL_ROUTES.map(({ path }) => `${modelPath("m")}${path}`)],
		["a queued model", modelProbe("m"), QUEUED_MODEL_ROUTES.map(({ path }) => `${modelPath("m")}${path}`)],
		["jobs", jobsProbe(), JOB_ROUTES.map(({ path }) => path)],
	];
	for (const [what, probe, served] of routes)
		it(`read ${what} by a path that is served, as a tenant of their own`, () => {
			const { method, resource, tenant, headers, body } = requestOf(probe);
			expect({ method, headers: headers.size, body }).to.deep.equal({ method: "GET", headers: 0, body: undefined });
			expect(served).to.include(resource);
			expect(tenant?.tenant).to.equal("release-probe");
		});

	it("ask for a job that is nobody's, by an id that is one", () => {
		expect(requestOf(jobsProbe()).pathParameters.job).to.match(/^0{8}(-0{4}){3}-0{12}$/);
	});
});
