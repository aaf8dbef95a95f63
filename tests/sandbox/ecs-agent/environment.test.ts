/** The environment of a container's process. */
import { dirname } from "node:path";
import { expect } from "chai";
import { environmentOf, type TaskPlace } from "../../../sandbox/ecs-agent/environment.ts";
import type { ContainerPlan } from "../../../sandbox/ecs-agent/plan.ts";

const place: TaskPlace = {
	endpoint: "http://127.0.0.1:4566",
	region: "eu-west-1",
	directory: "/run/ecs/t1",
	agentUri: "http://127.0.0.1:5000/api/secret",
	credentialsUri: "http://127.0.0.1:5000/credentials/secret",
	launchType: "EC2",
	modelServerPort: 8101,
	healthPort: 8102,
};
const container = (environment: Record<string, string>): ContainerPlan => ({
	name: "worker",
	bundle: "/dist/worker",
	command: [],
	environment,
	essential: true,
	stopTimeoutSeconds: 30,
	dependsOn: [],
	awaits: [],
	mounts: [],
});

describe("The environment of a container", () => {
	it("is the definition's and what ECS gives, with ports of its own, and nothing of this process's.", () => {
		const declared = { TRIPLANE_MODEL: "digit-reader", TRIPLANE_MODEL_SERVER_URL: "http://127.0.0.1:8080" };
		expect(environmentOf(container(declared), place)).to.deep.equal({
			TRIPLANE_MODEL: "digit-reader",
			TRIPLANE_MODEL_SERVER_URL: "http://127.0.0.1:8101",
			TRIPLANE_MODEL_SERVER_PORT: "8101",
			TRIPLANE_HEALTH_PORT: "8102",
			PATH: dirname(process.execPath),
			HOME: "/run/ecs/t1",
			TMPDIR: "/run/ecs/t1",
			AWS_REGION: "eu-west-1",
			AWS_DEFAULT_REGION: "eu-west-1",
			AWS_ENDPOINT_URL: "http://127.0.0.1:4566",
			AWS_EXECUTION_ENV: "AWS_ECS_EC2",
			AWS_EC2_METADATA_DISABLED: "true",
			AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://127.0.0.1:5000/credentials/secret",
			ECS_AGENT_URI: "http://127.0.0.1:5000/api/secret",
		});
	});

	it("has no credentials where the task has no role.", () => {
		const { credentialsUri: _, ...roleless } = place;
		expect(environmentOf(container({}), roleless)).not.to.have.property("AWS_CONTAINER_CREDENTIALS_FULL_URI");
	});
});
