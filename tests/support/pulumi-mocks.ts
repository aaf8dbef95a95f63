/**
 * Runs a piece of a Pulumi program against mocks and hands back what it registered.
 * Not an AWS: outputs are made up by one rule, and nothing checks that the inputs would be accepted.
 */
import * as pulumi from "@pulumi/pulumi";

export interface Registered {
	type: string;
	name: string;
	/** Outputs as their values, secrets as `{ secret }`, assets and archives as their paths. */
	inputs: Record<string, unknown>;
}

/** Values that a test needs to be exactly so: by type, then property. */
const OUTPUTS: Record<string, (args: pulumi.runtime.MockResourceArgs) => Record<string, unknown>> = {
	"aws:apigateway/restApi:RestApi": ({ name }) => ({
		executionArn: `arn:aws:execute-api:us-east-1:123456789012:${name}`,
		rootResourceId: `${name}-root`,
	}),
	"aws:apigateway/stage:Stage": ({ inputs }) => ({
		invokeUrl: `https://${inputs.restApi}.execute-api.us-east-1.amazonaws.com/${inputs.stageName}`,
	}),
	"aws:apigateway/apiKey:ApiKey": ({ name }) => ({ value: `${name}-value` }),
	"aws:lambda/function:Function": ({ name }) => ({ invokeArn: `arn:invoke:${name}`, version: "1" }),
	"aws:lambda/alias:Alias": ({ name }) => ({ invokeArn: `arn:invoke:${name}` }),
	"aws:s3/bucket:Bucket": ({ name }) => ({ bucket: name }),
	"aws:sqs/queue:Queue": ({ name }) => ({ url: `https://sqs.us-east-1.amazonaws.com/123456789012/${name}` }),
	"aws:ecs/cluster:Cluster": ({ name }) => ({ arn: `arn:aws:ecs:us-east-1:123456789012:cluster/${name}` }),
	"aws:ec2/launchTemplate:LaunchTemplate": () => ({ latestVersion: 7 }),
	"awsx:ec2:Vpc": ({ name }) => ({
		vpcId: `${name}-id`,
		privateSubnetIds: [`${name}-private-1`, `${name}-private-2`],
		routeTables: [{ id: `${name}-routes-1` }, { id: `${name}-routes-2` }],
	}),
};
const CALLS: Record<string, Record<string, unknown>> = {
	"aws:index/getRegion:getRegion": { region: "us-east-1" },
	"aws:index/getCallerIdentity:getCallerIdentity": { accountId: "123456789012" },
	"aws:index/getPartition:getPartition": { partition: "aws" },
};

/** What was registered since the last {@link underMocks} began, in the order of registration. */
let registered: Registered[] = [];
/** By "type::name": what a resource waits for, and is therefore destroyed before. */
let awaited = new Map<string, string[]>();

const mocks: pulumi.runtime.Mocks = {
	async newResource(args) {
		registered.push({ type: args.type, name: args.name, inputs: await plain(args.inputs) });
		return {
			id: args.custom === false ? undefined : `${args.name}-id`,
			state: { name: args.name, arn: `arn:${args.name}`, ...args.inputs, ...OUTPUTS[args.type]?.(args) },
		};
	},
	call({ token }) {
		const answer = CALLS[token];
		if (!answer) throw new Error(`The mocks have no answer for ${token}: add one to CALLS.`);
		return answer;
	},
};

/** Listens in on the dependencies of each registration, which the mocks are not told of. */
function listen(): void {
	const monitor = pulumi.runtime.getMonitor();
	if (!monitor) throw new Error("setMocks made no monitor: the SDK has changed.");
	const register = monitor.registerResource.bind(monitor);
	const dependencies = awaited;
	Reflect.set(monitor, "registerResource", (...args: Parameters<typeof register>) => {
		const [request] = args;
		// A URN ends in the types from the outermost parent to the resource, and the name.
		const titleOf = (urn: string) => urn.replace(/^.*[:$]([^:$]+:[^:$]+:[^:$]+::[^:]+(?::[^:]+)*)$/, "$1");
		dependencies.set(`${request.getType()}::${request.getName()}`, request.getDependenciesList().map(titleOf));
		return register(...args);
	});
}

