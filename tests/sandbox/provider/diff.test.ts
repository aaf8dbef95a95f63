import { expect } from "chai";
import { diff } from "../../../sandbox/provider/diff.ts";
import { installedType } from "../../../sandbox/provider/installed.ts";
import { diffResource } from "../../../sandbox/provider/lifecycle.ts";
import { FUNCTIONAL_TYPES } from "../../../sandbox/provider/types.ts";
import { type Props, UNKNOWN } from "../../../sandbox/provider/values.ts";

const compare = (olds: Props, news: Props, ignoreChanges: string[] = []) =>
	diff({ olds, news, ignoreChanges, replaceOn: ["name", "kind"], identity: ["name"] });
const ofType = (type: string, olds: Props, news: Props) =>
	diffResource({ urn: `urn:pulumi:s::p::${type}::n`, type, name: "n" }, olds, news, []);

describe("The provider's diff", () => {
	it("finds nothing between equal inputs, whatever the order of their keys and with null for absent.", () => {
		const olds = { a: { x: 1, y: [1, 2] }, b: null, __defaults: ["a"] };
		expect(compare(olds, { a: { y: [1, 2], x: 1 }, __defaults: [] }).changed).to.deep.equal([]);
	});

	it("lists what was changed, added and removed.", () => {
		expect(compare({ a: 1, b: 1 }, { a: 2, c: 1 })).to.deep.equal({
			changed: ["a", "b", "c"],
			replaces: [],
			deleteBeforeReplace: false,
		});
	});

	it("counts an unknown as a change.", () => {
		expect(compare({ a: 1 }, { a: UNKNOWN }).changed).to.deep.equal(["a"]);
	});

	it("passes over what the program ignores, nested paths by their first part.", () => {
		expect(compare({ a: { b: 1 }, c: [1] }, { a: { b: 2 }, c: [2] }, ["a.b", "c[0]"]).changed).to.deep.equal([]);
	});

	it("replaces a renamed resource after the new one is there.", () => {
		expect(compare({ name: "a" }, { name: "b" })).to.deep.include({ replaces: ["name"], deleteBeforeReplace: false });
	});

	it("deletes first where the new one would have the old one's name.", () => {
		expect(compare({ name: "a", kind: 1 }, { name: "a", kind: 2 })).to.deep.include({
			replaces: ["kind"],
			deleteBeforeReplace: true,
		});
	});

	it("replaces a table by its keys and a function by its name, and nothing by tags.", () => {
		expect(ofType("aws:dynamodb/table:Table", { hashKey: "a" }, { hashKey: "b" }).replaces).to.deep.equal(["hashKey"]);
		expect(ofType("aws:lambda/function:Function", { timeout: 1 }, { timeout: 2 }).replaces).to.deep.equal([]);
		expect(ofType("aws:lambda/function:Function", { name: "a" }, { name: "b" }).replaces).to.deep.equal(["name"]);
		expect(ofType("aws:sqs/queue:Queue", { tagsAll: {} }, { tagsAll: { a: "b" } }).replaces).to.deep.equal([]);
	});

	it("replaces a recorded resource by its name alone.", () => {
		expect(
			ofType("aws:ecs/cluster:Cluster", { name: "a", settings: 1 }, { name: "b", settings: 2 }).replaces,
		).to.deep.equal(["name"]);
	});

	it("knows every functional type, and only properties that the type has.", () => {
		for (const [token, type] of Object.entries(FUNCTIONAL_TYPES)) {
			const known = installedType(token);
			expect(known, token).to.not.equal(undefined);
			for (const property of [...type.replaceOn, ...type.identity].filter((each) => each !== "tagsAll"))
				expect(known?.inputs.has(property), `${token}.${property}`).to.equal(true);
			for (const property of type.changedByUpdate)
				expect(known?.outputs.has(property) || known?.inputs.has(property), `${token}.${property}`).to.equal(true);
		}
	});
});
