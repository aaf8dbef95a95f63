import { unknownCheckingProxy } from "@pulumi/policy";
import * as proxy from "@pulumi/policy/proxy.js";
import { expect } from "chai";
import fc from "fast-check";
import { ifKnown } from "../../../policies/facts/fact.ts";
import { Props } from "../../../policies/facts/props.ts";
import { containsUnknown, isUnknown } from "../../../policies/facts/unknown.ts";
import { UNKNOWN } from "../../support/policies.ts";

const props = (raw: Record<string, unknown>) => new Props(unknownCheckingProxy(raw));
/** Any JSON, with marks for unknowns strewn in, behind the SDK's proxy or not. */
const anyProps = fc
	.tuple(
		fc.dictionary(
			fc.constantFrom("a", "b", "timeout", "tags"),
			fc.letrec((tie) => ({
				value: fc.oneof(
					{ depthSize: "small" },
					fc.constantFrom(UNKNOWN, null, "", "3", "{", '{"a":1}', 3, -1, true, undefined),
					fc.array(tie("value")),
					fc.dictionary(fc.constantFrom("a", "b", "__proto__", "length"), tie("value")),
				),
			})).value,
		),
		fc.boolean(),
	)
	.map(([raw, isBehindProxy]) => new Props(isBehindProxy ? unknownCheckingProxy(raw) : raw));

