import { expect } from "chai";
import { timeoutChain as rule } from "../../../../policies/rules/timeout-chain.ts";
import {
	answers,
	expectAccepts,
	expectFails,
	firstFault,
	json,
	open,
	type ResourceSpec,
	ref,
	resource,
	UNKNOWN,
} from "../../../support/policies.ts";
import { api, fn, integration } from "../../../support/policies-timeouts.ts";

describe("policies/rules/timeout-chain: hops", () => {
	describe("cdn", () => {
		const cdn = (target: ResourceSpec, attr: string, readTimeout: unknown = 20) =>
			resource("aws:cloudfront/distribution:Distribution", "cdn", {
				origins: [
					{ domainName: ref(target, attr), originId: "one", customOriginConfig: { originReadTimeout: readTimeout } },
				],
			});
		const balancer = (idleTimeout: unknown) => resource("aws:lb/loadBalancer:LoadBalancer", "door", { idleTimeout });
		const url = resource("aws:lambda/functionUrl:FunctionUrl", "url", { functionName: ref(fn("score"), "name") });

		it("waits for the function behind a URL", () => {
			const specs = (timeout: number) => [fn("score", { timeout }), url, cdn(url, "functionUrl")];
			expectAccepts(rule, specs(20));
			expectFails(rule, specs(21), ["cdn (cdn)"]);
			expect(firstFault(rule, specs(21))).to.deep.equal({
				what: 'waits 20 s for Function "score", which may take 21 s',
				fix: 'Raise originReadTimeout to at least 21 s, or lower the timeout of Function "score" to 20 s.',
			});
		});

		it("waits for a load balancer, and for no other API than its own", () => {
			const other = resource("aws:apigateway/integration:Integration", "other", {
				restApi: "elsewhere",
				uri: ref(fn("score"), "invokeArn"),
				timeoutMilliseconds: 29_000,
			});
			const specs = (idle: number) => [balancer(idle), cdn(balancer(idle), "dnsName"), fn("score"), other];
			expectAccepts(rule, specs(20));
			expectFails(rule, specs(21), ["cdn (cdn)"]);
			expect(answers(rule, specs(20))).to.deep.equal(["pass cdn (cdn)", "pass other (api)"]);
		});

		it("waits for an HTTP API's integration too", () => {
			const http = resource("aws:apigatewayv2/api:Api", "http", { protocolType: "HTTP" });
			const to = resource("aws:apigatewayv2/integration:Integration", "score", {
				apiId: ref(http, "id"),
				integrationUri: ref(fn("score"), "arn"),
				timeoutMilliseconds: 21_000,
			});
			expectFails(rule, [http, to, fn("score"), cdn(http, "apiEndpoint")], ["cdn (cdn)"]);
		});

		it("cannot tell while either side is not known before the update", () => {
			const preview = { run: "preview" } as const;
			const waits = [balancer(60), cdn(balancer(60), "dnsName", UNKNOWN)];
			expect(open(rule, waits, preview)).to.deep.equal(["cannot tell cdn (cdn)"]);
			const takes = [balancer(UNKNOWN), cdn(balancer(UNKNOWN), "dnsName")];
			expect(open(rule, takes, preview)).to.deep.equal(["cannot tell door (cdn)"]);
		});
	});

	it("judges a hop once, whatever number of grants there are for it, and no hop that nobody waits on", () => {
		const role = resource("aws:iam/role:Role", "front");
		const grant = (name: string, action: string) =>
			resource("aws:iam/rolePolicy:RolePolicy", name, {
				role: ref(role, "name"),
				policy: json({ Statement: [{ Effect: "Allow", Action: action, Resource: ref(fn("score"), "arn") }] }),
			});
		const both = [grant("one", "lambda:InvokeFunction"), grant("two", "lambda:*")];
		const specs = [role, ...both, fn("front", { role: ref(role, "arn"), timeout: 9 }), fn("score", { timeout: 10 })];
		expectFails(rule, specs, ["front (downstream)"]);
		expect(answers(rule, specs)).to.deep.equal(["fail front (downstream)"]);
		expect(firstFault(rule, specs)?.fix).to.match(/^Raise timeout to at least 10 s/);
		const event = resource("aws:cloudwatch/eventTarget:EventTarget", "nightly", {
			arn: ref(fn("score"), "arn"),
			rule: "x",
		});
		expect(answers(rule, [fn("score"), event])).to.deep.equal([]);
	});

	it("judges each hop by itself", () => {
		const to = (name: string) =>
			resource("aws:apigateway/integration:Integration", `post-${name}`, {
				restApi: ref(api, "id"),
				uri: ref(fn(name), "invokeArn"),
				timeoutMilliseconds: 2000,
			});
		const specs = [api, to("score"), fn("score"), to("rank"), fn("rank", { timeout: 2 }), to("settle"), fn("settle")];
		expect(answers(rule, specs)).to.deep.equal([
			"fail post-score (api)",
			"fail post-settle (api)",
			"pass post-rank (api)",
		]);
	});

	describe("what a function may call", () => {
		const role = resource("aws:iam/role:Role", "front");
		const callee = (props: Record<string, unknown> = {}) => fn("score", { timeout: 10, ...props });
		const front = fn("front", { role: ref(role, "arn"), timeout: 9 });
		const granted = (Resource: unknown, statement: Record<string, unknown> = {}) =>
			resource("aws:iam/rolePolicy:RolePolicy", "front", {
				role: ref(role, "name"),
				policy: json({ Statement: [{ Effect: "Allow", Action: "lambda:InvokeFunction", Resource, ...statement }] }),
			});
		const failing = ["front (downstream)"];

		it("is the function behind an alias", () => {
			const live = resource("aws:lambda/alias:Alias", "live", { functionName: ref(callee(), "name"), name: "live" });
			expectFails(rule, [role, front, callee(), live, granted(ref(live, "arn"))], failing);
		});

		it("is every function that a pattern covers, and no other", () => {
			const by = (pattern: string) => [
				role,
				front,
				callee({ name: "risk-score" }),
				granted(`arn:aws:lambda:eu-west-1:123456789012:function:${pattern}`),
			];
			for (const pattern of ["risk-*", "*-score", "risk-scor?", "*"]) expectFails(rule, by(pattern), failing);
			for (const pattern of ["fraud-*", "risk", "risk-scores"]) expectAccepts(rule, by(pattern));
		});

		it("is any function by AWS's own policies for that", () => {
			const by = (policy: string) => [
				role,
				front,
				callee(),
				resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "front", {
					role: ref(role, "name"),
					policyArn: `arn:aws:iam::aws:policy/${policy}`,
				}),
			];
			for (const policy of ["AWSLambda_FullAccess", "service-role/AWSLambdaRole"])
				expectFails(rule, by(policy), failing);
			expectAccepts(rule, by("service-role/AWSLambdaBasicExecutionRole"));
		});

		it("is the function behind a URL that it is told", () => {
			const url = resource("aws:lambda/functionUrl:FunctionUrl", "url", { functionName: ref(callee(), "name") });
			const told = fn("front", { timeout: 9, environment: { variables: { SCORE: ref(url, "functionUrl") } } });
			expectFails(rule, [told, callee(), url], failing);
			expectAccepts(rule, [told, callee({ timeout: 9 }), url]);
		});

		it("is not known while the policy is not", () => {
			const preview = { run: "preview" } as const;
			const specs = (statement: object) => [role, front, callee(), granted(ref(callee(), "arn"), { ...statement })];
			expectFails(rule, specs({}), failing);
			expect(open(rule, specs({}), preview)).to.deep.equal(["cannot tell front (downstream)"]);
			expectAccepts(rule, specs({ Effect: "Deny" }));
			expectAccepts(rule, specs({ Action: "lambda:GetFunction" }));
		});

		it("is sure by one policy that is known, whatever another may say", () => {
			const named = callee({ name: "risk-score" });
			const sure = granted("arn:aws:lambda:eu-west-1:123456789012:function:risk-score");
			const unsure = { ...granted(ref(named, "arn")), name: "unsure" };
			for (const grants of [
				[sure, unsure],
				[unsure, sure],
			]) {
				const verdicts = answers(rule, [role, front, named, ...grants], { run: "preview" });
				expect(verdicts).to.deep.equal(["fail front (downstream)"]);
			}
		});
	});

	it("has a WebSocket API wait for 29 s by default, an HTTP API for 30", () => {
		const door = (protocolType: string) => [
			resource("aws:apigatewayv2/api:Api", "door", { protocolType }),
			resource("aws:apigatewayv2/integration:Integration", "to-score", {
				apiId: { $ref: "aws:apigatewayv2/api:Api::door", attr: "id" },
				integrationUri: ref(fn("score"), "invokeArn"),
			}),
			fn("score", { timeout: 30 }),
		];
		expectFails(rule, door("WEBSOCKET"), ["to-score (api)"]);
		expectAccepts(rule, door("HTTP"));
	});

	it("names the property to raise in each kind of hop", () => {
		const short = [api, integration({ timeoutMilliseconds: 2000 }), fn("score")];
		expect(firstFault(rule, short)?.fix).to.equal(
			'Raise timeoutMilliseconds to at least 3 s, or lower the timeout of Function "score" to 2 s.',
		);
		const unknown = [api, integration({ timeoutMilliseconds: UNKNOWN }), fn("score")];
		expect(open(rule, unknown, { run: "preview" })).to.deep.equal(["cannot tell post-score (api)"]);
	});

	it("has no say on URLs, whose callers nobody knows", () => {
		const url = resource("aws:lambda/functionUrl:FunctionUrl", "url", { functionName: ref(fn("score"), "name") });
		expect(answers(rule, [fn("score"), url])).to.deep.equal([]);
	});
});
