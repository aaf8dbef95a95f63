import { expect } from "chai";
import { type Limits, limitsIn, restLimitsOf, routeLimitsOf } from "../../../policies/graph/stage-limits.ts";
import { type ResourceSpec, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";

const NONE = "has no throttle of its own: rate and burst are the account's";
const both = { throttlingRateLimit: 100, throttlingBurstLimit: 20 };
const inWords = (limits: Limits) =>
	typeof limits === "string" ? limits : "missing" in limits ? limits.missing : `unknown ${limits.property}`;

describe("policies/graph/stage-limits", () => {
	describe("of a REST stage", () => {
		const api = resource("aws:apigateway/restApi:RestApi", "api");
		const stage = resource("aws:apigateway/stage:Stage", "stage", { restApi: ref(api, "id"), stageName: "prod" });
		const settings = (methodPath: unknown, limits: unknown, name = "settings") =>
			resource("aws:apigateway/methodSettings:MethodSettings", name, {
				restApi: ref(api, "id"),
				stageName: "prod",
				methodPath,
				settings: limits,
			});
		const at = (pathPart: string) =>
			resource("aws:apigateway/resource:Resource", pathPart, {
				restApi: ref(api, "id"),
				parentId: ref(api, "rootResourceId"),
				pathPart,
			});
		const method = (httpMethod: unknown, on: ResourceSpec | undefined, name: string) =>
			resource("aws:apigateway/method:Method", name, {
				restApi: ref(api, "id"),
				resourceId: on ? ref(on, "id") : "elsewhere",
				httpMethod,
			});
		const score = at("score");
		const get = method("GET", score, "get");
		const post = method("POST", score, "post");
		const limits = (...specs: ResourceSpec[]) => {
			const stack = graphOf([api, stage, score, ...specs]);
			return inWords(restLimitsOf(stack, nodeOf(stack, "stage")));
		};

		it("are set by settings for all its methods, both halves of them", () => {
			expect(limits(settings("*/*", both))).to.equal("set");
			expect(limits(settings("*/*", both), get)).to.equal("set");
			expect(limits(settings("*/*", { throttlingRateLimit: 100 }))).to.equal(
				"has no throttlingBurstLimit in its throttle: that half is the account's",
			);
			expect(limits(settings("*/*", { throttlingBurstLimit: 20 }))).to.equal(
				"has no throttlingRateLimit in its throttle: that half is the account's",
			);
			expect(limits(settings("*/*", { ...both, throttlingRateLimit: -1 }))).to.contain("has no throttlingRateLimit");
			expect(limits(settings("*/*", { ...both, throttlingRateLimit: 0 }))).to.equal("set");
			expect(limits(settings("*/*", {}))).to.equal(NONE);
			expect(limits()).to.equal(NONE);
			expect(limits(get)).to.equal(NONE);
		});

		it("are not told while a half is not known, and no other is missing", () => {
			expect(limits(settings("*/*", { ...both, throttlingRateLimit: UNKNOWN }))).to.equal(
				"unknown settings.throttlingRateLimit",
			);
			expect(limits(settings("*/*", { throttlingRateLimit: UNKNOWN }))).to.contain("has no throttlingBurstLimit");
			expect(limits(settings("*/*", UNKNOWN))).to.equal("unknown settings");
			const stack = graphOf([settings("a/GET", both)]);
			expect(limitsIn(nodeOf(stack, "settings"))).to.equal("set");
		});

		it("are taken back for a method by settings of its own that leave them out", () => {
			const all = settings("*/*", both, "all");
			expect(limits(all, get, settings("score/GET", both))).to.equal("set");
			expect(limits(all, get, settings("score/GET", {}))).to.equal(
				'limits its methods, but MethodSettings "settings" sets GET /score back to the account\'s rate and burst',
			);
			expect(limits(all, get, settings("other/GET", {})), "a method that is not there").to.equal("set");
			expect(limits(all, get, settings("score/GET", { ...both, throttlingRateLimit: UNKNOWN }))).to.equal(
				"unknown settings.throttlingRateLimit",
			);
			expect(limits(all, get, settings(UNKNOWN, {}))).to.equal("unknown methodPath");
			expect(limits(all, get, settings(UNKNOWN, both))).to.equal("set");
			expect(limits(all, get, settings("score/POST", both, "first"), settings("score/GET", {}))).to.contain(
				"GET /score",
			);
		});

		it("are set where each of its methods has its own", () => {
			expect(limits(get, settings("score/GET", both))).to.equal("set");
			expect(limits(get, post, settings("score/GET", both), settings("score/POST", both, "second"))).to.equal("set");
			expect(limits(settings("score/GET", both)), "without a method in the stack").to.equal(NONE);
			expect(limits(get, post, settings("score/GET", both), settings("score/POST", {}, "second"))).to.equal(
				"limits some of its methods only: POST /score have the account's rate and burst",
			);
			expect(limits(get, settings("score/GET", {}))).to.equal(NONE);
		});

		it("name up to three of the methods that have none", () => {
			const more = (...names: string[]) => names.map((name) => method("GET", at(name), `get-${name}`));
			const stages = (...names: string[]) =>
				limits(get, settings("score/GET", both), ...names.map(at), ...more(...names));
			expect(stages("a", "b", "c")).to.equal(
				"limits some of its methods only: GET /a, GET /b, GET /c have the account's rate and burst",
			);
			expect(stages("a", "b", "c", "d", "e")).to.equal(
				"limits some of its methods only: GET /a, GET /b, GET /c and 2 more have the account's rate and burst",
			);
		});

		it("may be set for a method whose path or verb is open, by settings that no other method takes", () => {
			const vague = method("GET", undefined, "vague");
			expect(limits(vague, settings("score/GET", both))).to.equal("set");
			expect(limits(vague, settings("score/POST", both))).to.equal(NONE);
			expect(limits(vague, get, settings("score/GET", both)), "taken by another").to.equal(
				'limits some of its methods only: Method "vague" have the account\'s rate and burst',
			);
			const second = method("GET", undefined, "second");
			expect(limits(vague, second, settings("score/GET", both)), "one for two").to.equal(
				'limits some of its methods only: Method "second" have the account\'s rate and burst',
			);
			expect(limits(method(UNKNOWN, score, "open"), settings("score/POST", both))).to.equal("set");
			expect(limits(method(UNKNOWN, undefined, "open"), settings("score/POST", both))).to.equal("set");
			expect(limits(vague, settings("score/GET", {}))).to.equal(NONE);
			expect(limits(post, settings("score/GET", both)), "a known place is no other").to.equal(NONE);
			expect(limits(vague, settings("score/GET", both), settings("score/POST", both, "s2"), post)).to.equal("set");
		});

		it("are not told where settings of a method are open, or may be anyone's", () => {
			expect(limits(get, settings("score/GET", { ...both, throttlingRateLimit: UNKNOWN }))).to.equal(
				"unknown settings.throttlingRateLimit",
			);
			expect(limits(get, settings(UNKNOWN, both))).to.equal("unknown methodPath");
			const elsewhere = settings("score/GET", both);
			expect(limits(get, { ...elsewhere, props: { ...elsewhere.props, stageName: UNKNOWN } })).to.equal(
				"unknown stageName",
			);
			const open = settings("score/POST", { ...both, throttlingRateLimit: UNKNOWN }, "second");
			expect(limits(get, settings("score/GET", both), open), "each method is limited").to.equal("set");
		});
	});

	describe("of an HTTP or WebSocket stage", () => {
		const api = resource("aws:apigatewayv2/api:Api", "api");
		const route = (routeKey: unknown, name = String(routeKey)) =>
			resource("aws:apigatewayv2/route:Route", name, { apiId: ref(api, "id"), routeKey });
		const limits = (props: Record<string, unknown>, ...specs: ResourceSpec[]) => {
			const stage = resource("aws:apigatewayv2/stage:Stage", "stage", { apiId: ref(api, "id"), ...props });
			const stack = graphOf([api, stage, ...specs]);
			return inWords(routeLimitsOf(stack, nodeOf(stack, "stage")));
		};
		const own = (routeKey: unknown, more: Record<string, unknown> = both) => ({ routeKey, ...more });
		const some = (bare: string) => `limits some of its methods only: ${bare} have the account's rate and burst`;

		it("are set by default for all its routes, both halves of them", () => {
			expect(limits({ defaultRouteSettings: both })).to.equal("set");
			expect(limits({ defaultRouteSettings: both }, route("GET /a"))).to.equal("set");
			expect(limits({ defaultRouteSettings: { throttlingRateLimit: 1 } })).to.contain("has no throttlingBurstLimit");
			expect(limits({ defaultRouteSettings: UNKNOWN })).to.equal("unknown defaultRouteSettings");
			expect(limits({ defaultRouteSettings: UNKNOWN, routeSettings: [own("GET /a")] }, route("GET /a"))).to.equal(
				"unknown defaultRouteSettings",
			);
			expect(limits({})).to.equal(NONE);
		});

		it("are set where each route has its own", () => {
			const two = [route("GET /a"), route("GET /b")];
			expect(limits({ routeSettings: [own("GET /a"), own("GET /b")] }, ...two)).to.equal("set");
			expect(limits({ routeSettings: [own("GET /a")] }, ...two)).to.equal(some("GET /b"));
			expect(limits({ routeSettings: [own("GET /c")] }, ...two)).to.equal(NONE);
			expect(limits({ routeSettings: [own("GET /a"), own("GET /b", { throttlingRateLimit: 1 })] }, ...two)).to.equal(
				some("GET /b"),
			);
			expect(limits({ routeSettings: [own("GET /a")] }), "without a route in the stack").to.equal(NONE);
			expect(limits({ routeSettings: [own("GET /a", {})] }, route("GET /a"))).to.equal(NONE);
		});

		it("may be set for a route that is open on one side, by settings that no other takes", () => {
			expect(limits({ routeSettings: [own("GET /a")] }, route(UNKNOWN, "open"))).to.equal("set");
			expect(limits({ routeSettings: [own(UNKNOWN)] }, route("GET /a"))).to.equal("set");
			expect(limits({ routeSettings: [own(UNKNOWN, {})] }, route("GET /a"))).to.equal(NONE);
			expect(limits({ routeSettings: [own(UNKNOWN)] }, route("GET /a"), route("GET /b"))).to.equal(some("GET /b"));
			expect(limits({ routeSettings: [own("GET /a")] }, route("GET /a"), route(UNKNOWN, "open"))).to.equal(
				some('Route "open"'),
			);
			expect(limits({ routeSettings: [own("GET /c"), own(UNKNOWN)] }, route("GET /a"), route("GET /b"))).to.equal(
				some("GET /b"),
			);
			expect(
				limits({ routeSettings: [own("GET /c"), own("GET /d")] }, route(UNKNOWN, "open"), route("GET /b")),
			).to.equal(some("GET /b"));
		});

		it("are not told where they, or those of a bare route, are open", () => {
			const open = own("GET /a", { ...both, throttlingRateLimit: UNKNOWN });
			expect(limits({ routeSettings: UNKNOWN }, route("GET /a"))).to.equal("unknown routeSettings");
			expect(limits({ routeSettings: [open] }, route("GET /a"))).to.equal(
				"unknown routeSettings[0].throttlingRateLimit",
			);
			expect(limits({ routeSettings: [own("GET /b"), open] }, route("GET /b"))).to.equal("set");
		});
	});
});
