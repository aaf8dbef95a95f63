/**
 * The pack's whole config as the engine sends it, names of unknown policies included. The SDK shows each policy only its
 * own part and drops the rest without a word, so the message is read on its way in. Nothing is changed by it.
 */
import analyzer from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";

/** What the engine gave for each policy name; undefined until it has. */
export type EngineConfig = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

let received: EngineConfig | undefined;

/** Begins to read along. Call it before the pack is constructed, once. */
export function watchEngineConfig(): void {
	const { configure } = analyzer.AnalyzerService;
	const deserialize = configure.requestDeserialize;
	configure.requestDeserialize = (bytes) => {
		const request = deserialize(bytes);
		const config = new Map<string, Readonly<Record<string, unknown>>>();
		for (const [policy, given] of request.getPolicyconfigMap().entries())
			config.set(policy, given.getProperties()?.toJavaScript() ?? {});
		received = config;
		return request;
	};
}

/** The config of the run, or undefined where the engine sent none that we could see. */
export const engineConfig = (): EngineConfig | undefined => received;
