/** The code that docs/jobs.md gives to receivers of callbacks, as it stands there, against what is really signed. */
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { callbackKeyOf, issueToken, tokenHash } from "../../../charter/tokens.ts";
import { signatureHeaders } from "../../../functions/callback/signature.ts";

type IsGenuine = (token: string, headers: Readonly<Record<string, string>>, body: string) => boolean;

describe("docs/jobs.md", () => {
	const page = readFileSync(new URL("../../../docs/jobs.md", import.meta.url), "utf8");
	const [, code = ""] = /```js\n([\s\S]+?)```/.exec(page) ?? [];
	const token = issueToken("acme");
	const body = '{"state":"SUCCEEDED","é":1}';
	const signed = (nowMs = Date.now()) =>
		signatureHeaders({ id: "job_1", nowMs, body }, callbackKeyOf(tokenHash(token)));
	let isGenuine: IsGenuine;

	before(async () => {
		({ isGenuine } = await import(`data:text/javascript,${encodeURIComponent(code)}`));
	});

	it("has ten to fifteen lines that tell a genuine callback", () => {
		expect(code.trim().split("\n").length).to.be.within(10, 15);
		expect(isGenuine(token, signed(), body)).to.equal(true);
	});

	it("takes one of several signatures, as a receiver must while keys change", () => {
		const headers = signed();
		const several = { ...headers, "webhook-signature": `v1,AAAA ${headers["webhook-signature"]}` };
		expect(isGenuine(token, several, body)).to.equal(true);
	});

	it("refuses another body, another token, another id and an old one", () => {
		expect(isGenuine(token, signed(), `${body} `)).to.equal(false);
		expect(isGenuine(issueToken("acme"), signed(), body)).to.equal(false);
		expect(isGenuine(token, { ...signed(), "webhook-id": "job_2" }, body)).to.equal(false);
		expect(isGenuine(token, signed(Date.now() - 301_000), body)).to.equal(false);
		expect(isGenuine(token, { ...signed(), "webhook-timestamp": "soon" }, body)).to.equal(false);
	});
});
