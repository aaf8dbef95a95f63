import { expect } from "chai";
import { originsOf } from "../../../policies/graph/origins.ts";
import { concat, ref, resource } from "../../support/policies.ts";
import { graphOf } from "../../support/policies-graph.ts";
import type { ResourceSpec, Run } from "../../support/policies-stack.ts";

describe("policies/graph/origins", () => {
	const api = resource("aws:apigateway/restApi:RestApi", "api", { id: "a1b2c3" });
	const stage = resource("aws:apigateway/stage:Stage", "prod", { restApi: ref(api, "id"), stageName: "prod" });
	const balancer = resource("aws:lb/loadBalancer:LoadBalancer", "edge");
	const atApi = { domainName: concat(ref(api, "id"), ".execute-api.us-east-1.amazonaws.com") };
	const atBalancer = { domainName: ref(balancer, "dnsName"), customOriginConfig: { originReadTimeout: 45 } };
	const found = (origins: unknown[], run: Run = "raw", more: ResourceSpec[] = [api, stage, balancer]) => {
		const cdn = resource("aws:cloudfront/distribution:Distribution", "cdn", { origins });
		return originsOf(graphOf([cdn, ...more], run)).map(({ distribution, target, readTimeoutSeconds }) => [
			distribution.name,
			target.name,
			readTimeoutSeconds.state === "known" ? readTimeoutSeconds.value : readTimeoutSeconds.state,
		]);
	};

	it("finds what each origin's host names, and how long CloudFront waits for it", () => {
		expect(found([atApi, atBalancer], "applied")).to.deep.equal([
			["cdn", "api", 30],
			["cdn", "edge", 45],
		]);
		expect(found([atBalancer], "applied")).to.deep.equal([["cdn", "edge", 45]]);
	});

	it("takes what a single origin depends on for it while its host is not known, and parts several not at all", () => {
		expect(found([atBalancer], "preview")).to.deep.equal([["cdn", "edge", 45]]);
		expect(found([atApi, atBalancer], "preview")).to.deep.equal([]);
	});

	it("takes a stage for its API, once", () => {
		const atStage = {
			domainName: concat(ref(api, "id"), ".execute-api.us-east-1.amazonaws.com"),
			originPath: concat("/", ref(stage, "stageName")),
		};
		expect(found([atStage], "preview")).to.deep.equal([["cdn", "api", 30]]);
		expect(found([{ domainName: ref(stage, "invokeUrl") }], "preview")).to.deep.equal([["cdn", "api", 30]]);
	});

	it("goes by the host where it names one resource and the origin depends on another", () => {
		const header = { customHeaders: [{ name: "from", value: ref(api, "id") }] };
		expect(found([{ ...atBalancer, ...header }], "applied")).to.deep.equal([["cdn", "edge", 45]]);
	});

	it("finds nothing behind origins elsewhere", () => {
		expect(found([{ domainName: "a.example" }, { domainName: "b.example" }], "applied")).to.deep.equal([]);
		expect(found([{ domainName: "a.example" }], "applied")).to.deep.equal([]);
	});
});
