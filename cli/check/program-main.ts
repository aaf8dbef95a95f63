/**
 * The process that runs one Pulumi program to be judged, and sends what it registered to its parent. A program may exit,
 * hang or leave handles open: that ends this process, never the check.
 */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { checkedResources } from "../../policies/offline/checked.ts";
import { type PulumiSdk, recordProgram } from "../../policies/offline/recording.ts";
import { invoke, isAnswered } from "../../sandbox/provider/invokes.ts";
import { plain } from "../../sandbox/provider/values.ts";
import type { ProgramAnswer, ProgramRequest } from "./messages.ts";
import { readTypeScript } from "./typescript.ts";

const MARGIN_SECONDS = 5;
const DEFAULT_REGION = "us-east-1";
const ACCOUNT = "123456789012";

const unanswered: string[] = [];

process.once("message", (request: ProgramRequest) => {
	endWithParent(request.timeoutSeconds);
	process.once("unhandledRejection", threw).once("uncaughtException", threw);
	run(request).then((answer) => send(answer), threw);
});

/** A program that never yields hears of no disconnect, so a thread counts beside it. */
function endWithParent(timeoutSeconds: number): void {
	process.once("disconnect", () => process.exit());
	// A program that waits for nothing that can come lets this process end, and the parent says so.
	process.channel?.unref();
	const deadlineMs = (timeoutSeconds + MARGIN_SECONDS) * 1000;
	new Worker(`setTimeout(() => process.kill(process.pid, "SIGKILL"), ${deadlineMs})`, { eval: true }).unref();
}

async function run({ program, project, stack, config }: ProgramRequest): Promise<ProgramAnswer> {
	const place = { accountId: ACCOUNT, region: config["aws:region"] ?? DEFAULT_REGION };
	const sdk = sdkOf(program);
	readTypeScript();
	const recording = await recordProgram(() => load(program), {
		sdk,
		project,
		stack,
		config,
		run: "preview",
		answerTo: (token, args) => {
			if (!isAnswered(token)) {
				unanswered.push(token);
				return undefined;
			}
			return invoke(token, Object.fromEntries(Object.entries(args).map(([key, value]) => [key, plain(value)])), place);
		},
	});
	return { kind: "recorded", recording: { ...recording, resources: checkedResources(recording.resources, config) } };
}

/** The copy of the SDK that the program imports; ours where it has none of its own. */
function sdkOf(program: string): PulumiSdk {
	for (const from of [program, import.meta.filename])
		try {
			return createRequire(from)("@pulumi/pulumi");
		} catch (error) {
			if (!(error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND")) throw error;
		}
	throw new Error("Cannot find package @pulumi/pulumi: install the program's packages.");
}

/** An ordinary program registers as it is imported; an inline one is, or is made by, its default export. */
async function load(program: string): Promise<void> {
	const module: { default?: unknown } = await import(pathToFileURL(program).href);
	const exported = module.default;
	const isWrapped = typeof exported === "object" && exported !== null && "default" in exported;
	const main = isWrapped ? exported.default : exported;
	if (typeof main === "function") await main();
	else await main;
}

function threw(error: unknown): void {
	const message = error instanceof Error ? error.message : String(error);
	const where = error instanceof Error ? placeIn(error.stack ?? "") : undefined;
	send({ kind: "threw", message, unanswered, ...(where ? { where } : {}) });
}

/** The innermost line of a stack that is neither Node's nor a package's nor ours. */
const placeIn = (stack: string): string | undefined =>
	stack
		.split("\n")
		.filter((line) => /^\s+at /.test(line) && !/node:|node_modules/.test(line) && !line.includes(import.meta.dirname))
		.map((line) => /\(?((?:file:\/\/)?\/[^()]+:\d+:\d+)\)?$/.exec(line)?.[1]?.replace("file://", ""))
		.find((place) => place !== undefined);

function send(answer: ProgramAnswer): void {
	process.send?.(answer, () => process.exit());
}
