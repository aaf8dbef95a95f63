/**
 * The resources that the engine sends to be judged together. The SDK takes each one apart anew for every policy, which costs
 * several times what all rules do; so what a message says is read once. Nothing is changed by it.
 */
import analyzer from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";

/** Begins to read them once. Call it before the pack is constructed, once. */
export function readEngineResourcesOnce(): void {
	const { analyzeStack } = analyzer.AnalyzerService;
	const deserialize = analyzeStack.requestDeserialize;
	analyzeStack.requestDeserialize = (bytes) => {
		const request = deserialize(bytes);
		for (const resource of request.getResourcesList())
			for (const properties of [resource.getProperties(), resource.getProvider()?.getProperties()])
				if (properties) properties.toJavaScript = once(properties.toJavaScript.bind(properties));
		return request;
	};
}

/** The SDK copies what it is given before it hands it on, so one answer serves all policies. */
function once<Value>(read: () => Value): () => Value {
	let value: Value | undefined;
	return () => {
		value ??= read();
		return value;
	};
}
