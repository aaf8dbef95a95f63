/**
 * Runs a Pulumi program against mocks and hands its resources over as the engine hands them to a policy, with property
 * dependencies and unknowns. No provider checks the inputs: the harness adds defaults where a test asks for them.
 */

import { unknownCheckingProxy } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import type * as resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import type { ResourceInput } from "../../policies/graph/node.ts";
import { outputsOf } from "./policies-stack.ts";

/** What a program file exports: an inline program. */
export type Program = () => unknown;

const CALLS: Readonly<Record<string, Record<string, unknown>>> = {
	"aws:index/getRegion:getRegion": { region: "us-east-1", id: "us-east-1" },
	"aws:index/getCallerIdentity:getCallerIdentity": { accountId: "123456789012" },
	"aws:index/getPartition:getPartition": { partition: "aws" },
};

/** Marks a secret on the wire: `{ [SIGNATURE]: SECRET, value }`. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

interface Registration {
	urn: string;
	request: resourceProto.RegisterResourceRequest;
	outputs: Record<string, unknown>;
}

/** The resources that a program registers, before (`preview`) or after (`applied`) they exist. */
export async function resourcesOf(program: Program, run: "preview" | "applied"): Promise<ResourceInput[]> {
	const registrations: Registration[] = [];
	const outputs = ({ type, name, inputs }: pulumi.runtime.MockResourceArgs): Record<string, unknown> =>
		run === "preview" ? inputs : { ...inputs, ...outputsOf({ type, name, props: inputs }) };
	await pulumi.runtime.setMocks(
		{
			newResource: async (args) => ({
				id: run === "preview" ? undefined : String(outputs(args).id),
				state: outputs(args),
			}),
			call: ({ token }) => {
				const answer = CALLS[token];
				if (!answer) throw new Error(`The mocks have no answer for ${token}: add one to CALLS.`);
				return answer;
			},
		},
		"programs",
		"test",
		run === "preview",
	);
	const monitor = pulumi.runtime.getMonitor();
	if (!monitor) throw new Error("setMocks made no monitor: the SDK has changed.");
	const register = monitor.registerResource.bind(monitor);
	Reflect.set(monitor, "registerResource", (request: resourceProto.RegisterResourceRequest, answer: Answer) =>
		register(request, (error, response) => {
			if (response)
				registrations.push({
					urn: response.getUrn(),
					request,
					outputs: bare(response.getObject()?.toJavaScript() ?? {}),
				});
			answer(error, response);
		}),
	);
	await program();
	// Registrations go on after the program returns: only this waits for the last of them.
	await pulumi.runtime.disconnect();
	return inputsOf(registrations, run);
}

type Answer = (error: Error | null, response: resourceProto.RegisterResourceResponse) => void;

function inputsOf(registrations: readonly Registration[], run: "preview" | "applied"): ResourceInput[] {
	const byUrn = new Map(registrations.map((each) => [each.urn, each]));
	const dependenciesOf = ({ request }: Registration) =>
		Object.fromEntries(
			[...request.getPropertydependenciesMap().entries()].map(([property, dependencies]) => [
				property,
				dependencies.getUrnsList().map((urn) => ({ urn })),
			]),
		);
	return registrations
		.filter(({ request }) => request.getCustom())
		.map((registration): ResourceInput => {
			const { urn, request, outputs } = registration;
			const inputs = bare(request.getObject()?.toJavaScript() ?? {});
			const provider = byUrn.get(request.getProvider().split("::").slice(0, 4).join("::"));
			return {
				type: request.getType(),
				name: request.getName(),
				urn,
				props: unknownCheckingProxy(run === "applied" ? { ...outputs, ...inputs } : inputs),
				...(request.getParent() ? { parent: { urn: request.getParent() } } : {}),
				...(provider
					? {
							provider: {
								type: provider.request.getType(),
								name: provider.request.getName(),
								urn: provider.urn,
								props: unknownCheckingProxy(bare(provider.request.getObject()?.toJavaScript() ?? {})),
							},
						}
					: {}),
				propertyDependencies: dependenciesOf(registration),
			};
		});
}

/** Properties as policies get them: secrets laid bare, marks for unknowns left in. */
const bare = (properties: object): Record<string, unknown> =>
	Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, bareValue(value)]));

function bareValue(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(bareValue);
	if (typeof value !== "object" || value === null) return value;
	return Reflect.get(value, SIGNATURE) === SECRET ? bareValue(Reflect.get(value, "value")) : bare(value);
}
