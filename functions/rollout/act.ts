/** Which action a request asks for. */
import type {
	BeginResponse,
	EndResponse,
	ExperimentResponse,
	RolloutResponse,
	WatchResponse,
} from "../../charter/pipeline.ts";
import { ask } from "./ask.ts";
import { begin } from "./begin.ts";
import { rollBackByHand } from "./by-hand.ts";
import { deploy } from "./deploy.ts";
import { end } from "./end.ts";
import { endExperiment, startExperiment } from "./experiment.ts";
import { finalize } from "./finalize.ts";
import { open } from "./open.ts";
import type { RolloutPorts } from "./ports.ts";
import type { Request } from "./request.ts";
import { rollback } from "./rollback.ts";
import { shift } from "./shift.ts";
import { watch } from "./watch.ts";

export type Response = BeginResponse | RolloutResponse | EndResponse | ExperimentResponse | WatchResponse;

/** @param pipelines state machines by model */
export async function act(
	ports: RolloutPorts,
	pipelines: ReadonlyMap<string, string>,
	request: Request,
): Promise<Response> {
	switch (request.action) {
		case "begin":
			return begin(ports, request);
		case "open":
			return open(ports, request);
		case "ask":
			return ask(ports, request);
		case "deploy":
			return deploy(ports, request);
		case "shift":
			return shift(ports, request);
		case "finalize":
			return finalize(ports, request);
		case "rollback": {
			const { rollout } = request;
			return rollout === undefined ? rollBackByHand(ports, request) : rollback(ports, { ...request, rollout });
		}
		case "end":
			return end(ports, request);
		case "watch":
			return watch(ports, pipelines);
		case "experiment":
			return startExperiment(ports, request);
		case "end-experiment":
			return endExperiment(ports, request);
	}
}
