import { expect } from "chai";
import fc from "fast-check";
import { parseProviderSettings } from "../../../sandbox/provider/settings.ts";
import { hasUnknown, plain, plainProps, same, UNKNOWN } from "../../../sandbox/provider/values.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const secret = (value: unknown) => ({ [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", value });
const output = (value?: unknown) => ({ [SIGNATURE]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", value, secret: true });

describe("The engine's values", () => {
	it("lose their secret and output wrappers at any depth.", () => {
		expect(plain({ a: [secret({ b: secret("c") })], d: output(output(1)) })).to.deep.equal({ a: [{ b: "c" }], d: 1 });
	});

	it("are unknown where an output holds nothing.", () => {
		expect(plain({ a: output() })).to.deep.equal({ a: UNKNOWN });
		expect(hasUnknown(plain({ a: [{ b: output() }] }))).to.equal(true);
		expect(hasUnknown({ a: [1, "x", null] })).to.equal(false);
	});

	it("are properties, whatever else is sent in their place.", () => {
		for (const odd of [undefined, null, 1, "x", [1]]) expect(plainProps(odd)).to.deep.equal({});
	});

	it("are the same as themselves without wrappers, for any JSON.", () => {
		fc.assert(fc.property(fc.jsonValue(), (value) => same(plain(value), plain(secret(value)))));
	});

	it("never make the settings of a provider fail, for any JSON.", () => {
		fc.assert(
			fc.property(fc.dictionary(fc.constantFrom("region", "defaultTags", "endpoints"), fc.jsonValue()), (variables) => {
				const { defaultTags } = parseProviderSettings(plainProps(variables));
				return typeof defaultTags === "object";
			}),
		);
	});
});

describe("The settings of a provider instance", () => {
	it("are read from nested JSON text, as the engine sends them.", () => {
		expect(parseProviderSettings({ region: "eu-west-1", defaultTags: '{"tags":{"team":"a"}}' })).to.deep.equal({
			region: "eu-west-1",
			defaultTags: { team: "a" },
		});
	});

	it("have no region and no tags where none are set.", () => {
		expect(parseProviderSettings({ version: "7.48.0" })).to.deep.equal({ defaultTags: {} });
	});
});
