import { expect } from "chai";
import { bucketKey, entityKey, TENANT_CONFIG_KEY, tenantKey, tokenKey } from "../../charter/tenancy.ts";

describe("charter/tenancy", () => {
	it("writes the keys of the design, which stored items keep", () => {
		expect(tenantKey("acme")).to.equal("TENANT#acme");
		expect(TENANT_CONFIG_KEY).to.equal("CONFIG");
		expect(tokenKey("ab")).to.equal("TOKEN#ab");
		expect(bucketKey("acme", "tumour-risk")).to.equal("TENANT#acme#MODEL#tumour-risk");
		expect(entityKey("tumour-risk", "patient-1")).to.equal("ENTITY#tumour-risk#patient-1");
	});
});
