/**
 * The inputs of a resource that is to be remediated, as the engine sent them. The SDK rebuilds them for a remediation, and
 * takes assets apart on the way back (a function would lose its code); so the message is read on its way in.
 */
import analyzer from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import type { WireProps } from "./wire.ts";

const inputsByUrn = new Map<string, WireProps>();

/** Begins to read along. Call it before the pack is constructed, once. */
export function watchEngineInputs(): void {
	const { remediate } = analyzer.AnalyzerService;
	const deserialize = remediate.requestDeserialize;
	remediate.requestDeserialize = (bytes) => {
		const request = deserialize(bytes);
		inputsByUrn.set(request.getUrn(), request.getProperties()?.toJavaScript() ?? {});
		return request;
	};
}

/** The inputs of a resource, mended so far; undefined where they could not be seen. */
export const engineInputs = (urn: string): WireProps | undefined => inputsByUrn.get(urn);

/** Keeps what one remediation made of them for the next. */
export function keepEngineInputs(urn: string, inputs: WireProps): void {
	inputsByUrn.set(urn, inputs);
}
