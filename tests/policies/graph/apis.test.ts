import { expect } from "chai";
import {
	apiOf,
	hasQuickStage,
	inApiOf,
	integrationTimeoutMs,
	isOfWebSocket,
	methodSettingsOf,
	perhapsLimited,
	settingsWithoutStage,
} from "../../../policies/graph/apis.ts";
import { type ResourceSpec, type Run, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";

const METHOD = "aws:apigateway/method:Method";

describe("policies/graph/apis", () => {
	const rest = resource("aws:apigateway/restApi:RestApi", "rest");
	const other = resource("aws:apigateway/restApi:RestApi", "other");
	const http = resource("aws:apigatewayv2/api:Api", "http", { protocolType: "HTTP" });
	const chat = resource("aws:apigatewayv2/api:Api", "chat", { protocolType: "WEBSOCKET" });
	const method = (restApi: unknown, name: string) => resource(METHOD, name, { restApi });
	const stage = (restApi: unknown = ref(rest, "id"), name = "stage", stageName: unknown = "prod") =>
		resource("aws:apigateway/stage:Stage", name, { restApi, stageName });
	const settings = (stageName: unknown, props: Record<string, unknown> = {}, name = "settings") =>
		resource("aws:apigateway/methodSettings:MethodSettings", name, {
			restApi: ref(rest, "id"),
			stageName,
			methodPath: "*/*",
			...props,
		});
	const names = (nodes: readonly { name: string }[]) => nodes.map(({ name }) => name);

	it("finds the API that each kind of its parts belongs to, and none of anything else", () => {
		const parts = [
			["aws:apigateway/stage:Stage", "restApi", rest],
			[METHOD, "restApi", rest],
			["aws:apigateway/integration:Integration", "restApi", rest],
			["aws:apigateway/methodSettings:MethodSettings", "restApi", rest],
			["aws:apigateway/authorizer:Authorizer", "restApi", rest],
			["aws:apigatewayv2/stage:Stage", "apiId", http],
			["aws:apigatewayv2/route:Route", "apiId", http],
			["aws:apigatewayv2/integration:Integration", "apiId", http],
			["aws:apigatewayv2/authorizer:Authorizer", "apiId", http],
		] as const;
		for (const [type, property, api] of parts)
			for (const run of ["raw", "applied", "preview"] as const) {
				const stack = graphOf([rest, http, resource(type, "part", { [property]: ref(api, "id") })], run);
				expect(apiOf(stack, nodeOf(stack, "part"))?.name, type).to.equal(api.name);
			}
		const stack = graphOf([rest, resource("aws:lambda/function:Function", "part", { restApi: ref(rest, "id") })]);
		expect(apiOf(stack, nodeOf(stack, "part"))).to.equal(undefined);
	});

	it("parts the members of APIs by their node or their name, and not by what is open", () => {
		const specs = [
			rest,
			other,
			method(ref(rest, "id"), "a"),
			method(ref(other, "id"), "b"),
			method("elsewhere", "c"),
			method(UNKNOWN, "d"),
			stage(),
			stage("elsewhere", "foreign"),
			stage(UNKNOWN, "open"),
		];
		const stack = graphOf(specs);
		expect(names(inApiOf(stack, nodeOf(stack, "stage"), METHOD))).to.deep.equal(["a", "d"]);
		expect(names(inApiOf(stack, nodeOf(stack, "foreign"), METHOD))).to.deep.equal(["c", "d"]);
		expect(names(inApiOf(stack, nodeOf(stack, "open"), METHOD))).to.deep.equal(["a", "b", "c", "d"]);
		expect(inApiOf(stack, nodeOf(stack, "stage"), "aws:sqs/queue:Queue")).to.deep.equal([]);
		const alone = graphOf([rest, stage()]);
		expect(inApiOf(alone, nodeOf(alone, "stage"), METHOD)).to.deep.equal([]);
	});

	it("knows what talks both ways", () => {
		const route = (api: ResourceSpec) => {
			const stack = graphOf([http, chat, resource("aws:apigatewayv2/route:Route", "route", { apiId: ref(api, "id") })]);
			return isOfWebSocket(stack, nodeOf(stack, "route"));
		};
		expect([route(http), route(chat)]).to.deep.equal([false, true]);
		const stack = graphOf([resource("aws:apigatewayv2/route:Route", "route", { apiId: "elsewhere" })]);
		expect(isOfWebSocket(stack, nodeOf(stack, "route"))).to.equal(false);
	});

	it("knows an API that AWS makes a stage for", () => {
		const api = (props: Record<string, unknown>) => resource("aws:apigatewayv2/api:Api", "quick", props);
		const has = (spec: ResourceSpec, ...more: ResourceSpec[]) => {
			const stack = graphOf([spec, ...more]);
			return hasQuickStage(stack, nodeOf(stack, "quick"));
		};
		const ofIts = resource("aws:apigatewayv2/stage:Stage", "live", { apiId: ref(api({}), "id") });
		expect(has(api({ target: "any" }))).to.equal(true);
		expect(has(api({ target: UNKNOWN }))).to.equal(true);
		expect(has(api({}))).to.equal(false);
		expect(has(api({ target: "any" }), ofIts)).to.equal(false);
	});

	it("knows how long an API waits: as stated, or 29 s, or 30 s for an HTTP API", () => {
		const waits = (type: string, props: Record<string, unknown>, run: Run = "raw") => {
			const stack = graphOf([rest, http, chat, resource(type, "it", props)], run);
			const fact = integrationTimeoutMs(stack, nodeOf(stack, "it"));
			return fact.state === "known" ? fact.value : fact.state;
		};
		const ofHttp = "aws:apigatewayv2/integration:Integration";
		for (const run of ["raw", "checked"] as const) {
			expect(waits("aws:apigateway/integration:Integration", { restApi: ref(rest, "id") }, run)).to.equal(29_000);
			expect(waits(ofHttp, { apiId: ref(http, "id") }, run)).to.equal(30_000);
			expect(waits(ofHttp, { apiId: ref(chat, "id") }, run)).to.equal(29_000);
			for (const api of [http, chat])
				expect(waits(ofHttp, { apiId: ref(api, "id"), timeoutMilliseconds: 5000 }, run)).to.equal(5000);
		}
		expect(waits(ofHttp, { apiId: ref(chat, "id"), timeoutMilliseconds: UNKNOWN })).to.equal("unknown");
	});

	describe("settings of methods", () => {
		const applied = (specs: readonly ResourceSpec[], run: Run = "raw", asked = "stage") => {
			const stack = graphOf([rest, other, ...specs], run);
			return names(methodSettingsOf(stack, nodeOf(stack, asked)));
		};
		const open = (specs: readonly ResourceSpec[], run: Run = "raw") => {
			const stack = graphOf([rest, other, ...specs], run);
			const fact = perhapsLimited(stack, nodeOf(stack, "stage"));
			return fact?.property;
		};

		it("apply to the stage of their API that they name or refer to", () => {
			for (const run of ["raw", "applied", "preview"] as const) {
				expect(applied([stage(), settings(ref(stage(), "stageName"))], run), run).to.deep.equal(["settings"]);
				expect(applied([stage(), settings("prod")], run), run).to.deep.equal(["settings"]);
				expect(applied([stage(), settings("dev")], run), run).to.deep.equal([]);
			}
			expect(applied([stage(), settings("prod", { restApi: ref(other, "id") })])).to.deep.equal([]);
			const dev = stage(ref(rest, "id"), "dev", "dev");
			expect(applied([stage(), dev, settings(ref(dev, "stageName"))], "preview")).to.deep.equal([]);
			expect(applied([stage(), dev, settings(ref(dev, "stageName"))], "preview", "dev")).to.deep.equal(["settings"]);
			const nameless = stage(ref(rest, "id"), "stage", UNKNOWN);
			expect(applied([nameless, settings(UNKNOWN)]), "neither name is known").to.deep.equal([]);
		});

		it("may apply once the stage or path that they name is known, and say which is not", () => {
			expect(open([stage(), settings("prod")])).to.equal(undefined);
			expect(open([stage(), settings("dev")])).to.equal(undefined);
			expect(open([stage(), settings(UNKNOWN)])).to.equal("stageName");
			expect(open([stage(), settings("prod", { methodPath: UNKNOWN })])).to.equal("methodPath");
			expect(open([stage(), settings("dev", { methodPath: UNKNOWN })])).to.equal(undefined);
			const dev = stage(ref(rest, "id"), "dev", "dev");
			expect(open([stage(), dev, settings(ref(dev, "stageName"))], "preview"), "another's").to.equal(undefined);
			const queue = resource("aws:sqs/queue:Queue", "queue");
			expect(open([stage(), queue, settings(ref(queue, "name"))], "preview")).to.equal("stageName");
			const two = [stage(), settings("dev"), settings(UNKNOWN, {}, "second")];
			expect(open(two)).to.equal("stageName");
		});

		it("stand alone where the stack has no stage for them", () => {
			const alone = (...specs: ResourceSpec[]) => names(settingsWithoutStage(graphOf([rest, ...specs])));
			expect(alone(stage(), settings("prod"))).to.deep.equal([]);
			expect(alone(stage(), settings("dev"))).to.deep.equal(["settings"]);
			expect(alone(settings("prod"))).to.deep.equal(["settings"]);
		});
	});
});
