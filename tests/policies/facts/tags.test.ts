import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { isTaggable } from "../../../policies/facts/tags.ts";

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
});
