import { expect } from "chai";
import type { ResourceInput } from "../../../policies/graph/node.ts";
import { checkedResources } from "../../../policies/offline/checked.ts";
import { UNKNOWN } from "../../support/policies.ts";

describe("policies/offline/checked", () => {
	const queue = (change: Partial<ResourceInput> = {}): ResourceInput => ({
		type: "aws:sqs/queue:Queue",
		name: "jobs",
		urn: "urn:jobs",
		props: { delaySeconds: 5 },
		...change,
	});
	const checked = (resource: ResourceInput, config: Record<string, string> = {}) => {
		const [found] = checkedResources([resource], config);
		if (!found) throw new Error("The resource is lost.");
		return found;
	};
	const tagsAll = (resource: ResourceInput, config?: Record<string, string>) =>
		Reflect.get(checked(resource, config).props, "tagsAll");

	it("checks each resource's inputs, and leaves the program's own alone", () => {
		const given = queue({ parent: { urn: "urn:stack" } });
		const found = checked(given);
		expect(found).to.deep.include({ name: "jobs", urn: "urn:jobs", parent: { urn: "urn:stack" } });
		expect(found.props).to.deep.include({ delaySeconds: 5, name: "jobs-1a2b3c4", fifoQueue: false });
		expect(given.props).to.deep.equal({ delaySeconds: 5 });
	});

	it("names the provider that no resource names, with the settings of aws: alone", () => {
		expect(checked(queue(), { "aws:region": "us-east-1", "shop:region": "x", "my:aws:": "y" }).provider).to.deep.equal({
			props: { region: "us-east-1" },
		});
		const own = { props: { region: "eu-west-1" } };
		expect(checked(queue({ provider: own }), { "aws:region": "us-east-1" }).provider).to.equal(own);
		for (const type of ["random:index/randomId:RandomId", "my:aws:Type"])
			expect(checked(queue({ type })), type).to.not.have.property("provider");
	});

	it("merges in the tags that the provider gives every resource, as JSON or not", () => {
		const tags = { tags: { team: "ml" } };
		expect(tagsAll(queue(), { "aws:defaultTags": JSON.stringify(tags) })).to.deep.equal({ team: "ml" });
		const by = (defaultTags: unknown) => tagsAll(queue({ provider: { props: { defaultTags } } }));
		expect(by(tags)).to.deep.equal({ team: "ml" });
		expect(by(JSON.stringify(tags))).to.deep.equal({ team: "ml" });
		for (const none of [undefined, null, UNKNOWN, "{", "null", "3", 3, {}])
			expect(by(none), String(none)).to.equal(undefined);
		expect(
			tagsAll(queue({ type: "random:index/randomId:RandomId" }), { "aws:defaultTags": JSON.stringify(tags) }),
		).to.equal(undefined);
	});
});
