/**
 * Tests of reading a stack's file: values as they stand, and faults by their line.
 */
import { expect } from "chai";
import fc from "fast-check";
import { stringify } from "yaml";
import { SettingsError } from "../../../charter/errors.ts";
import { parseStackConfig, readStackConfig } from "../../../sandbox/engine/config.ts";

const fault = (text: string): string => {
	try {
		parseStackConfig(text, "Pulumi.dev.yaml");
	} catch (error) {
		if (error instanceof SettingsError) return error.message;
		throw error;
	}
	throw new Error("It was accepted.");
};

describe("sandbox/engine/config", () => {
	it("gives every setting by its full key, with structured values as they are", () => {
		const text = `
encryptionsalt: v1:abc
config:
  aws:region: eu-west-1
  triplane:models:
    - name: tumour-risk
      slo: { p95Ms: 150, errorRate: 0.005 }
  triplane:count: 3
  triplane:nothing:
`;
		expect(parseStackConfig(text, "Pulumi.dev.yaml")).to.deep.equal({
			"aws:region": "eu-west-1",
			"triplane:models": [{ name: "tumour-risk", slo: { p95Ms: 150, errorRate: 0.005 } }],
			"triplane:count": 3,
			"triplane:nothing": null,
		});
	});

	it("names the line of broken YAML", () => {
		expect(fault("config:\n  triplane:a: 1\n  triplane:b: [1, 2\n")).to.match(
			/^Pulumi\.dev\.yaml, line 4: .+\. Correct the YAML there\.$/,
		);
	});

	it("names the line of a key that stands twice", () => {
		expect(fault("config:\n  triplane:a: 1\n  triplane:a: 2\n")).to.equal(
			"Pulumi.dev.yaml, line 3: Map keys must be unique. Correct the YAML there.",
		);
	});

	it("refuses a key without a namespace", () => {
		expect(fault("config:\n  environment: dev\n")).to.equal(
			'Pulumi.dev.yaml, line 2: a setting\'s key is "namespace:name", as in "triplane:models", not "environment".',
		);
	});

	it("refuses a file without settings", () => {
		for (const text of ["", "config:\n", "- a\n", "config: 3\n", "just text"])
			expect(fault(text)).to.match(/^Pulumi\.dev\.yaml has no map "config"\./);
	});

	it("refuses an encrypted value at any depth, and does not show it", () => {
		const message = fault("config:\n  triplane:tenants:\n    - name: a\n      key: { secure: AAABAcipher }\n");
		expect(message).to.match(/^Pulumi\.dev\.yaml, line 2: "triplane:tenants" is encrypted for its stack/);
		expect(message).to.not.contain("cipher");
	});

	it("refuses an alias that stands for nothing", () => {
		expect(fault("config:\n  triplane:a: *nowhere\n")).to.match(/^Pulumi\.dev\.yaml, line 2: .*nowhere/);
	});

	it("says which file cannot be read", async () => {
		const error = await readStackConfig("/nowhere/Pulumi.x.yaml").catch((reason: unknown) => reason);
		expect(error).to.be.instanceOf(SettingsError);
		expect(String(error)).to.contain("The settings /nowhere/Pulumi.x.yaml cannot be read.");
	});

	it("reads back whatever YAML was written of settings", () => {
		const value = fc.jsonValue().filter((json) => !JSON.stringify(json).includes("secure"));
		const key = fc.stringMatching(/^[a-z]{1,8}$/).map((name) => `triplane:${name}`);
		fc.assert(
			fc.property(fc.dictionary(key, value), (config) => {
				const read = parseStackConfig(stringify({ config }), "x");
				expect(JSON.parse(JSON.stringify(read))).to.deep.equal(JSON.parse(JSON.stringify(config)));
			}),
		);
	});

	it("answers any text at all with settings or a SettingsError", () => {
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string(),
					fc.string().map((text) => `config:\n  a:b: ${text}`),
				),
				(text) => {
					try {
						expect(parseStackConfig(text, "x")).to.be.an("object");
					} catch (error) {
						expect(error).to.be.instanceOf(SettingsError);
					}
				},
			),
		);
	});
});
