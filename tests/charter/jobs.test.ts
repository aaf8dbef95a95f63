import { expect } from "chai";
import {
	idempotencyKey,
	inFlightKey,
	jobKey,
	openKey,
	requestObjectKey,
	responseObjectKey,
	uploadObjectKey,
} from "../../charter/jobs.ts";

describe("charter/jobs", () => {
	it("has a row for each kind of record, by what parts them", () => {
		expect(jobKey("j1")).to.equal("JOB#j1");
		expect(idempotencyKey("acme", "digit-reader", "ab12")).to.equal("IDEMPOTENCY#acme#digit-reader#ab12");
		expect(inFlightKey("acme", "digit-reader")).to.equal("INFLIGHT#acme#digit-reader");
		expect(openKey("digit-reader")).to.equal("MODEL#digit-reader");
	});

	it("has an object for each payload, results by attempt", () => {
		expect(requestObjectKey("acme", "j1")).to.equal("jobs/acme/j1/request.json");
		expect(responseObjectKey("acme", "j1", 2)).to.equal("jobs/acme/j1/response-2.json");
		expect(uploadObjectKey("acme", "digit-reader", "u1")).to.equal("uploads/acme/digit-reader/u1");
	});
});
