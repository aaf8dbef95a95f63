import { expect } from "chai";
import { onlyServed } from "../../../cli/story/only.ts";

const config = (change: object = {}) => ({
	"triplane:models": [
		{ name: "tumour-risk", serve: "realtime", slo: { p95Ms: 1 } },
		{ name: "digit-reader", serve: "queued" },
	],
	"triplane:tenants": [{ name: "acme" }, { name: "initech", models: ["digit-reader", "tumour-risk", "unheard-of"] }],
	"triplane:environment": "dev",
	...change,
});

describe("cli/story/only", () => {
	it("leaves out the other models, and takes them from the tenants that name them", () => {
		expect(onlyServed(config(), "realtime")).to.deep.equal({
			"triplane:models": [{ name: "tumour-risk", serve: "realtime", slo: { p95Ms: 1 } }],
			"triplane:tenants": [{ name: "acme" }, { name: "initech", models: ["tumour-risk", "unheard-of"] }],
			"triplane:environment": "dev",
		});
	});

	it("leaves what is out of shape to the settings' own schema", () => {
		const off = config({ "triplane:models": "tumour-risk" });
		expect(onlyServed(off, "realtime")).to.deep.equal(off);
	});
});
