import { expect } from "chai";
import { endpointsOf } from "../../../policies/graph/endpoints.ts";
import { queuesBehind } from "../../../policies/graph/watch.ts";
import { type ResourceSpec, type Run, ref, resource } from "../../support/policies.ts";
import { balanced, restApi } from "../../support/policies-endpoints.ts";
import { allowing, role } from "../../support/policies-grants.ts";
import { graphOf } from "../../support/policies-graph.ts";
import { fn } from "../../support/policies-timeouts.ts";

describe("policies/graph/watch: the queues behind endpoints", () => {
	const jobs = resource("aws:sqs/queue:Queue", "jobs", {
		name: "jobs-live",
		url: "https://sqs.us-east-1.amazonaws.com/1/jobs-live",
	});
	const behind = (specs: readonly ResourceSpec[], run: Run = "raw") => {
		const stack = graphOf(specs, run);
		return [...queuesBehind(stack, endpointsOf(stack))].map(({ name }) => name).sort();
	};
	const told = (variables: unknown) => fn("score", { environment: { variables } });

	it("are those that calls lead to, however far", () => {
		const runner = role();
		const front = fn("score", { role: ref(runner, "arn") });
		const next = fn("next", { role: ref(role("second"), "arn") });
		const chain = [
			front,
			...restApi(front),
			runner,
			role("second"),
			next,
			jobs,
			allowing(runner, "lambda:InvokeFunction", ref(next, "arn")),
			allowing(role("second"), "sqs:SendMessage", ref(jobs, "arn"), {}, "sends"),
		];
		expect(behind(chain)).to.deep.equal(["jobs"]);
		expect(behind(chain.filter(({ name }) => name !== "sends"))).to.deep.equal([]);
	});

	it("are those that a function's environment names, by URL or ARN", () => {
		const api = restApi(told({}));
		expect(behind([told({ URL: "https://sqs.us-east-1.amazonaws.com/1/jobs-live" }), ...api, jobs])).to.deep.equal([
			"jobs",
		]);
		expect(behind([told({ ARN: "arn:aws:sqs:us-east-1:1:jobs-live" }), ...api, jobs])).to.deep.equal(["jobs"]);
		for (const run of ["applied", "preview"] as const)
			expect(behind([told({ URL: ref(jobs, "url") }), ...api, jobs], run), run).to.deep.equal(["jobs"]);
		for (const text of ["jobs-live", "see https://sqs.us-east-1.amazonaws.com/1/jobs-live"])
			expect(behind([told({ NAME: text }), ...api, jobs]), text).to.deep.equal([]);
		const task = resource("aws:ecs/service:Service", "server", {
			environment: { variables: { URL: ref(jobs, "url") } },
		});
		expect(
			behind([
				...balanced().slice(0, 3),
				{ ...task, props: { ...task.props, loadBalancers: balanced()[3]?.props.loadBalancers } },
				jobs,
			]),
		).to.deep.equal([]);
		const table = resource("aws:dynamodb/table:Table", "table");
		expect(behind([told({ NAME: ref(table, "name") }), ...api, table], "preview")).to.deep.equal([]);
	});

	it("are those behind the rules that a function, or another service, puts events to", () => {
		const bus = resource("aws:cloudwatch/eventBus:EventBus", "orders");
		const rule = resource("aws:cloudwatch/eventRule:EventRule", "rule", {
			eventBusName: ref(bus, "name"),
			eventPattern: '{"source":["shop"]}',
		});
		const target = resource("aws:cloudwatch/eventTarget:EventTarget", "target", {
			rule: ref(rule, "name"),
			arn: ref(jobs, "arn"),
		});
		const runner = role();
		const front = fn("score", { role: ref(runner, "arn") });
		const puts = allowing(runner, "events:PutEvents", ref(bus, "arn"));
		expect(behind([front, ...restApi(front), runner, bus, rule, target, jobs, puts])).to.deep.equal(["jobs"]);
		expect(behind([front, ...restApi(front), runner, bus, rule, target, jobs])).to.deep.equal([]);
		const api = resource("aws:apigatewayv2/api:Api", "api");
		const stage = resource("aws:apigatewayv2/stage:Stage", "live", { apiId: ref(api, "id") });
		const integration = resource("aws:apigatewayv2/integration:Integration", "post", {
			apiId: ref(api, "id"),
			integrationUri: ref(bus, "arn"),
		});
		expect(behind([api, stage, integration, bus, rule, target, jobs], "preview")).to.deep.equal(["jobs"]);
	});
});
