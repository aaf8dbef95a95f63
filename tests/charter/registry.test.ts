import { expect } from "chai";
import fc from "fast-check";
import { aliasKey, artifactKey, contentKey, modelKey, stagingPrefix, versionKey } from "../../charter/registry.ts";

describe("charter/registry", () => {
	it("writes the keys of the design", () => {
		expect(modelKey("tumour-risk")).to.equal("MODEL#tumour-risk");
		expect(versionKey(42)).to.equal("VERSION#000042");
		expect(aliasKey("champion")).to.equal("ALIAS#champion");
		expect(contentKey("ab")).to.equal("CONTENT#ab");
		expect(artifactKey("tumour-risk", "ab")).to.equal("models/tumour-risk/ab/model.onnx");
		expect(stagingPrefix("tumour-risk", "run-1")).to.equal("staging/tumour-risk/run-1/");
	});

	it("sorts versions as their numbers do, up to a million", () => {
		const version = fc.integer({ min: 1, max: 999_999 });
		fc.assert(
			fc.property(version, version, (a, b) => {
				expect(versionKey(a) < versionKey(b)).to.equal(a < b);
			}),
		);
	});
});
