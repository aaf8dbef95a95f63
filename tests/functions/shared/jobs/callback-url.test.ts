/** Addresses of callbacks at the door: every way to write a private one is refused, whatever is sent. */
import { expect } from "chai";
import fc from "fast-check";
import { ApiError } from "../../../../charter/errors.ts";
import { readCallbackUrl } from "../../../../functions/shared/jobs/callback-url.ts";
import { isPublicAddress } from "../../../../functions/shared/jobs/public-address.ts";
import { anyText } from "../../../support/any-text.ts";

const refusal = (text: string): string => {
	try {
		return `taken: ${readCallbackUrl(text)}`;
	} catch (thrown) {
		if (thrown instanceof ApiError && thrown.code === "INVALID_REQUEST") return thrown.message;
		throw thrown;
	}
};

const PRIVATE_HOSTS = [
	"127.0.0.1",
	"127.1",
	"2130706433",
	"0x7f000001",
	"0177.0.0.1",
	"127.0.0.1.",
	"0.0.0.0",
	"10.1.2.3",
	"100.64.0.1",
	"169.254.169.254",
	"172.16.0.1",
	"172.31.255.255",
	"192.168.1.1",
	"198.18.0.1",
	"224.0.0.1",
	"255.255.255.255",
	"[::]",
	"[::1]",
	"[::ffff:127.0.0.1]",
	"[::ffff:8.8.8.8]",
	"[64:ff9b::7f00:1]",
	"[2002:7f00:1::]",
	"[fe80::1]",
	"[fc00::1]",
	"[fd12:3456::1]",
	"[ff02::1]",
	"[2001:db8::1]",
	"localhost",
	"LOCALHOST",
	"a.localhost",
	"localhost.",
	"printer.local",
	"metadata.google.internal",
	"intranet",
];

describe("functions/shared/jobs/callback-url", () => {
	for (const host of PRIVATE_HOSTS)
		it(`refuses https://${host}/`, () => {
			expect(refusal(`https://${host}/done`)).to.match(/ names the host ".+", which is not public\. Send an https URL/);
		});

	it("takes a public host, in its normal form", () => {
		expect(readCallbackUrl("https://Hooks.Example.com:8443/done?id=1")).to.equal(
			"https://hooks.example.com:8443/done?id=1",
		);
		expect(readCallbackUrl("https://8.8.8.8/x")).to.equal("https://8.8.8.8/x");
		expect(readCallbackUrl("https://[2606:4700::1111]/x")).to.equal("https://[2606:4700::1111]/x");
	});

	it("says what is wrong with what is no such address", () => {
		expect(refusal("http://hooks.example.com/")).to.include('starts with "http:"');
		expect(refusal("hooks.example.com")).to.include("which is no URL");
		expect(refusal("https://me:secret@hooks.example.com/")).to.include("has a user name or password in it");
		expect(refusal(`https://hooks.example.com/${"x".repeat(2_048)}`)).to.include("more than the 2048");
	});

	it("takes or refuses any text, and takes only https to what is public", () => {
		const text = fc.oneof(
			anyText,
			fc.webUrl({ validSchemes: ["http", "https"] }),
			fc.ipV4().map((ip) => `https://${ip}/`),
		);
		fc.assert(
			fc.property(text, (url) => {
				const said = refusal(url);
				if (said.startsWith("taken: ")) expect(new URL(said.slice(7)).protocol).to.equal("https:");
			}),
		);
	});

	it("calls an IPv4 address public exactly where it is in none of the special ranges", () => {
		const special = (a: number, b: number, c: number): boolean =>
			[0, 10, 127].includes(a) ||
			a >= 224 ||
			(a === 100 && b >= 64 && b < 128) ||
			(a === 169 && b === 254) ||
			(a === 172 && b >= 16 && b < 32) ||
			(a === 192 && ((b === 0 && (c === 0 || c === 2)) || b === 168)) ||
			(a === 192 &&
				((b === 31 && c === 196) || (b === 52 && c === 193) || (b === 88 && c === 99) || (b === 175 && c === 48))) ||
			(a === 198 && (b === 18 || b === 19 || (b === 51 && c === 100))) ||
			(a === 203 && b === 0 && c === 113);
		fc.assert(
			fc.property(fc.ipV4(), (address) => {
				const [a = 0, b = 0, c = 0] = address.split(".").map(Number);
				expect(isPublicAddress(address)).to.equal(!special(a, b, c));
			}),
			{ numRuns: 2_000 },
		);
	});

	it("calls no text public that is no address", () => {
		fc.assert(
			fc.property(fc.string(), (text) => {
				expect(isPublicAddress(`${text}!`)).to.equal(false);
			}),
		);
	});
});