describe("policies/facts/props", () => {
	it("knows every mark that the SDK has for an unknown", () => {
		const marks = Object.entries(proxy).flatMap(([name, value]) => (/^unknown.*Value$/.test(name) ? [value] : []));
		expect(marks).to.have.length(7);
		expect(marks.every(isUnknown)).to.equal(true);
	});

	it("tells known, unknown and absent apart without waking the proxy", () => {
		const read = props({ timeout: 5, role: UNKNOWN, name: "", kms: null });
		expect(read.number("timeout")).to.deep.equal({ state: "known", value: 5 });
		expect(read.text("role")).to.deep.equal({ state: "unknown", property: "role" });
		for (const path of ["name", "kms", "nothing"]) expect(read.text(path), path).to.deep.equal({ state: "absent" });
	});

	it("names the property that is unknown by its whole path, however deep one reads", () => {
		const read = props({ environment: { variables: UNKNOWN }, list: [{ arn: UNKNOWN }] });
		expect(read.text("environment.variables.TABLE")).to.deep.equal({
			state: "unknown",
			property: "environment.variables",
		});
		const [item] = read.parts("list").state === "known" ? listOf(read) : [];
		expect(item?.text("arn")).to.deep.equal({ state: "unknown", property: "list[0].arn" });
	});

	const listOf = (read: Props): Props[] => {
		const parts = read.parts("list");
		return parts.state === "known" ? parts.value : [];
	};

	it("takes numbers and switches written as text, as some providers hand them over", () => {
		const read = props({ a: "5", b: "true", c: "false", d: "five" });
		expect(read.number("a")).to.deep.equal({ state: "known", value: 5 });
		expect(read.flag("b")).to.deep.equal({ state: "known", value: true });
		expect(read.flag("c")).to.deep.equal({ state: "known", value: false });
		expect(read.number("d")).to.deep.equal({ state: "absent" });
	});

	it("takes blank text for no number, and anything but a switch for one that is off", () => {
		const read = props({ blank: " ", list: [5], big: "Infinity", on: "yes", off: "false", text: "true" });
		for (const path of ["blank", "list", "big"]) expect(read.number(path), path).to.deep.equal({ state: "absent" });
		expect(["on", "off", "text", "none"].map((path) => read.flag(path))).to.deep.equal([
			{ state: "known", value: false },
			{ state: "known", value: false },
			{ state: "known", value: true },
			{ state: "absent" },
		]);
	});

	it("writes a number or a switch out as text, and takes anything else for none", () => {
		const read = props({ number: 5, flag: false, map: { a: 1 }, list: ["a", 7, "", UNKNOWN] });
		expect(["number", "flag", "map"].map((path) => read.text(path))).to.deep.equal([
			{ state: "known", value: "5" },
			{ state: "known", value: "false" },
			{ state: "absent" },
		]);
		expect(read.texts("list")).to.deep.equal({
			state: "known",
			value: [
				{ state: "known", value: "a" },
				{ state: "known", value: "7" },
				{ state: "absent" },
				{ state: "unknown", property: "list[3]" },
			],
		});
		expect(read.texts("number")).to.deep.equal({ state: "known", value: [{ state: "known", value: "5" }] });
	});

	it("reads a map's entries each on its own, and none of what is no map", () => {
		const read = props({ tags: { team: "risk", model: UNKNOWN, none: "" }, list: [{ a: "b" }], text: "a" });
		const tags = read.entries("tags");
		expect(tags.state === "known" && [...tags.value]).to.deep.equal([
			["team", { state: "known", value: "risk" }],
			["model", { state: "unknown", property: "tags.model" }],
			["none", { state: "absent" }],
		]);
		for (const path of ["list", "text"]) expect(read.entries(path), path).to.deep.equal({ state: "absent" });
	});

	it("takes the objects alone as parts, each by its place in its whole path", () => {
		const read = props({ block: { rules: [{ id: "a" }, "text", UNKNOWN, null, { id: UNKNOWN }] }, text: "a" });
		const block = read.part("block");
		if (block.state !== "known") throw new Error("The block is not known.");
		const rules = block.value.parts("rules");
		expect(rules.state === "known" && rules.value.map((rule) => rule.text("id"))).to.deep.equal([
			{ state: "known", value: "a" },
			{ state: "unknown", property: "block.rules[2]" },
			{ state: "unknown", property: "block.rules[4].id" },
		]);
		for (const path of ["text", "none"]) expect(read.part(path), path).to.deep.equal({ state: "absent" });
		expect(read.parts("text")).to.deep.equal({ state: "known", value: [] });
	});

	it("takes the first of a list for the part, and what is unknown as a whole for unknown in every part", () => {
		const first = props({ list: [{ rate: 5 }, { rate: 6 }] }).part("list");
		expect(first.state === "known" && first.value.number("rate")).to.deep.equal({ state: "known", value: 5 });
		expect(new Props(UNKNOWN, "item").text("anything")).to.deep.equal({ state: "unknown", property: "item" });
		expect(new Props(UNKNOWN).keys()).to.deep.equal([]);
		expect(new Props({ a: 1, b: UNKNOWN }).keys()).to.deep.equal(["a", "b"]);
	});

	it("takes a missing key that the engine withholds for unknown, at the top of a resource alone", () => {
		const owner = { isWithheld: (property: string) => property === "block" };
		const read = new Props({ other: {}, list: [{ x: 1 }] }, "", owner);
		expect(read.text("block.a")).to.deep.equal({ state: "unknown", property: "block" });
		expect(read.text("other.block")).to.deep.equal({ state: "absent" });
		expect(read.text("missing")).to.deep.equal({ state: "absent" });
		expect(ifKnown(read.part("other"))?.text("block")).to.deep.equal({ state: "absent" });
	});

	it("takes a document that is no object for malformed, and one that is absent for none", () => {
		const read = props({ list: "[1]", number: 7, map: "{}" });
		expect(["list", "number", "map", "nothing"].map((path) => read.malformed(path))).to.deep.equal([
			true,
			true,
			false,
			false,
		]);
	});

	it("enters a block that is a list of one", () => {
		expect(props({ throttle: [{ rate: 5 }] }).number("throttle.rate")).to.deep.equal({ state: "known", value: 5 });
	});

	it("reads documents as text and as objects, and says which text is none", () => {
		const read = props({ a: '{"x":1}', b: { x: 1 }, c: "{", d: UNKNOWN });
		for (const path of ["a", "b"]) {
			const document = read.document(path);
			expect(document.state === "known" && document.value.number("x")).to.deep.equal({ state: "known", value: 1 });
		}
		expect(read.malformed("c")).to.equal(true);
		expect(read.malformed("d")).to.equal(false);
		expect(read.document("d")).to.deep.equal({ state: "unknown", property: "d" });
	});

	it("leaves the engine's note of defaults out of a map's entries", () => {
		const tags = props({ tags: { team: "risk", __defaults: [] } }).entries("tags");
		expect(tags.state === "known" && [...tags.value.keys()]).to.deep.equal(["team"]);
	});

	it("finds a mark at any depth, in a cycle too", () => {
		const cyclic: Record<string, unknown> = { a: [{ b: 1 }] };
		cyclic.self = cyclic;
		expect(containsUnknown(cyclic)).to.equal(false);
		cyclic.deep = [[[{ x: UNKNOWN }]]];
		expect(containsUnknown(cyclic)).to.equal(true);
	});

	it("never throws, whatever stands there", () => {
		fc.assert(
			fc.property(
				anyProps,
				fc.constantFrom("a", "a.b", "timeout", "tags", "a.a.a", "a.length", "__proto__"),
				(read, path) => {
					read.text(path);
					read.number(path);
					read.flag(path);
					read.part(path);
					read.parts(path);
					read.texts(path);
					read.entries(path);
					read.document(path);
					read.malformed(path);
				},
			),
		);
	});
});
