/**
 * Makes in the embedded AWS what a component registers: run under mocks, and its buckets, tables, functions with their roles
 * and workflows made as registered, ARNs put right. For tests of one component; a whole stack is the engine's to make.
 */
import type { Props, Value } from "../../../sandbox/provider/values.ts";
import { type Registered, underMocks } from "../pulumi-mocks.ts";
import type { Made, TestCloud } from "./test-cloud.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";

/** Types in the order in which they are made: what others name comes first. */
const ORDER = [
	"aws:s3/bucket:Bucket",
	"aws:dynamodb/table:Table",
	"aws:cloudwatch/logGroup:LogGroup",
	"aws:lambda/layerVersion:LayerVersion",
	"aws:iam/role:Role",
	"aws:iam/rolePolicy:RolePolicy",
	"aws:lambda/function:Function",
	"aws:sfn/stateMachine:StateMachine",
];

/** What was made, by the name that the component gave it. */
export type Deployed = ReadonlyMap<string, Made>;

export async function deployed(cloud: TestCloud, program: () => void): Promise<Deployed> {
	const { resources } = await underMocks(program);
	const made = new Map<string, Made>();
	for (const type of ORDER)
		for (const resource of resources.filter((each) => each.type === type))
			made.set(resource.name, await cloud.make(type, resource.name, inputsOf(resource, made)));
	return made;
}

/** A bucket and a table have the names that the mocks make up: functions know them by those. */
function inputsOf({ type, name, inputs }: Registered, made: Deployed): Props {
	const known = substituted(inputs, made);
	switch (type) {
		case "aws:s3/bucket:Bucket":
			return { bucket: name };
		case "aws:dynamodb/table:Table":
			return { ...known, name };
		case "aws:iam/rolePolicy:RolePolicy":
			return { ...known, role: idOf(made, name.replace(/-policy$/, "-role")) };
		case "aws:lambda/function:Function":
			return { ...known, name, code: archive(inputs.code) };
		case "aws:lambda/layerVersion:LayerVersion":
			return { ...known, code: archive(inputs.code) };
		default:
			return known;
	}
}

function idOf(made: Deployed, name: string): string {
	const found = made.get(name);
	if (!found) throw new Error(`${name} is named before it is made.`);
	return found.id;
}

/** The mocks' ARNs, as in "arn:batch-data-bucket/input/*", replaced by those of what was made. */
function substituted(inputs: object, made: Deployed): Props {
	const text = JSON.stringify(inputs).replaceAll(/arn:([\w-]+)(?=[\\"/:])/g, (mocked, name: string) => {
		const arn = made.get(name)?.properties.arn;
		return typeof arn === "string" ? arn : mocked;
	});
	const parsed: Props = JSON.parse(text);
	return parsed;
}

/** Code as the engine hands it over: a folder by its path, or files by theirs. */
function archive(code: unknown): Value {
	if (typeof code === "string") return { [SIGNATURE]: ARCHIVE, hash: code, path: code };
	const files = Object.entries(code ?? {}).map(([name, path]): [string, Value] => [
		name,
		{ [SIGNATURE]: ASSET, hash: String(path), path: String(path) },
	]);
	return { [SIGNATURE]: ARCHIVE, hash: String(files.length), assets: Object.fromEntries(files) };
}