export interface Run<T> {
	/** What the program returned, its outputs resolved. */
	result: pulumi.Unwrap<T>;
	resources: Registered[];
	/** What the program warned of, and what it only said, line by line. */
	warnings: string[];
	infos: string[];
	/** The one resource of this type and name. */
	find(type: string, name: string): Registered;
	/** Everything, as "type::name", that this resource is destroyed before, however far behind it. */
	outlivedBy(type: string, name: string): Set<string>;
}

/**
 * Runs `program` as stack "dev" of project "triplane", to the last registration.
 * @param config values by full key, structured ones as JSON
 * @example const { find } = await underMocks(() => new OnDemandTable("features", args));
 */
export async function underMocks<T>(
	program: () => T | Promise<T>,
	config: Record<string, string> = {},
): Promise<Run<T>> {
	registered = [];
	awaited = new Map();
	await pulumi.runtime.setMocks(mocks, "triplane", "dev");
	listen();
	pulumi.runtime.setAllConfig(config);
	const [warnings, infos]: [string[], string[]] = [[], []];
	const { warn, log } = console;
	// Without an engine Pulumi's log goes to the console.
	console.warn = (line: string) => warnings.push(line);
	// Mocha writes its report there too.
	console.log = (...args: unknown[]) => (/^info: /.test(String(args[0])) ? infos.push(String(args[0])) : log(...args));
	const result = await ran(program).finally(() => {
		Object.assign(console, { warn, log });
	});
	const resources = registered;
	const dependencies = awaited;
	return {
		result,
		resources,
		warnings,
		infos,
		find(type, name) {
			const found = resources.filter((resource) => resource.type === type && resource.name === name);
			const [only] = found;
			if (!only || found.length > 1)
				throw new Error(`${found.length} resources are ${type} "${name}". There are: ${titles(resources).join(", ")}`);
			return only;
		},
		outlivedBy(type, name) {
			const outliving = new Set<string>();
			const visit = (title: string) => {
				for (const next of dependencies.get(title) ?? []) {
					if (outliving.has(next)) continue;
					outliving.add(next);
					visit(next);
				}
			};
			visit(`${type}::${name}`);
			return outliving;
		},
	};
}

/** Resources as "type::name", sorted: what a test compares as a whole. */
export const titles = (resources: readonly Registered[]): string[] =>
	resources.map(({ type, name }) => `${type}::${name}`).sort();

async function ran<T>(program: () => T | Promise<T>): Promise<pulumi.Unwrap<T>> {
	const returned = pulumi.output(await program());
	const result = await new Promise<pulumi.Unwrap<T>>((resolve) => {
		returned.apply(resolve);
	});
	// Registrations go on after the constructors return: only this waits for the last of them.
	await pulumi.runtime.disconnect();
	return result;
}

async function plain(value: object): Promise<Record<string, unknown>> {
	const entries = Object.entries(value).map(async ([key, inner]) => [key, await plainValue(inner)] as const);
	return Object.fromEntries(await Promise.all(entries));
}

async function plainValue(value: unknown): Promise<unknown> {
	if (value === null || typeof value !== "object") return value;
	if (Array.isArray(value)) return Promise.all(value.map(plainValue));
	if (pulumi.runtime.isRpcSecret(value)) return { secret: await plainValue(pulumi.runtime.unwrapRpcSecret(value)) };
	if ("path" in value && isAsset(value)) return value.path;
	if ("assets" in value && isAsset(value)) return plainValue(await value.assets);
	return plain(value);
}

const isAsset = (value: object): boolean => "__pulumiArchive" in value || "__pulumiAsset" in value;
