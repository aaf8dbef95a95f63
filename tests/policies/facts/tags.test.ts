import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { unknownCheckingProxy } from "@pulumi/policy";
import { expect } from "chai";
import { isTaggable, tagsOf } from "../../../policies/facts/tags.ts";
import { StackGraph } from "../../../policies/graph/stack-graph.ts";

/** Types on which @pulumi/aws declares `tagsAll`, read from its own code. */
function declaredTypes(): { taggable: string[]; others: string[] } {
	const root = dirname(fileURLToPath(import.meta.resolve("@pulumi/aws")));
	const taggable: string[] = [];
	const others: string[] = [];
	for (const file of readdirSync(root, { recursive: true, encoding: "utf8" })) {
		if (!/^[^/\\]+[/\\][^/\\]+\.js$/.test(file) || file.endsWith("index.js")) continue;
		const code = readFileSync(join(root, file), "utf8");
		const type = /__pulumiType = '([^']+)'/.exec(code)?.[1];
		if (type !== undefined) (code.includes('resourceInputs["tagsAll"]') ? taggable : others).push(type);
	}
	return { taggable, others };
}

describe("policies/facts/tags", () => {
	it("knows exactly the types that the AWS package declares tags on", function () {
		this.timeout(30_000);
		const { taggable, others } = declaredTypes();
		expect(taggable.length).to.be.greaterThan(800);
		expect(taggable.filter((type) => !isTaggable(type))).to.deep.equal([]);
		expect(others.filter(isTaggable)).to.deep.equal([]);
	});

	describe("before the update, where the provider leaves tagsAll open", () => {
		const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
		const tags = (props: object, provider?: object) => {
			const urn = "urn:pulumi:test::test::aws:sqs/queue:Queue::queue";
			const stack = new StackGraph([
				{
					type: "aws:sqs/queue:Queue",
					name: "queue",
					urn,
					props: unknownCheckingProxy({ tagsAll: UNKNOWN, ...props }),
					propertyDependencies: {},
					...(provider ? { provider: { props: unknownCheckingProxy(provider) } } : {}),
				},
			]);
			const [node] = stack.nodes;
			if (!node) throw new Error("The stack has no node.");
			const found = tagsOf(node);
			return found.state === "known" ? [...found.value.keys()] : found.state;
		};

		it("knows that there are none where the resource has none and the provider's defaults are known", () => {
			expect(tags({}, {})).to.deep.equal([]);
			expect(tags({}, { defaultTags: { tags: { team: "a" } } })).to.deep.equal(["team"]);
		});

		it("takes the provider's sum where it is computed, and the resource's own over the defaults where it is empty", () => {
			const provider = { defaultTags: { tags: { team: "a", model: "b" } } };
			expect(tags({ tagsAll: { team: "x" }, tags: { other: "y" } }, provider)).to.deep.equal(["team"]);
			expect(tags({ tagsAll: {}, tags: { other: "y" } }, provider)).to.deep.equal(["team", "model", "other"]);
		});

		it("tells of the resource's own tags where the provider is not seen, and of an empty map as of none", () => {
			expect(tags({ tags: { team: "a" } })).to.deep.equal(["team"]);
			expect(tags({ tags: {} })).to.equal("unknown");
		});

		it("cannot tell where the provider is not known, or its defaults are not", () => {
			expect(tags({})).to.equal("unknown");
			expect(tags({}, { defaultTags: UNKNOWN })).to.equal("unknown");
		});

		it("knows the resource's own tags", () => {
			expect(tags({ tags: { team: "a" } }, {})).to.deep.equal(["team"]);
			expect(tags({ tags: UNKNOWN }, {})).to.equal("unknown");
		});
	});
});
