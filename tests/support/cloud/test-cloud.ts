/** The embedded AWS for end-to-end tests, and resources made in it as the engine would make them: checked, then created. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Emulator, startEmulator } from "../../../sandbox/emulator/emulator.ts";
import { startWarden, type Warden } from "../../../sandbox/processes/warden.ts";
import { clientsFor, closeClients } from "../../../sandbox/provider/clients.ts";
import {
	checkResource,
	createResource,
	deleteResource,
	diffResource,
	type Resource,
	readResource,
	updateResource,
} from "../../../sandbox/provider/lifecycle.ts";
import type { Context } from "../../../sandbox/provider/resource-type.ts";
import type { Props } from "../../../sandbox/provider/values.ts";

/** The interpreter that the set-up made. */
export const PYTHON = fileURLToPath(new URL("../../../.sandbox/tools/venv/bin/python", import.meta.url));

/** A resource of the embedded AWS, and what the engine can do with it. */
export interface Made {
	id: string;
	properties: Props;
	/** One output as text, as in an ARN. */
	text(property: string): string;
	/** Changes inputs in place; throws where the provider would replace the resource. */
	update(changes: Props): Promise<Props>;
	read(): Promise<Props | undefined>;
	delete(): Promise<void>;
}

export interface TestCloud {
	emulator: Emulator;
	warden: Warden;
	context: Context;
	runDir: string;
	make(type: string, name: string, inputs: Props): Promise<Made>;
}

/** Starts one; it ends with `scope`. */
export async function startTestCloud(scope: AsyncDisposableStack): Promise<TestCloud> {
	const runDir = await mkdtemp(join(tmpdir(), "triplane-cloud-"));
	scope.defer(() => rm(runDir, { recursive: true, force: true, maxRetries: 5 }));
	const warden = await startWarden();
	scope.defer(() => warden.close());
	const emulator = await startEmulator({ python: PYTHON, runDir, spawn: warden.spawn });
	const clients = clientsFor(emulator.url, emulator.region);
	scope.defer(() => closeClients(clients));
	const { url: endpoint, region, accountId } = emulator;
	const context = { clients, endpoint, region, accountId, directory: runDir };
	return { emulator, warden, context, runDir, make: (type, name, inputs) => make(context, type, name, inputs) };
}

async function make(context: Context, type: string, name: string, program: Props): Promise<Made> {
	const resource: Resource = { urn: `urn:pulumi:test::triplane::${type}::${name}`, type, name };
	const checked = (news: Props, olds: Props) => {
		const { inputs, failures } = checkResource(resource, { olds, news, seed: new Uint8Array(), defaultTags: {} });
		if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("; "));
		return inputs;
	};
	let given = program;
	let inputs = checked(given, {});
	const { id, properties } = await createResource(resource, inputs, false, context);
	const made: Made = {
		id,
		properties,
		text(property) {
			const value = made.properties[property];
			if (typeof value !== "string") throw new Error(`${name} has no ${property}.`);
			return value;
		},
		async update(changes) {
			given = { ...given, ...changes };
			const news = checked(given, inputs);
			const { replaces } = diffResource(resource, inputs, news, []);
			if (replaces.length > 0) throw new Error(`A change of ${replaces.join(", ")} replaces ${name}.`);
			made.properties = await updateResource(resource, id, made.properties, news, false, context);
			inputs = news;
			return made.properties;
		},
		read: () => readResource(resource, id, made.properties, context),
		delete: () => deleteResource(resource, id, made.properties, context),
	};
	return made;
}
