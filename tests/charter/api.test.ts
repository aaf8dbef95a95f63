import { expect } from "chai";
import { JOB_ROUTES, jobPath, MODEL_ROUTES, modelPath, QUEUED_MODEL_ROUTES, SERVER_ROUTES } from "../../charter/api.ts";

describe("charter/api", () => {
	it("has a path for each model and job", () => {
		expect(modelPath("digit-reader")).to.equal("/v2/models/digit-reader");
		expect(jobPath("j1")).to.equal("/v2/jobs/j1");
		for (const { path } of JOB_ROUTES) expect(path).to.equal(jobPath("{job}"));
	});

	it("has each route once", () => {
		for (const routes of [SERVER_ROUTES, MODEL_ROUTES, QUEUED_MODEL_ROUTES, JOB_ROUTES]) {
			const all = routes.map(({ method, path }) => `${method} ${path}`);
			expect(new Set(all).size).to.equal(all.length);
		}
	});
});
