import { expect } from "chai";
import { identitiesOf, namesIn, qualifierIn } from "../../../policies/graph/identity.ts";
import { resource } from "../../support/policies.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";

describe("policies/graph/identity", () => {
	const FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:score:live";
	const namesFrom = (reference: string): string[] => [reference, ...namesIn(reference)];
	const namesOf = (type: string, props: Record<string, unknown>) => [
		...identitiesOf(nodeOf(graphOf([resource(type, "it", props)]), "it")),
	];

	it("knows a resource by what identifies it, and by nothing else that it says", () => {
		expect(
			namesOf("aws:lambda/function:Function", { name: "score-1a", arn: "any-arn", role: "any-role", endpoint: {} }),
		).to.have.members(["score-1a", "any-arn"]);
	});

	it("does not know an alias by the name of its function, as it does what else has a function's name", () => {
		expect(namesOf("aws:lambda/alias:Alias", { functionName: "score", name: "live" })).to.deep.equal(["live"]);
		expect(namesOf("aws:lambda/functionUrl:FunctionUrl", { functionName: "score" })).to.deep.equal(["score"]);
	});

	it("takes a plain name for itself alone, a host with none but its name included", () => {
		for (const reference of ["jobs", "db.internal.example", "db.internal.example and more", "/apps/score"])
			expect(namesFrom(reference)).to.deep.equal([reference]);
	});

	it("reads a function before all else out of its ARN and its invoke ARN", () => {
		expect(namesFrom(FUNCTION_ARN)).to.deep.equal([
			FUNCTION_ARN,
			"score",
			"function:score:live",
			"live",
			"score",
			"function",
		]);
		const invoke = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${FUNCTION_ARN}/invocations`;
		expect(namesFrom(invoke).slice(0, 2)).to.deep.equal([invoke, "score"]);
		expect(namesFrom("score:live")).to.deep.equal(["score:live", "score"]);
	});

	it("reads what follows the account in an ARN, its last part first, also without the star behind it", () => {
		const group = "arn:aws:logs:us-east-1:123456789012:log-group:/apps/score";
		const tail = ["log-group:/apps/score", "score", "apps", "log-group"];
		expect(namesFrom(group)).to.deep.equal([group, ...tail]);
		expect(namesFrom(`${group}:*`)).to.deep.equal([`${group}:*`, group, ...tail]);
		expect(namesFrom("arn:aws:s3:::uploads:*:more").slice(1)).to.deep.equal(["uploads:*:more", "more", "*", "uploads"]);
	});

	it("reads an API out of its host, and what follows the slashes of a URL", () => {
		expect(namesFrom("https://a1b2c3.execute-api.us-east-1.amazonaws.com/prod//")).to.deep.equal([
			"https://a1b2c3.execute-api.us-east-1.amazonaws.com/prod//",
			"a1b2c3",
			"a1b2c3.execute-api.us-east-1.amazonaws.com",
			"https://a1b2c3.execute-api.us-east-1.amazonaws.com/prod",
			"prod",
			"a1b2c3.execute-api.us-east-1.amazonaws.com",
			"https",
		]);
	});

	it("reads the host out of a URL with or without user, port, path and query, and out of nothing that only holds one", () => {
		for (const reference of [
			"postgres://app:secret@db.internal.example:5432/features",
			"https://db.internal.example",
			"https://db.internal.example?a=1",
			"db.internal.example:5432",
			"app@db.internal.example/features",
		])
			expect(namesFrom(reference)[1], reference).to.equal("db.internal.example");
		const reference = "see https://db.internal.example";
		expect(namesFrom(reference)).to.deep.equal([reference, reference, "db.internal.example", "see https"]);
	});

	it("reads the qualifier of a function's ARN or name", () => {
		const invoke = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${FUNCTION_ARN}/invocations`;
		for (const reference of [FUNCTION_ARN, invoke, "score:live"]) expect(qualifierIn(reference)).to.equal("live");
		expect(qualifierIn("arn:aws:lambda:us-east-1:123456789012:function:score")).to.equal(undefined);
		expect(qualifierIn("score")).to.equal(undefined);
	});
});
