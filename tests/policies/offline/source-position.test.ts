import { expect } from "chai";
import fc from "fast-check";
import { sourcePositionIn } from "../../../policies/offline/source-position.ts";

describe("policies/offline/source-position", () => {
	it("reads file, line and column, and does without a column", () => {
		expect(sourcePositionIn("project:///index.ts#12,3")).to.deep.equal({ file: "index.ts", line: 12, column: 3 });
		expect(sourcePositionIn("project:///src/a%20b/api.ts#7")).to.deep.equal({ file: "src/a b/api.ts", line: 7 });
		expect(sourcePositionIn("project:///index.ts#12,0")).to.deep.equal({ file: "index.ts", line: 12 });
		expect(sourcePositionIn("project:///index.ts#1,1")).to.deep.equal({ file: "index.ts", line: 1, column: 1 });
	});

	it("takes a dot in a name for no way out of the project", () => {
		expect(sourcePositionIn("project:///..src/node_modules.ts#1,1")?.file).to.equal("..src/node_modules.ts");
	});

	it("has no place for what a package or a file outside of the project declares", () => {
		for (const elsewhere of [
			"project:///../shared/api.ts#4,1",
			"project:///src/../../api.ts#4,1",
			"project:///src/..#4,1",
			"project:///node_modules/@pulumi/awsx/bin/ec2/vpc.js#4,1",
			"project:///packages/a/node_modules/b/index.js#4,1",
			"project:////etc/index.ts#4,1",
			"project:///%2e%2e/api.ts#4,1",
			"project:///file:/srv/shop/index.ts%3Frun=1#17,15",
			"project:///index.ts%3Frun=1#17,15",
			"project:///src%5Cindex.ts#17,15",
			"urn:pulumi-component#4,1",
		])
			expect(sourcePositionIn(elsewhere), elsewhere).to.equal(undefined);
	});

	it("has no place where the text is none, or is cut off", () => {
		for (const broken of [undefined, null, "", "index.ts#1", "project:///index.ts", "project:///index.ts#0,1"])
			expect(sourcePositionIn(broken), String(broken)).to.equal(undefined);
		for (const broken of ["project:///#1", "project:///a.ts#one", "project:///a.ts#1,2,3", "project:///%E0.ts#1"])
			expect(sourcePositionIn(broken), broken).to.equal(undefined);
	});

	it("never throws, and never leaves the project", () => {
		const path = fc.array(fc.constantFrom("a", "..", "%2e", "node_modules", "/", ":", "%", "\\"), { maxLength: 8 });
		fc.assert(
			fc.property(path, fc.nat(), fc.string(), (parts, line, rest) => {
				const place = sourcePositionIn(`project:///${parts.join("")}#${line}${rest}`);
				const segments = place?.file.split("/") ?? [];
				expect(segments).to.not.include.members([".."]);
				expect(place?.line ?? 1).to.be.at.least(1);
			}),
		);
	});
});
