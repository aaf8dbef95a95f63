/**
 * The Pulumi provider for the embedded AWS: a gRPC server in this process, which the engine attaches to as its `aws` provider.
 * Here is the protocol alone; what is done is lifecycle.ts.
 */
import * as grpc from "@grpc/grpc-js";
import { TriplaneError } from "../../charter/errors.ts";
import { EMULATOR_ACCOUNT } from "../emulator/emulator.ts";
import { type Clients, clientsFor, closeClients } from "./clients.ts";
import { handlersOf, providerService } from "./protocol.ts";
import type { Context } from "./resource-type.ts";

export interface ProviderOptions {
	/** Endpoint of the embedded AWS. */
	endpoint: string;
	/** Region of provider instances that set none. */
	region: string;
	/** @default the embedded AWS's only one */
	accountId?: string;
	/** The program's directory, which the relative paths of its archives start from. @default the current one */
	directory?: string;
}

export interface Provider {
	/** For `PULUMI_DEBUG_PROVIDERS=aws:<port>`. */
	readonly port: number;
	stop(): Promise<void>;
}

/** Starts it on a free port of 127.0.0.1. */
export async function startProvider(options: ProviderOptions): Promise<Provider> {
	const clients = new Map<string, Clients>();
	const contextOf = (region = options.region): Context => {
		let found = clients.get(region);
		if (found === undefined) {
			found = clientsFor(options.endpoint, region);
			clients.set(region, found);
		}
		const { endpoint, accountId = EMULATOR_ACCOUNT, directory = process.cwd() } = options;
		return { clients: found, endpoint, region, accountId, directory };
	};
	const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
	server.addService(providerService, handlersOf(contextOf));
	const port = await new Promise<number>((resolve, reject) => {
		server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
			if (error)
				reject(new TriplaneError(`The provider found no port on 127.0.0.1: ${error.message}`, { cause: error }));
			else resolve(bound);
		});
	});
	return {
		port,
		async stop() {
			server.forceShutdown();
			for (const each of clients.values()) closeClients(each);
		},
	};
}
