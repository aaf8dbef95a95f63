import { expect } from "chai";
import fc from "fast-check";
import { apiNodes, inferPath, modelPaths, serverPaths } from "../../../components/parts/api-tree.ts";

const segment = fc.stringMatching(/^[a-z]{1,4}$/);
const path = fc.array(segment, { minLength: 1, maxLength: 5 }).map((segments) => `/${segments.join("/")}`);

describe("components/parts/api-tree", () => {
	it("serves the server's paths of the Open Inference Protocol", () => {
		expect(serverPaths()).to.deep.equal(["/v2", "/v2/health/live", "/v2/health/ready"]);
	});

	it("serves a model's paths, each once", () => {
		expect(modelPaths("m")).to.deep.equal([
			"/v2/models/m",
			"/v2/models/m/ready",
			"/v2/models/m/infer",
			"/v2/models/m/versions/{version}",
			"/v2/models/m/versions/{version}/ready",
			"/v2/models/m/versions/{version}/infer",
		]);
		expect(modelPaths("m")).to.include(inferPath("m"));
	});

	it("makes a parent that no path names, once for all that share it", () => {
		expect(apiNodes(["/v2/health/live", "/v2/health/ready", "/v2"])).to.deep.equal([
			{ path: "/v2", parentPath: "", pathPart: "v2" },
			{ path: "/v2/health", parentPath: "/v2", pathPart: "health" },
			{ path: "/v2/health/live", parentPath: "/v2/health", pathPart: "live" },
			{ path: "/v2/health/ready", parentPath: "/v2/health", pathPart: "ready" },
		]);
	});

	it("names every path and parent once, parents first, whatever the paths", () => {
		fc.assert(
			fc.property(fc.array(path), (paths) => {
				const nodes = apiNodes(paths);
				const seen = new Set([""]);
				for (const node of nodes) {
					expect(seen).to.include(node.parentPath).and.not.include(node.path);
					expect(node.path).to.equal(`${node.parentPath}/${node.pathPart}`);
					seen.add(node.path);
				}
				for (const wanted of paths) expect(seen).to.include(wanted);
			}),
		);
	});
});
