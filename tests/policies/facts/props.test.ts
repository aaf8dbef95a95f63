import { unknownCheckingProxy } from "@pulumi/policy";
import * as proxy from "@pulumi/policy/proxy.js";
import { expect } from "chai";
import fc from "fast-check";
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
