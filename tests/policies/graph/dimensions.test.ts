import { expect } from "chai";
import {
	holdsApis,
	isMeasuredIn,
	MEASURED,
	measuredBy,
	namedByDimension,
	typesOfDimension,
} from "../../../policies/graph/dimensions.ts";
import { ref, resource } from "../../support/policies.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";
import { fn } from "../../support/policies-timeouts.ts";

describe("policies/graph/dimensions", () => {
	const REST_API = "aws:apigateway/restApi:RestApi";
	const BALANCER = "aws:lb/loadBalancer:LoadBalancer";
	const isIn = (type: string, namespace: string | undefined, key?: string, props = {}) =>
		isMeasuredIn(nodeOf(graphOf([resource(type, "it", props)]), "it"), namespace, key);
	const score = fn("score", { name: "risk-score" });
	const alias = resource("aws:lambda/alias:Alias", "alias", { functionName: ref(score, "name"), name: "live" });
	const balancer = resource(BALANCER, "edge", {
		arn: "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/edge-1/1a2b",
		name: "edge-1",
	});
	const stage = resource("aws:apigateway/stage:Stage", "stage", { stageName: "prod" });
	const stack = graphOf([score, alias, balancer, stage]);
	const names = (nodes: readonly { name: string }[]) => nodes.map(({ name }) => name);

	it("knows in which of AWS's namespaces the metrics of a resource are kept", () => {
		const all = {
			[REST_API]: "AWS/ApiGateway",
			"aws:apigateway/stage:Stage": "AWS/ApiGateway",
			"aws:apigatewayv2/api:Api": "AWS/ApiGateway",
			"aws:apigatewayv2/stage:Stage": "AWS/ApiGateway",
			"aws:lambda/function:Function": "AWS/Lambda",
			"aws:lambda/alias:Alias": "AWS/Lambda",
			"aws:sqs/queue:Queue": "AWS/SQS",
			"aws:elb/loadBalancer:LoadBalancer": "AWS/ELB",
			"aws:lb/targetGroup:TargetGroup": "AWS/ApplicationELB",
			[BALANCER]: "AWS/ApplicationELB",
			"aws:sagemaker/endpoint:Endpoint": "AWS/SageMaker",
			"aws:ecs/service:Service": "AWS/ECS",
		};
		expect([...MEASURED].sort()).to.deep.equal(Object.keys(all).sort());
		for (const [type, namespace] of Object.entries(all)) {
			expect(isIn(type, namespace), type).to.equal(true);
			for (const other of new Set(Object.values(all)))
				if (other !== namespace) expect(isIn(type, other), `${type} ${other}`).to.equal(false);
			for (const own of [undefined, "Shop/AWS", "Shop"]) expect(isIn(type, own), type).to.equal(true);
		}
		expect(isIn("aws:dynamodb/table:Table", "AWS/DynamoDB"), "of what is not measured").to.equal(true);
	});

	it("parts load balancers by their kind, where it is known", () => {
		const kinds = { application: "AWS/ApplicationELB", network: "AWS/NetworkELB", gateway: "AWS/GatewayELB" };
		for (const [loadBalancerType, namespace] of Object.entries(kinds))
			for (const other of Object.values(kinds)) {
				expect(isIn(BALANCER, other, undefined, { loadBalancerType })).to.equal(other === namespace);
				expect(isIn("aws:lb/targetGroup:TargetGroup", other)).to.equal(true);
			}
		const open = { loadBalancerType: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" };
		for (const namespace of Object.values(kinds)) expect(isIn(BALANCER, namespace, undefined, open)).to.equal(true);
		expect(isIn(BALANCER, "AWS/ELB", undefined, open)).to.equal(false);
	});

	it("knows that the id of an API measures HTTP APIs alone, in AWS's namespace", () => {
		expect(isIn(REST_API, "AWS/ApiGateway", "ApiId")).to.equal(false);
		expect(isIn(REST_API, "AWS/ApiGateway", "ApiName")).to.equal(true);
		expect(isIn("aws:apigatewayv2/api:Api", "AWS/ApiGateway", "ApiId")).to.equal(true);
		expect(isIn(REST_API, "Shop", "ApiId")).to.equal(true);
	});

	it("knows where metrics of APIs can be kept", () => {
		for (const namespace of [undefined, "Shop", "AWS/ApiGateway"]) expect(holdsApis(namespace)).to.equal(true);
		for (const namespace of ["AWS/Lambda", "AWS/ApiGateways"]) expect(holdsApis(namespace)).to.equal(false);
	});

	it("lets a dimension of AWS's name its types alone, and a program's own any", () => {
		expect(typesOfDimension("QueueName")).to.deep.equal(["aws:sqs/queue:Queue"]);
		for (const own of ["Model", "toString"]) expect(typesOfDimension(own)).to.equal(MEASURED);
		expect(names(namedByDimension(stack, "FunctionName", "risk-score"))).to.deep.equal(["score"]);
		expect(names(namedByDimension(stack, "Model", "risk-score"))).to.deep.equal(["score"]);
		expect(names(namedByDimension(stack, "QueueName", "risk-score"))).to.deep.equal([]);
		expect(names(namedByDimension(stack, "Stage", "prod"))).to.deep.equal([]);
	});

	it("finds what a text names as metrics and searches do", () => {
		for (const text of ["risk-score", "risk-score:live", "/aws/lambda/risk-score", "risk-score/7", "live"])
			expect(names(measuredBy(stack, text, MEASURED)), text).to.deep.equal(["score"]);
		for (const text of ["app/edge-1/1a2b", "edge-1"])
			expect(names(measuredBy(stack, text, MEASURED)), text).to.deep.equal(["edge"]);
		for (const text of ["", "/", "nobody", "edge-2"]) expect(measuredBy(stack, text, MEASURED), text).to.deep.equal([]);
	});
});
