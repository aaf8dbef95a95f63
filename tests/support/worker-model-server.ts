/** The reference model server over an AWS in memory, listening on loopback, with the digit reader registered. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { marshall } from "@aws-sdk/util-dynamodb";
import { TrainingManifest } from "../../charter/messages.ts";
import { artifactKey, modelKey, ROUTE_KEY, versionKey } from "../../charter/registry.ts";
import { type AnswerPorts, answer } from "../../functions/model-server/answers.ts";
import { createDoor } from "../../functions/model-server/door.ts";
import { artifactStore } from "../../functions/shared/inference/artifact-store.ts";
import { createModels } from "../../functions/shared/inference/models.ts";
import { onnxRuntime } from "../../functions/shared/inference/onnx.ts";
import { registryStore } from "../../functions/shared/inference/registry-store.ts";
import { createRouting } from "../../functions/shared/inference/routing.ts";
import { createVersions } from "../../functions/shared/inference/versions.ts";
import { createLog } from "../../functions/shared/telemetry/log.ts";
import { MemoryAws } from "./functions-aws.ts";
import { DIGITS, digitsFixture } from "./worker-digits.ts";

const TABLE = "registry";

/** It ends with `scope`. */
export async function startModelServer(scope: AsyncDisposableStack) {
	const aws = new MemoryAws();
	const { dynamodb, s3 } = aws.clients();
	const manifest = TrainingManifest.parse(JSON.parse(readFileSync(digitsFixture("manifest.json"), "utf8")));
	const { sha256, bytes } = manifest.artifact;
	const key = artifactKey(DIGITS, sha256);
	aws.objects.set(key, readFileSync(digitsFixture("model.onnx")));
	const pk = modelKey(DIGITS);
	const { signature } = manifest;
	const version = (number: number, artifact = key) =>
		aws.dynamodb.put(
			TABLE,
			marshall(
				{ pk, sk: versionKey(number), model: DIGITS, version: number, artifactKey: artifact, sha256, bytes, signature },
				{ removeUndefinedValues: true },
			),
		);
	version(1);
	aws.dynamodb.put(
		TABLE,
		marshall({ pk, sk: ROUTE_KEY, revision: 1, variants: [{ name: "champion", version: 1, weight: 100 }] }),
	);
	const records: Record<string, unknown>[] = [];
	const write = (line: string) => records.push(JSON.parse(line));
	const log = createLog({ service: "model-server", environment: "dev", write, now: Date.now });
	const registry = registryStore(dynamodb, TABLE);
	const state = { isStopping: false };
	const ports: AnswerPorts = {
		model: DIGITS,
		routing: createRouting({ model: DIGITS, registry, now: Date.now }),
		versions: createVersions(DIGITS, registry),
		models: createModels(artifactStore(s3, "artifacts"), onnxRuntime),
		log,
		isStopping: () => state.isStopping,
	};
	const door = createDoor({
		model: DIGITS,
		log,
		now: Date.now,
		answer: (operation, body) => answer(operation, body, ports),
	});
	door.server.listen(0, "127.0.0.1");
	await once(door.server, "listening");
	scope.defer(async () => {
		door.server.close();
		door.server.closeAllConnections();
		await once(door.server, "close");
	});
	const address = door.server.address();
	if (typeof address !== "object" || !address) throw new Error("The model server has no port.");
	return { url: `http://127.0.0.1:${address.port}`, port: address.port, door, ports, state, records, version, aws };
}
