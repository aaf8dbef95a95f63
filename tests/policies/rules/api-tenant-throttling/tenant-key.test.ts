import { expect } from "chai";
import { apiTenantThrottling as rule } from "../../../../policies/rules/api-tenant-throttling.ts";
import { expectAccepts, expectFails, firstFault, open, ref, resource, UNKNOWN } from "../../../support/policies.ts";
import {
	api,
	both,
	changed,
	happy,
	key,
	link,
	method,
	plan,
	settings,
	stage,
	without,
} from "../../../support/policies-throttling.ts";

describe("policies/rules/api-tenant-throttling, tenant-key", () => {
	it("rejects a plan without a key", () => {
		expectFails(rule, without(link), ["acme (tenant-key)"]);
	});

	it("says so once of a plan on two stages", () => {
		const second = resource("aws:apigateway/stage:Stage", "test", { restApi: ref(api, "id"), stageName: "test" });
		const onBoth = plan({
			apiStages: [stage, second].map((each) => ({ apiId: ref(api, "id"), stage: ref(each, "stageName") })),
			quotaSettings: undefined,
		});
		const limits = { ...settings(both), name: "second", props: { ...settings(both).props, stageName: "test" } };
		expectFails(
			rule,
			[...without(link, plan()), second, onBoth, limits],
			["acme (tenant-key)", "acme (usage-plan/limits)"],
		);
	});

	it("takes a disabled key for none", () => {
		const disabled = { ...key, props: { enabled: false } };
		expectFails(rule, changed(disabled), ["acme (tenant-key)"]);
	});

	it("rejects fewer keys than tenants, naming who has none", () => {
		const config = { tenants: [{ name: "acme" }, { name: "globex" }] };
		expectFails(rule, happy, ["prod (tenant-key)"], config);
		expect(firstFault(rule, happy, { config })?.what).to.equal("has 1 key(s) for 2 tenants; none for globex");
	});

	it("finds a tenant in a key's name in AWS, and says when names tell nothing", () => {
		const named = { ...key, name: "first", props: { name: "key-of-acme" } };
		const toIt = { ...link, props: { ...link.props, keyId: ref(named, "id") } };
		const specs = [...without(key, link), named, toIt];
		const config = { tenants: [{ name: "acme" }, { name: "globex" }, { name: "initech" }] };
		expect(firstFault(rule, specs, { config })?.what).to.equal("has 1 key(s) for 3 tenants; none for globex, initech");
		const alike = { tenants: [{ name: "acme" }, { name: "acm" }] };
		expect(firstFault(rule, specs, { config: alike })?.what).to.equal("has 1 key(s) for 2 tenants; none for some");
		const nameless = { tenants: [{ name: "acme" }, { name: "Stryker" }] };
		expect(firstFault(rule, happy, { config: nameless })?.what).to.contain("none for Stryker");
	});

	it("tells two keys' tenants apart", () => {
		const second = { ...key, name: "globex-key" };
		const toIt = { ...link, name: "globex-link", props: { ...link.props, keyId: ref(second, "id") } };
		const config = { tenants: [{ name: "acme" }, { name: "globex" }, { name: "initech" }] };
		expect(firstFault(rule, [...happy, second, toIt], { config })?.what).to.contain(
			"2 key(s) for 3 tenants; none for initech",
		);
	});

	it("cannot tell of a demand that is not known before the update", () => {
		const specs = changed(method({ apiKeyRequired: UNKNOWN }));
		expect(open(rule, specs, { run: "preview" })).to.deep.equal(["cannot tell post-score (tenant-key)"]);
	});

	it("rejects a method that demands no key, preflights apart", () => {
		expectFails(rule, changed(method({ apiKeyRequired: false })), ["post-score (tenant-key)"]);
		expectAccepts(rule, [...happy, { ...method({ httpMethod: "OPTIONS", apiKeyRequired: false }), name: "preflight" }]);
	});
});
