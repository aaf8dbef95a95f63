import { expect } from "chai";
import fc from "fast-check";
import { callbackKeyOf, issueToken, tenantOfToken, tokenHash } from "../../charter/tokens.ts";

describe("charter/tokens", () => {
	it("names the tenant of every token that it issues", () => {
		fc.assert(
			fc.property(fc.stringMatching(/^[a-z][a-z0-9]{0,10}(-[a-z0-9]{1,5})?$/), (tenant) => {
				expect(tenantOfToken(issueToken(tenant))).to.equal(tenant);
			}),
		);
	});

	it("never issues a token twice", () => {
		expect(issueToken("acme")).to.not.equal(issueToken("acme"));
	});

	it("knows a token in which any one character was exchanged as none", () => {
		const token = issueToken("acme");
		fc.assert(
			fc.property(fc.nat(token.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, character) => {
				fc.pre(token[at] !== character);
				expect(tenantOfToken(token.slice(0, at) + character + token.slice(at + 1))).to.equal(undefined);
			}),
		);
	});

	it("knows a token that was given another tenant's name as none", () => {
		expect(tenantOfToken(issueToken("acme").replace("acme", "globex"))).to.equal(undefined);
	});

	it("knows any other text as none", () => {
		fc.assert(
			fc.property(fc.string(), (text) => {
				expect(tenantOfToken(text)).to.equal(undefined);
			}),
		);
	});

	it("has a key for the callbacks of a token's requests", () => {
		expect(callbackKeyOf(tokenHash("tp"))).to.equal("xpPv9bgMqTanVPQFGR1hLQQ96/01v9B0HqXJGWmmTLo=");
	});

	it("hashes a token to SHA-256 in hex", () => {
		expect(tokenHash("tp")).to.equal("3abd807250d1b53741c345896f2d79faf6e7dcdb75860e98a2f84e38e874c236");
	});
});
