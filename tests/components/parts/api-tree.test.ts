import { expect } from "chai";
import fc from "fast-check";
import {
	apiNodes,
	inferPath,
	jobRoutes,
	modelRoutes,
	queuedModelRoutes,
	serverRoutes,
} from "../../../components/parts/api-tree.ts";

const segment = fc.stringMatching(/^[a-z]{1,4}$/);
const path = fc.array(segment, { minLength: 1, maxLength: 5 }).map((segments) => `/${segments.join("/")}`);

describe("components/parts/api-tree", () => {
	it("serves the server's routes of the Open Inference Protocol", () => {
		expect(serverRoutes()).to.deep.equal([
			{ path: "/v2", method: "GET" },
			{ path: "/v2/health/live", method: "GET" },
			{ path: "/v2/health/ready", method: "GET" },
		]);
	});

	it("serves a model's routes", () => {
		expect(modelRoutes("m")).to.deep.equal([
			{ path: "/v2/models/m", method: "GET" },
			{ path: "/v2/models/m/ready", method: "GET" },
			{ path: "/v2/models/m/infer", method: "POST" },
			{ path: "/v2/models/m/versions/{version}", method: "GET" },
			{ path: "/v2/models/m/versions/{version}/ready", method: "GET" },
			{ path: "/v2/models/m/versions/{version}/infer", method: "POST" },
			{ path: "/v2/models/m/feedback", method: "POST" },
		]);
		expect(modelRoutes("m").map(({ path }) => path)).to.include(inferPath("m"));
	});

	it("serves a queued model's routes, and its jobs' below the version of the API", () => {
		expect(queuedModelRoutes("m")).to.deep.equal([
			{ path: "/v2/models/m", method: "GET" },
			{ path: "/v2/models/m/ready", method: "GET" },
			{ path: "/v2/models/m/infer", method: "POST" },
			{ path: "/v2/models/m/uploads", method: "POST" },
			{ path: "/v2/models/m/feedback", method: "POST" },
		]);
		expect(queuedModelRoutes("m").map(({ path }) => path)).to.include(inferPath("m"));
		expect(jobRoutes()).to.deep.equal([
			{ path: "/v2/jobs/{job}", method: "GET" },
			{ path: "/v2/jobs/{job}", method: "DELETE" },
		]);
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
