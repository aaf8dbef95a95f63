/** How a container's words about its volumes become those about folders. */
import { expect } from "chai";
import fc from "fast-check";
import type { ContainerPlan } from "../../../sandbox/ecs-agent/plan.ts";
import { withFolders } from "../../../sandbox/ecs-agent/volumes.ts";

const plan = (change: Partial<ContainerPlan>): ContainerPlan => ({
	name: "trainer",
	bundle: "",
	command: [],
	environment: {},
	essential: true,
	stopTimeoutSeconds: 30,
	dependsOn: [],
	awaits: [],
	mounts: [{ volume: "run", containerPath: "/triplane/run" }],
	...change,
});

describe("A container's volumes", () => {
	it("are folders of the task, in its variables and its words.", () => {
		const environment = {
			A: "/triplane/run",
			B: "/triplane/run/model.onnx",
			C: "/triplane/running",
			D: "to /triplane/run",
		};
		const { environment: found, command } = withFolders(
			plan({ environment, command: ["--output", "/triplane/run/x"] }),
			"/ecs/t1",
		);
		expect(found).to.deep.equal({
			A: "/ecs/t1/volumes/run",
			B: "/ecs/t1/volumes/run/model.onnx",
			C: "/triplane/running",
			D: "to /triplane/run",
		});
		expect(command).to.deep.equal(["--output", "/ecs/t1/volumes/run/x"]);
	});

	it("may lie in each other.", () => {
		const mounts = [
			{ volume: "outer", containerPath: "/data" },
			{ volume: "inner", containerPath: "/data/cache" },
		];
		const { command } = withFolders(plan({ mounts, command: ["/data/x", "/data/cache/x"] }), "/ecs");
		expect(command).to.deep.equal(["/ecs/volumes/outer/x", "/ecs/volumes/inner/x"]);
	});

	it("change nothing else, whatever it is.", () => {
		fc.assert(
			fc.property(fc.array(fc.string()), fc.dictionary(fc.string(), fc.string()), (command, environment) => {
				const before = plan({ command, environment });
				expect(withFolders(before, "/ecs")).to.deep.equal(before);
			}),
		);
	});
});
