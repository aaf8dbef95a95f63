import { expect } from "chai";
import { queueBeforeNonElasticBackend as rule } from "../../../../policies/rules/queue-before-non-elastic-backend.ts";
import { expectAccepts, expectFails, json, open, type ResourceSpec, ref, resource } from "../../../support/policies.ts";
import { database, fn, knows, url } from "../../../support/policies-backends.ts";

describe("policies/rules/queue-before-non-elastic-backend, through a workflow that is waited for", () => {
	const settles = knows("settle", database(), "address");
	const workflow = (type: string) =>
		resource("aws:sfn/stateMachine:StateMachine", "assess", {
			type,
			definition: json({
				StartAt: "A",
				States: { A: { Type: "Task", Resource: ref(fn("settle"), "arn"), End: true } },
			}),
		});
	const machineArn = ref(workflow("EXPRESS"), "arn");
	const rest = (action: string) => [
		resource("aws:apigateway/restApi:RestApi", "api"),
		resource("aws:apigateway/integration:Integration", "post", {
			restApi: { $ref: "aws:apigateway/restApi:RestApi::api", attr: "id" },
			uri: `arn:aws:apigateway:eu-west-1:states:action/${action}`,
			requestTemplates: { "application/json": json({ stateMachineArn: machineArn, input: "$input" }) },
		}),
	];
	const http = (integrationSubtype: string) => [
		resource("aws:apigatewayv2/api:Api", "api", { protocolType: "HTTP" }),
		resource("aws:apigatewayv2/integration:Integration", "post", {
			apiId: { $ref: "aws:apigatewayv2/api:Api::api", attr: "id" },
			integrationSubtype,
			requestParameters: { StateMachineArn: machineArn },
		}),
	];
	const role = resource("aws:iam/role:Role", "front");
	const starter = (Action: string) => [
		role,
		resource("aws:iam/rolePolicy:RolePolicy", "front", {
			role: ref(role, "name"),
			policy: json({ Statement: [{ Effect: "Allow", Action, Resource: machineArn }] }),
		}),
		fn("front", { role: ref(role, "arn") }),
		url("front"),
	];
	const assessed = (type: string, ...door: ResourceSpec[]) => [database(), settles, workflow(type), ...door];

	it("rejects an API that starts it and waits, and accepts one that goes on", () => {
		expectFails(rule, assessed("EXPRESS", ...rest("StartSyncExecution")), ["features"]);
		expectFails(rule, assessed("EXPRESS", ...http("StepFunctions-StartSyncExecution")), ["features"]);
		expectAccepts(rule, assessed("EXPRESS", ...rest("StartExecution")));
		expectAccepts(rule, assessed("EXPRESS", ...http("StepFunctions-StartExecution")));
	});

	it("rejects a function that may do so, a Standard workflow apart", () => {
		expectFails(rule, assessed("EXPRESS", ...starter("states:StartSyncExecution")), ["features"]);
		expectAccepts(rule, assessed("EXPRESS", ...starter("states:StartExecution")));
		expectAccepts(rule, assessed("STANDARD", ...starter("states:*")));
		const preview = assessed("EXPRESS", ...starter("states:StartSyncExecution"));
		expect(open(rule, preview, { run: "preview" })).to.deep.equal(["cannot tell features"]);
	});
});
