import { expect } from "chai";
import { keysOf, perhapsCovered, usagePlansOf } from "../../../policies/graph/usage-plans.ts";
import { concat, type ResourceSpec, type Run, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";

const RUNS = ["raw", "applied", "preview"] as const;

describe("policies/graph/usage-plans", () => {
	const api = resource("aws:apigateway/restApi:RestApi", "api", { id: "a1b2c3" });
	const other = resource("aws:apigateway/restApi:RestApi", "other", { id: "d4e5f6" });
	const stage = (
		restApi: unknown = ref(api, "id"),
		props: Record<string, unknown> = { stageName: "prod" },
		name = "stage",
	) => resource("aws:apigateway/stage:Stage", name, { restApi, ...props });
	const plan = (apiStages: unknown, name = "plan") =>
		resource("aws:apigateway/usagePlan:UsagePlan", name, { apiStages });
	const on = (apiId: unknown, stageName: unknown) => ({ apiId, stage: stageName });
	const plansOf = (specs: readonly ResourceSpec[], run: Run = "raw", asked = "stage") => {
		const stack = graphOf(specs, run);
		return usagePlansOf(stack, nodeOf(stack, asked)).map(({ name }) => name);
	};
	const covers = (apiStages: unknown, of: ResourceSpec = stage(), run: Run = "raw", more: ResourceSpec[] = []) =>
		plansOf([api, other, of, plan(apiStages), ...more], run).length > 0;

	describe("of a stage whose API is in the stack", () => {
		it("are those that refer to both, or name both, in every run", () => {
			for (const run of RUNS) {
				expect(covers([on(ref(api, "id"), ref(stage(), "stageName"))], stage(), run), run).to.equal(true);
				expect(covers([on(ref(api, "id"), "prod")], stage(), run), run).to.equal(true);
				expect(covers([on(ref(other, "id"), "prod")], stage(), run), run).to.equal(false);
				expect(covers([on(ref(api, "id"), "dev")], stage(), run), run).to.equal(false);
			}
			expect(covers([on("a1b2c3", "prod")])).to.equal(true);
			expect(covers([on("d4e5f6", "prod")])).to.equal(false);
			expect(covers([on("d4e5f6", "prod"), on("a1b2c3", "prod")])).to.equal(true);
			expect(covers([on("a1b2c3", undefined)])).to.equal(false);
			expect(covers([])).to.equal(false);
		});

		it("are those of the same name alone, by the API's id where that is known", () => {
			const dev = stage(ref(api, "id"), { stageName: "dev" }, "dev");
			const two = [api, other, stage(), dev, plan([on("a1b2c3", "prod")]), plan([on("a1b2c3", "dev")], "second")];
			expect(plansOf(two)).to.deep.equal(["plan"]);
			expect(plansOf(two, "raw", "dev")).to.deep.equal(["second"]);
			const elsewhere = [api, other, stage(ref(other, "id")), plan([on("a1b2c3", "prod")])];
			expect(plansOf(elsewhere)).to.deep.equal([]);
		});

		it("go by what they depend on while an entry's API is open: the API, its stage, or nothing at all", () => {
			expect(covers([on(UNKNOWN, "prod")])).to.equal(true);
			expect(covers([on(concat(UNKNOWN, ref(api, "name")), "prod")])).to.equal(true);
			expect(covers([on(concat(UNKNOWN, ref(other, "name")), "prod")])).to.equal(false);
			expect(covers([on(undefined, "prod")])).to.equal(true);
			expect(covers([on(concat(UNKNOWN, ref(api, "name")), "dev")])).to.equal(false);
		});

		it("go by what they depend on where an id names no API of the stack", () => {
			const made = resource("aws:apigateway/restApi:RestApi", "made");
			const ofMade = stage(ref(made, "id"));
			const text = (target: ResourceSpec, attr = "name") => concat("z9", ref(target, attr));
			expect(covers([on(text(made), "prod")], ofMade, "raw", [made])).to.equal(true);
			expect(covers([on(text(other), "prod")], ofMade, "raw", [made])).to.equal(false);
			expect(covers([on(text(ofMade, "stageName"), "prod")], ofMade, "raw", [made])).to.equal(true);
			expect(covers([on("z9", "prod")], ofMade, "raw", [made])).to.equal(false);
		});

		it("go by what they depend on while a name is open, the stage's own too", () => {
			expect(covers([on("a1b2c3", UNKNOWN)])).to.equal(false);
			expect(covers([on("a1b2c3", concat(UNKNOWN, ref(stage(), "id")))])).to.equal(true);
			const unnamed = stage(ref(api, "id"), { stageName: UNKNOWN, id: "ags-prod" });
			expect(covers([on("a1b2c3", "ags-prod")], unnamed)).to.equal(true);
			expect(covers([on("a1b2c3", "prod")], unnamed)).to.equal(false);
			expect(
				covers([on("a1b2c3", concat("prod", ref(unnamed, "empty")))], {
					...unnamed,
					props: { ...unnamed.props, empty: "" },
				}),
			).to.equal(true);
		});

		it("do not go by what else they depend on where names are known", () => {
			const named = stage(ref(api, "id"), { stageName: "prod", empty: "" });
			const hint = { note: ref(named, "id") };
			expect(covers([{ ...on("a1b2c3", "dev"), ...hint }], named)).to.equal(false);
			expect(covers([{ ...on("d4e5f6", "prod"), ...hint }], named)).to.equal(false);
			expect(covers([{ ...on(concat(UNKNOWN, ref(other, "name")), "prod"), ...hint }], named)).to.equal(false);
			expect(covers([on(concat(UNKNOWN, ref(other, "name")), "prod")], stage(), "preview")).to.equal(false);
			const queue = resource("aws:sqs/queue:Queue", "queue", { name: "z9" });
			expect(covers([on(concat(UNKNOWN, ref(queue, "name")), "prod")], stage(), "raw", [queue])).to.equal(true);
			const made = resource("aws:apigateway/restApi:RestApi", "made", { empty: "" });
			const ofMade = stage(ref(made, "id"));
			expect(covers([on(concat("z9", ref(made, "empty")), "prod")], ofMade, "raw", [made, queue])).to.equal(true);
			const unnamed = stage(ref(api, "id"), { stageName: UNKNOWN });
			expect(covers([on("a1b2c3", undefined)], unnamed), "an entry without a stage").to.equal(false);
		});

		it("are those that depend on the stage while all that they list is open", () => {
			expect(covers(UNKNOWN)).to.equal(false);
			expect(covers(ref(stage(), "id"), stage(), "preview")).to.equal(true);
			expect(covers(ref(api, "id"), stage(), "preview")).to.equal(false);
		});
	});

	describe("of a stage whose API is elsewhere", () => {
		const foreign = stage("z9y8x7");
		const open = stage(UNKNOWN);

		it("are those of its API's id, and of any that is open", () => {
			expect(covers([on("z9y8x7", "prod")], foreign)).to.equal(true);
			expect(covers([on("a1b2c3", "prod")], foreign)).to.equal(false);
			expect(covers([on("elsewhere", "prod")], foreign)).to.equal(false);
			expect(covers([on(UNKNOWN, "prod")], foreign)).to.equal(true);
			expect(covers([on("elsewhere", "prod")], open)).to.equal(true);
			expect(covers([on(UNKNOWN, "prod")], open)).to.equal(true);
			expect(covers([on(concat(UNKNOWN, ref(api, "name")), "prod")], open)).to.equal(true);
			expect(covers([on("elsewhere", "dev")], open)).to.equal(false);
			for (const property of ["id", "arn", "invokeUrl"]) {
				const unnamed = stage(UNKNOWN, { stageName: UNKNOWN, [property]: "ags-prod" });
				expect(covers([on(undefined, "ags-prod")], unnamed), property).to.equal(true);
			}
			const depended = [on("elsewhere", concat("prod", ref(foreign, "empty")))];
			expect(covers(depended, { ...foreign, props: { ...foreign.props, empty: "" } })).to.equal(true);
		});
	});

	describe("that may cover a stage", () => {
		const openOf = (apiStages: unknown, of: ResourceSpec = stage(), run: Run = "raw", more: ResourceSpec[] = []) => {
			const stack = graphOf([api, other, of, plan(apiStages), ...more], run);
			return perhapsCovered(stack, nodeOf(stack, "stage"))?.property;
		};

		it("are those with an open entry that can mean it: of its API, or of none that is known", () => {
			expect(openOf([on("a1b2c3", "prod")])).to.equal(undefined);
			expect(openOf([])).to.equal(undefined);
			expect(openOf(UNKNOWN)).to.equal("apiStages");
			expect(openOf([on("a1b2c3", "dev"), on("a1b2c3", UNKNOWN)])).to.equal("apiStages[1].stage");
			expect(openOf([on(ref(api, "id"), UNKNOWN)])).to.equal("apiStages[0].stage");
			expect(openOf([on(ref(other, "id"), UNKNOWN)])).to.equal(undefined);
			expect(openOf([on(ref(other, "id"), UNKNOWN), on(ref(api, "id"), "dev")])).to.equal("apiStages[0].stage");
			const another = stage(ref(other, "id"), { stageName: "dev" }, "another");
			expect(openOf([on("d4e5f6", ref(another, "stageName"))], stage(), "preview", [another])).to.equal(undefined);
			const queue = resource("aws:sqs/queue:Queue", "queue");
			expect(openOf([on("a1b2c3", ref(queue, "name"))], stage(), "preview", [queue])).to.equal("apiStages[0].stage");
		});

		it("are looked for past those that cannot", () => {
			const second = plan([on(ref(api, "id"), UNKNOWN)], "second");
			expect(openOf([on("a1b2c3", "prod")], stage(), "raw", [second])).to.equal("apiStages[0].stage");
			expect(openOf([on(ref(other, "id"), UNKNOWN)], stage(), "raw", [second])).to.equal("apiStages[0].stage");
		});
	});

	describe("have keys", () => {
		const key = (props: Record<string, unknown> = {}) => resource("aws:apigateway/apiKey:ApiKey", "key", props);
		const link = (keyId: unknown, usagePlanId: unknown = ref(plan([]), "id")) =>
			resource("aws:apigateway/usagePlanKey:UsagePlanKey", "link", { keyId, usagePlanId, keyType: "API_KEY" });
		const keys = (specs: readonly ResourceSpec[], run: Run = "raw") => {
			const stack = graphOf([plan([]), ...specs], run);
			return keysOf(stack, nodeOf(stack, "plan")).map(({ name }) => name);
		};

		it("that are linked to them and can be used, or are elsewhere", () => {
			for (const run of RUNS) {
				expect(keys([key(), link(ref(key(), "id"))], run), run).to.deep.equal(["key"]);
				expect(keys([link("elsewhere")], run), run).to.deep.equal(["link"]);
				expect(keys([key({ enabled: false }), link(ref(key(), "id"))], run), run).to.deep.equal([]);
			}
			expect(keys([key({ enabled: UNKNOWN }), link(ref(key(), "id"))])).to.deep.equal(["key"]);
			expect(keys([key(), link(ref(key(), "id"), "another")])).to.deep.equal([]);
			expect(keys([key()])).to.deep.equal([]);
		});
	});
});
