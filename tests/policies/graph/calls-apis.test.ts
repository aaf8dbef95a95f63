import { expect } from "chai";
import { callsOfAuthorizers, callsOfAwaitedWorkflows } from "../../../policies/graph/calls-apis.ts";
import { concat, type ResourceSpec, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { callsIn } from "../../support/policies-calls.ts";
import { fn } from "../../support/policies-timeouts.ts";

const RUNS = ["raw", "applied", "preview"] as const;

describe("policies/graph/calls-apis", () => {
	const rest = resource("aws:apigateway/restApi:RestApi", "rest");
	const http = resource("aws:apigatewayv2/api:Api", "http");

	describe("of authorizers", () => {
		const calls = callsIn(callsOfAuthorizers);
		const check = fn("check");
		const alias = resource("aws:lambda/alias:Alias", "alias", { functionName: ref(check, "name"), name: "live" });
		const onRest = (authorizerUri: unknown = ref(check, "invokeArn")) =>
			resource("aws:apigateway/authorizer:Authorizer", "authorizer", { restApi: ref(rest, "id"), authorizerUri });
		const onHttp = resource("aws:apigatewayv2/authorizer:Authorizer", "authorizer", {
			apiId: ref(http, "id"),
			authorizerUri: ref(check, "invokeArn"),
		});
		const method = (authorizerId?: unknown, api: ResourceSpec = rest) =>
			resource("aws:apigateway/method:Method", "method", { restApi: ref(api, "id"), authorizerId });
		const route = (authorizerId?: unknown) =>
			resource("aws:apigatewayv2/route:Route", "route", { apiId: ref(http, "id"), authorizerId });

		it("are waited for by whoever calls a method or route that names them", () => {
			for (const run of RUNS) {
				expect(calls([rest, check, onRest(), method(ref(onRest(), "id"))], run), run).to.deep.equal([
					"rest synchronous check via authorizer, from outside",
				]);
				expect(calls([http, check, onHttp, route(ref(onHttp, "id"))], run), run).to.deep.equal([
					"http synchronous check via authorizer, from outside",
				]);
			}
			const byAlias = onRest(ref(alias, "invokeArn"));
			expect(calls([rest, check, alias, byAlias, method(ref(byAlias, "id"))], "preview")).to.deep.equal([
				"rest synchronous check:live via authorizer, from outside",
			]);
		});

		it("may be named by the methods of an API defined elsewhere, and are unused where those here name none", () => {
			expect(calls([rest, check, onRest()])).to.deep.equal(["rest synchronous check via authorizer, from outside"]);
			const other = resource("aws:apigateway/restApi:RestApi", "other");
			expect(calls([rest, other, check, onRest(), method(undefined, other)])).to.have.length(1);
			expect(calls([rest, check, onRest(), method()])).to.deep.equal([]);
			expect(calls([http, check, onHttp, route()])).to.deep.equal([]);
		});
	});

	describe("of workflows that are started and waited for", () => {
		const calls = callsIn(callsOfAwaitedWorkflows);
		const flow = (type = "EXPRESS", name = "flow") => resource("aws:sfn/stateMachine:StateMachine", name, { type });
		const SYNC = "arn:aws:apigateway:us-east-1:states:action/StartSyncExecution";
		const input = (machine: unknown) => ({
			requestTemplates: { "application/json": concat('{"stateMachineArn":"', machine, '","input":"{}"}') },
		});
		const onRest = (uri: unknown, more: Record<string, unknown>) =>
			resource("aws:apigateway/integration:Integration", "post", { restApi: ref(rest, "id"), uri, ...more });
		const onHttp = (integrationSubtype: unknown, more: Record<string, unknown>) =>
			resource("aws:apigatewayv2/integration:Integration", "post", {
				apiId: ref(http, "id"),
				integrationSubtype,
				...more,
			});

		it("are found by the action and the machine in the request, of either kind of API", () => {
			for (const run of RUNS) {
				expect(calls([rest, flow(), onRest(SYNC, input(ref(flow(), "arn")))], run), run).to.deep.equal([
					"rest synchronous flow via post, from outside",
				]);
				const parameters = { requestParameters: { StateMachineArn: ref(flow(), "arn") } };
				expect(calls([http, flow(), onHttp("StepFunctions-StartSyncExecution", parameters)], run), run).to.deep.equal([
					"http synchronous flow via post, from outside",
				]);
			}
		});

		it("are found by a known ARN, each once, and no other resource is", () => {
			const arn = "arn:aws:states:us-east-1:123456789012:stateMachine:flow-live";
			const live = resource("aws:sfn/stateMachine:StateMachine", "flow", { arn, type: "EXPRESS" });
			expect(calls([rest, live, onRest(SYNC, input(arn))])).to.have.length(1);
			expect(calls([rest, live, onRest(SYNC, { requestTemplates: { a: arn, b: `${arn} ${arn}` } })])).to.have.length(1);
			expect(calls([rest, live, onRest(SYNC, input("elsewhere"))])).to.deep.equal([]);
			const queue = resource("aws:sqs/queue:Queue", "queue", { arn });
			expect(calls([rest, queue, onRest(SYNC, input(ref(queue, "arn")))])).to.deep.equal([]);
		});

		it("are none of other actions, or of none", () => {
			const machine = input(ref(flow(), "arn"));
			for (const uri of ["arn:aws:apigateway:us-east-1:states:action/StartExecution", `${SYNC}More`, undefined])
				expect(calls([rest, flow(), onRest(uri, machine)]), uri).to.deep.equal([]);
			const parameters = { requestParameters: { StateMachineArn: ref(flow(), "arn") } };
			for (const subtype of ["StepFunctions-StartExecution", "My-StepFunctions-StartSyncExecution", undefined])
				expect(calls([http, flow(), onHttp(subtype, parameters)]), subtype).to.deep.equal([]);
		});

		it("may be any that can be waited for while the action is open", () => {
			const machine = input(ref(flow(), "arn"));
			for (const type of ["EXPRESS", UNKNOWN])
				expect(calls([rest, flow(type), onRest(UNKNOWN, machine)]), type).to.deep.equal([
					"rest synchronous flow via post, if uri, from outside",
				]);
			expect(calls([rest, flow("STANDARD"), onRest(UNKNOWN, machine)])).to.deep.equal([]);
			expect(calls([rest, flow("STANDARD"), onRest(SYNC, machine)]), "what the action says").to.have.length(1);
		});
	});
});
