/**
 * Runs a Pulumi program without any cloud or engine, against the SDK's mocks, and hands its resources over as the engine
 * hands them to a policy: with property dependencies, secrets laid bare and marks for unknowns. Judges nothing.
 */
import type * as pulumi from "@pulumi/pulumi";
import type * as resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import type { ResourceInput } from "../graph/node.ts";
import { bareProps } from "../wire.ts";

export type PulumiSdk = typeof pulumi;

/** What runs a program: an inline program, or the import of a module. */
export type Program = () => unknown;

export interface RecordingOptions {
	/** The SDK that the program itself uses: mocks set on another copy would not be seen. */
	sdk: PulumiSdk;
	project: string;
	stack: string;
	/** Settings by full key, structured ones as JSON. */
	config?: Record<string, string>;
	/** `preview`: nothing exists yet, so outputs are unknown; `applied`: {@link outputsOf} are there. */
	run: "preview" | "applied";
	/** What a resource has once it exists, `id` included. */
	outputsOf?(args: pulumi.runtime.MockResourceArgs): Record<string, unknown>;
	/** Answers a provider's function; undefined where nothing can be said, then its result is unknown. */
	answerTo(token: string, args: Record<string, unknown>): Record<string, unknown> | undefined;
}

export interface Recording {
	/** The resources that a provider makes; components and providers are not among them. */
	resources: ResourceInput[];
	/** Components whose children another process would make, as "type::name": those children are not seen. */
	remoteComponents: string[];
	/** Functions of providers that had no answer. */
	unanswered: string[];
}

interface Registration {
	urn: string;
	request: resourceProto.RegisterResourceRequest;
	outputs: Record<string, unknown>;
}

/** @throws whatever the program throws */
export async function recordProgram(program: Program, options: RecordingOptions): Promise<Recording> {
	const { sdk, run } = options;
	const isPreview = run === "preview";
	const state = (args: pulumi.runtime.MockResourceArgs): Record<string, unknown> =>
		isPreview ? args.inputs : { ...args.inputs, ...options.outputsOf?.(args) };
	await sdk.runtime.setMocks(
		{
			newResource: async (args) => ({ id: isPreview ? undefined : String(state(args).id), state: state(args) }),
			call: ({ token, inputs }) => options.answerTo(token, inputs) ?? {},
		},
		options.project,
		options.stack,
		isPreview,
	);
	sdk.runtime.setAllConfig(options.config ?? {});
	const registrations: Registration[] = [];
	const unanswered = new Set<string>();
	listen(sdk, registrations, (token, args) => {
		const isAnswered = options.answerTo(token, args) !== undefined;
		if (!isAnswered) unanswered.add(token);
		return isAnswered;
	});
	await program();
	// Registrations go on after the program returns: only this waits for the last of them.
	await sdk.runtime.disconnect();
	return {
		resources: inputsOf(registrations, run),
		remoteComponents: registrations
			.filter(({ request }) => request.getRemote() && !request.getCustom())
			.map(({ request }) => `${request.getType()}::${request.getName()}`),
		unanswered: [...unanswered],
	};
}

type Answer<T> = (error: Error | null, response: T) => void;

/** Listens in on what the SDK asks of its monitor; a call without an answer becomes an unknown result. */
function listen(
	sdk: PulumiSdk,
	registrations: Registration[],
	isAnswered: (token: string, args: Record<string, unknown>) => boolean,
): void {
	const monitor = sdk.runtime.getMonitor();
	if (!monitor) throw new Error("setMocks made no monitor: the SDK has changed.");
	const [register, invoke] = [monitor.registerResource.bind(monitor), monitor.invoke.bind(monitor)];
	Reflect.set(
		monitor,
		"registerResource",
		(request: resourceProto.RegisterResourceRequest, answer: Answer<resourceProto.RegisterResourceResponse>) =>
			register(request, (error, response) => {
				if (response)
					registrations.push({
						urn: response.getUrn(),
						request,
						outputs: bareProps(response.getObject()?.toJavaScript() ?? {}),
					});
				answer(error, response);
			}),
	);
	Reflect.set(
		monitor,
		"invoke",
		(request: resourceProto.ResourceInvokeRequest, answer: Answer<{ getUnknown?(): boolean }>) =>
			invoke(request, (error, response) => {
				const isUnknown = response && !isAnswered(request.getTok(), bareProps(request.getArgs()?.toJavaScript() ?? {}));
				if (isUnknown) Reflect.set(response, "getUnknown", () => true);
				answer(error, response);
			}),
	);
}

function inputsOf(registrations: readonly Registration[], run: RecordingOptions["run"]): ResourceInput[] {
	const byUrn = new Map(registrations.map((each) => [each.urn, each]));
	return registrations
		.filter(({ request }) => request.getCustom() && !request.getType().startsWith("pulumi:"))
		.map(({ urn, request, outputs }): ResourceInput => {
			const inputs = bareProps(request.getObject()?.toJavaScript() ?? {});
			const provider = byUrn.get(request.getProvider().split("::").slice(0, 4).join("::"));
			return {
				type: request.getType(),
				name: request.getName(),
				urn,
				props: run === "applied" ? { ...outputs, ...inputs } : inputs,
				...(request.getParent() ? { parent: { urn: request.getParent() } } : {}),
				...(provider ? { provider: { props: bareProps(provider.request.getObject()?.toJavaScript() ?? {}) } } : {}),
				propertyDependencies: Object.fromEntries(
					[...request.getPropertydependenciesMap().entries()].map(([property, dependencies]) => [
						property,
						dependencies.getUrnsList().map((each) => ({ urn: each })),
					]),
				),
			};
		});
}
