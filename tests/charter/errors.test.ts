import { expect } from "chai";
import { ApiError, SettingsError, TriplaneError } from "../../charter/errors.ts";

describe("charter/errors", () => {
	it("names each error by its class, and makes every one a foreseen one", () => {
		for (const [error, name] of [
			[new TriplaneError("why"), "TriplaneError"],
			[new SettingsError("why"), "SettingsError"],
			[new ApiError("INTERNAL", "why"), "ApiError"],
		] as const) {
			expect(error).to.be.an.instanceOf(TriplaneError);
			expect(String(error)).to.equal(`${name}: why`);
		}
	});

	it("gives an API error the status of its code, its cause and the time of another try", () => {
		const cause = new Error("the table is gone");
		const error = new ApiError("UNAVAILABLE", "why", { cause, retryAfterSeconds: 7 });
		expect(error).to.include({ code: "UNAVAILABLE", status: 503, message: "why", retryAfterSeconds: 7, cause });
		expect(new ApiError("THROTTLED", "why")).to.include({ status: 429, retryAfterSeconds: undefined });
	});
});
