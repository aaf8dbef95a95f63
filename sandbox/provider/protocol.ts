/**
 * The engine's provider protocol: messages to plain values, calls to lifecycle.ts, and back.
 * All provider instances of a deployment share one server; each has its own connection, and by that its settings are found.
 */
import type * as grpc from "@grpc/grpc-js";
import pluginPackage from "@pulumi/pulumi/proto/plugin_pb.js";
import grpcPackage from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type * as provider from "@pulumi/pulumi/proto/provider_pb.js";
import providerPackage from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPackage from "google-protobuf/google/protobuf/empty_pb.js";
import structPackage from "google-protobuf/google/protobuf/struct_pb.js";
import { diff } from "./diff.ts";
import { PACKAGE_VERSION } from "./installed.ts";
import { invoke } from "./invokes.ts";
import {
	checkResource,
	createResource,
	deleteResource,
	diffResource,
	type Resource,
	readResource,
	updateResource,
} from "./lifecycle.ts";
import type { Context } from "./resource-type.ts";
import { type ProviderSettings, parseProviderSettings } from "./settings.ts";
import { type Props, plainProps } from "./values.ts";

const { Struct } = structPackage;
const { Empty } = emptyPackage;

export const providerService = grpcPackage.ResourceProviderService;

type Call<Request> = grpc.ServerUnaryCall<Request, unknown>;
type Answer<Request, Response> = (request: Request, call: Call<Request>) => Promise<Response> | Response;

/** Answers a call with what a function gives, and with its message where it throws. */
const unary =
	<Request, Response>(answer: Answer<Request, Response>): grpc.handleUnaryCall<Request, Response> =>
	async (call, done) => {
		try {
			done(null, await answer(call.request, call));
		} catch (error) {
			done({ code: 2, details: error instanceof Error ? error.message : String(error) });
		}
	};

interface Message {
	toJavaScript(): unknown;
}
const propsOf = (message: Message | undefined): Props => plainProps(message?.toJavaScript());
const struct = (props: Props) => Struct.fromJavaScript(props);

/** A URN is `urn:pulumi:<stack>::<project>::<parents' types>$<type>::<name>`. */
function resourceOf(urn: string): Resource {
	const [, , types = "", ...name] = urn.split("::");
	return { urn, type: types.split("$").at(-1) ?? "", name: name.join("::") };
}

/** @param contextOf what a resource needs of its surroundings, in a region or the default one */
export function handlersOf(contextOf: (region?: string) => Context): grpc.UntypedServiceImplementation {
	const settingsOf = new Map<string, ProviderSettings>();
	const settings = (call: Call<unknown>): ProviderSettings => settingsOf.get(call.getPeer()) ?? { defaultTags: {} };
	const context = (call: Call<unknown>, inputs: Props): Context =>
		contextOf(typeof inputs.region === "string" ? inputs.region : settings(call).region);

	return {
		handshake: unary(() => new providerPackage.ProviderHandshakeResponse().setSupportsAutonamingConfiguration(true)),
		attach: unary(() => new Empty()),
		cancel: unary(() => new Empty()),
		getPluginInfo: unary(() => new pluginPackage.PluginInfo().setVersion(PACKAGE_VERSION)),
		getSchema: unary(() => new providerPackage.GetSchemaResponse().setSchema("{}")),
		checkConfig: unary((request: provider.CheckRequest) =>
			new providerPackage.CheckResponse().setInputs(request.getNews()),
		),
		diffConfig: unary((request: provider.DiffRequest) => {
			const found = diff({
				olds: propsOf(request.getOldInputs() ?? request.getOlds()),
				news: propsOf(request.getNews()),
				ignoreChanges: request.getIgnorechangesList(),
				replaceOn: ["region"],
				identity: [],
			});
			return diffResponse(found);
		}),
		configure: unary((request: provider.ConfigureRequest, call) => {
			settingsOf.set(call.getPeer(), parseProviderSettings(propsOf(request.getArgs())));
			return new providerPackage.ConfigureResponse().setSupportspreview(true).setSupportsAutonamingConfiguration(true);
		}),
		invoke: unary((request: provider.InvokeRequest, call) => {
			const args = propsOf(request.getArgs());
			return new providerPackage.InvokeResponse().setReturn(
				struct(invoke(request.getTok(), args, context(call, args))),
			);
		}),
		check: unary((request: provider.CheckRequest, call) => {
			const proposedName = request.getAutonaming()?.getProposedName();
			const { inputs, failures } = checkResource(resourceOf(request.getUrn()), {
				olds: propsOf(request.getOlds()),
				news: propsOf(request.getNews()),
				seed: request.getRandomseed_asU8(),
				defaultTags: settings(call).defaultTags,
				...(proposedName && { proposedName }),
			});
			return new providerPackage.CheckResponse()
				.setInputs(struct(inputs))
				.setFailuresList(
					failures.map(({ property, reason }) =>
						new providerPackage.CheckFailure().setProperty(property).setReason(reason),
					),
				);
		}),
		diff: unary((request: provider.DiffRequest) => {
			const olds = propsOf(request.getOldInputs() ?? request.getOlds());
			const news = propsOf(request.getNews());
			return diffResponse(diffResource(resourceOf(request.getUrn()), olds, news, request.getIgnorechangesList()));
		}),
		create: unary(async (request: provider.CreateRequest, call) => {
			const inputs = propsOf(request.getProperties());
			const resource = resourceOf(request.getUrn());
			const made = await createResource(resource, inputs, request.getPreview(), context(call, inputs));
			return new providerPackage.CreateResponse().setId(made.id).setProperties(struct(made.properties));
		}),
		read: unary(async (request: provider.ReadRequest, call) => {
			const properties = propsOf(request.getProperties());
			const resource = resourceOf(request.getUrn());
			const found = await readResource(resource, request.getId(), properties, context(call, properties));
			if (found === undefined) return new providerPackage.ReadResponse().setId("");
			return new providerPackage.ReadResponse()
				.setId(request.getId())
				.setProperties(struct(found))
				.setInputs(request.getInputs() ?? struct(properties));
		}),
		update: unary(async (request: provider.UpdateRequest, call) => {
			const news = propsOf(request.getNews());
			const olds = propsOf(request.getOlds());
			const resource = resourceOf(request.getUrn());
			const preview = request.getPreview();
			const changed = await updateResource(resource, request.getId(), olds, news, preview, context(call, news));
			return new providerPackage.UpdateResponse().setProperties(struct(changed));
		}),
		delete: unary(async (request: provider.DeleteRequest, call) => {
			const properties = propsOf(request.getProperties());
			await deleteResource(resourceOf(request.getUrn()), request.getId(), properties, context(call, properties));
			return new Empty();
		}),
	};
}

function diffResponse({ changed, replaces, deleteBeforeReplace }: ReturnType<typeof diff>) {
	const { DIFF_SOME, DIFF_NONE } = providerPackage.DiffResponse.DiffChanges;
	return new providerPackage.DiffResponse()
		.setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE)
		.setDiffsList(changed)
		.setReplacesList(replaces)
		.setDeletebeforereplace(deleteBeforeReplace);
}
