import { expect } from "chai";
import { isSamePlace, placeInWords, placeOfMethod, placesNamedBy } from "../../../policies/graph/method-paths.ts";
import { concat, type ResourceSpec, type Run, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";

describe("policies/graph/method-paths", () => {
	const api = resource("aws:apigateway/restApi:RestApi", "api");
	const under = (parentId: unknown, pathPart: unknown, name: string) =>
		resource("aws:apigateway/resource:Resource", name, { restApi: ref(api, "id"), parentId, pathPart });
	const v1 = under(ref(api, "rootResourceId"), "v1", "v1");
	const score = under(ref(v1, "id"), "{id}", "score");
	const method = (resourceId: unknown, httpMethod: unknown = "post") =>
		resource("aws:apigateway/method:Method", "method", { restApi: ref(api, "id"), resourceId, httpMethod });
	const placeOf = (spec: ResourceSpec, more: ResourceSpec[] = [], run: Run = "raw") => {
		const stack = graphOf([api, v1, score, spec, ...more], run);
		const { path, verb, on } = placeOfMethod(stack, nodeOf(stack, "method"));
		return [path, verb, on?.name];
	};
	const named = (methodPath: unknown, run: Run = "raw") => {
		const settings = resource("aws:apigateway/methodSettings:MethodSettings", "settings", { methodPath });
		const stack = graphOf([api, v1, score, settings], run);
		return placesNamedBy(stack, nodeOf(stack, "settings")).map(({ path, verb, on }) => [path, verb, on?.name]);
	};

	it("knows a method's place by the resource that it stands on, up to the root, in every run", () => {
		for (const run of ["raw", "applied", "preview"] as const) {
			expect(placeOf(method(ref(score, "id")), [], run), run).to.deep.equal(["v1/{id}", "POST", "score"]);
			expect(placeOf(method(ref(v1, "id")), [], run), run).to.deep.equal(["v1", "POST", "v1"]);
			expect(placeOf(method(ref(api, "rootResourceId")), [], run), run).to.deep.equal(["", "POST", undefined]);
		}
	});

	it("knows as much of a place as the stack tells", () => {
		expect(placeOf(method("elsewhere", "GET"))).to.deep.equal([undefined, "GET", undefined]);
		expect(placeOf(method(ref(v1, "id"), UNKNOWN))).to.deep.equal(["v1", undefined, "v1"]);
		const orphan = under("elsewhere", "orphan", "orphan");
		expect(placeOf(method(ref(orphan, "id")), [orphan])).to.deep.equal([undefined, "POST", "orphan"]);
		const open = under(ref(v1, "id"), UNKNOWN, "open");
		expect(placeOf(method(ref(open, "id")), [open])).to.deep.equal([undefined, "POST", "open"]);
		const below = under(ref(open, "id"), "below", "below");
		expect(placeOf(method(ref(below, "id")), [open, below])).to.deep.equal([undefined, "POST", "below"]);
	});

	it("ends on resources that stand on each other", () => {
		const a = under({ $ref: "aws:apigateway/resource:Resource::b", attr: "id" }, "a", "a");
		const b = under(ref(a, "id"), "b", "b");
		expect(placeOf(method(ref(b, "id")), [a, b])).to.deep.equal(["a/b", "POST", "b"]);
	});

	it("reads a method path in each of its spellings", () => {
		for (const path of ["v1/{id}/GET", "/v1/{id}/GET", "//v1/{id}/get", "~1v1~1{id}/GET", "v1~1{id}/GET"])
			expect(named(path), path).to.deep.equal([["v1/{id}", "GET", undefined]]);
		for (const path of ["/GET", "GET", "~1/GET"]) expect(named(path), path).to.deep.equal([["", "GET", undefined]]);
		expect(named("*/*")).to.deep.equal([["*", "*", undefined]]);
		expect(named(UNKNOWN)).to.deep.equal([]);
		expect(named(undefined)).to.deep.equal([]);
	});

	it("takes the resources that a method path is made from for places, too", () => {
		expect(named(concat(ref(score, "path"), "/POST"))).to.deep.equal([
			["score-path", "POST", undefined],
			["v1/{id}", "POST", "score"],
		]);
		const apart = concat(ref(api, "name"), "/POST");
		expect(
			named(apart, "applied").map(([, , on]) => on),
			"an API is no resource",
		).to.deep.equal([undefined]);
	});

	it("is sure of a place by its verb and either its path or what it stands on", () => {
		const stack = graphOf([api, v1, score]);
		const [on, other] = [nodeOf(stack, "v1"), nodeOf(stack, "score")];
		const place = { path: "v1", verb: "GET", on };
		const unlike = { path: undefined, on: undefined };
		expect(isSamePlace(place, place)).to.equal(true);
		expect(isSamePlace(place, { ...place, on: other })).to.equal(true);
		expect(isSamePlace(place, { ...place, path: "v2" })).to.equal(true);
		expect(isSamePlace({ ...place, path: undefined }, { ...place, path: undefined })).to.equal(true);
		expect(isSamePlace({ ...place, on: undefined }, { ...place, on: undefined })).to.equal(true);
		expect(isSamePlace({ ...place, path: "", on: undefined }, { ...place, path: "", on: undefined })).to.equal(true);
		expect(isSamePlace(place, { ...place, verb: "POST" })).to.equal(false);
		expect(isSamePlace({ ...place, verb: undefined }, { ...place, verb: undefined })).to.equal(false);
		expect(isSamePlace(place, { ...place, path: "v2", on: other })).to.equal(false);
		expect(isSamePlace({ ...place, ...unlike }, { ...place, ...unlike })).to.equal(false);
	});

	it("says a place in words, or the method's own name", () => {
		const stack = graphOf([api, method(ref(api, "rootResourceId"))]);
		const node = nodeOf(stack, "method");
		expect(placeInWords({ path: "v1/{id}", verb: "GET", on: undefined }, node)).to.equal("GET /v1/{id}");
		expect(placeInWords({ path: "", verb: "GET", on: undefined }, node)).to.equal("GET /");
		expect(placeInWords({ path: "v1", verb: undefined, on: undefined }, node)).to.equal('Method "method"');
		expect(placeInWords({ path: undefined, verb: "GET", on: undefined }, node)).to.equal('Method "method"');
	});
});
