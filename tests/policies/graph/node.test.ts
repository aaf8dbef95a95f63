import { expect } from "chai";
import { StackGraph } from "../../../policies/graph/stack-graph.ts";
import { resource, stackOf, UNKNOWN } from "../../support/policies.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";

const FUNCTION = "aws:lambda/function:Function";
const absent = { state: "absent" };
const known = (value: unknown) => ({ state: "known", value });
const unknown = (property: string) => ({ state: "unknown", property });

describe("policies/graph/node", () => {
	const node = (props: Record<string, unknown>, type = FUNCTION) =>
		nodeOf(graphOf([resource(type, "it", props)]), "it");

	it("tells what a program stated from a default that the provider filled in", () => {
		expect(node({ timeout: 3 }).stated("timeout")).to.deep.equal(absent);
		expect(node({ timeout: "3" }).stated("timeout")).to.deep.equal(absent);
		expect(node({ timeout: 4 }).stated("timeout")).to.deep.equal(known(4));
		expect(node({ timeout: 3 }).statedNumber("timeout")).to.deep.equal(absent);
		expect(node({ timeout: 4 }).statedNumber("timeout")).to.deep.equal(known(4));
	});

	it("takes nothing for a default of what has none, and nothing not known yet for one", () => {
		for (const path of ["timeout", "runtime"]) {
			expect(node({ [path]: UNKNOWN }).stated(path)).to.deep.equal(unknown(path));
			expect(node({ [path]: UNKNOWN }).statedNumber(path)).to.deep.equal(unknown(path));
		}
		expect(node({ handler: "undefined" }).stated("handler")).to.deep.equal(known("undefined"));
	});

	it("gives the default in force where nothing is stated, if there is one of that kind", () => {
		expect(node({}).effectiveNumber("timeout")).to.deep.equal(known(3));
		expect(node({ timeout: 4 }).effectiveNumber("timeout")).to.deep.equal(known(4));
		expect(node({ timeout: UNKNOWN }).effectiveNumber("timeout")).to.deep.equal(unknown("timeout"));
		expect(node({}).effectiveText("packageType")).to.deep.equal(known("Zip"));
		expect(node({ packageType: "Image" }).effectiveText("packageType")).to.deep.equal(known("Image"));
		for (const path of ["runtime", "toString"]) {
			expect(node({}).effectiveNumber(path)).to.deep.equal(absent);
			expect(node({}).effectiveText(path)).to.deep.equal(absent);
		}
		expect(node({}).effectiveNumber("packageType")).to.deep.equal(absent);
		expect(node({}).effectiveText("timeout")).to.deep.equal(absent);
	});

	it("gives the switch in force: what is stated, the default, or off", () => {
		const mapping = "aws:lambda/eventSourceMapping:EventSourceMapping";
		expect(node({}, mapping).effectiveFlag("enabled")).to.deep.equal(known(true));
		expect(node({ enabled: false }, mapping).effectiveFlag("enabled")).to.deep.equal(known(false));
		expect(node({}).effectiveFlag("publish")).to.deep.equal(known(false));
		expect(node({}).effectiveFlag("skipDestroy")).to.deep.equal(known(false));
		expect(node({ publish: UNKNOWN }).effectiveFlag("publish")).to.deep.equal(unknown("publish"));
	});

	it("goes by one type for all names that the provider has for it, and is called by the program's", () => {
		for (const [declared, type, label] of [
			["aws:alb/listener:Listener", "aws:lb/listener:Listener", 'Listener "it"'],
			["aws:elasticloadbalancing/loadBalancer:LoadBalancer", "aws:elb/loadBalancer:LoadBalancer", 'LoadBalancer "it"'],
			["aws:s3/bucketV2:BucketV2", "aws:s3/bucket:Bucket", 'BucketV2 "it"'],
			["aws:s3/bucket:Bucket", "aws:s3/bucket:Bucket", 'Bucket "it"'],
			["constructor", "constructor", 'constructor "it"'],
		] as const) {
			const it = node({}, declared);
			expect([it.type, it.declaredType, it.label]).to.deep.equal([type, declared, label]);
		}
	});

	it("knows its parent, from the state of the stack as from the engine", () => {
		const [input] = stackOf([resource(FUNCTION, "it")], "raw");
		if (!input) throw new Error("The test's stack is empty.");
		const parentOf = (change: object) => new StackGraph([{ ...input, ...change }]).nodes[0]?.parentUrn;
		expect(parentOf({ parent: { urn: "urn:a" } })).to.equal("urn:a");
		expect(parentOf({ opts: { parent: "urn:b" } })).to.equal("urn:b");
		expect(parentOf({ parent: { urn: "urn:a" }, opts: { parent: "urn:b" } })).to.equal("urn:a");
		expect(parentOf({})).to.equal(undefined);
	});
});
