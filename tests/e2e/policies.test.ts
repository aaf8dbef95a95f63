import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { locateEngine } from "../../sandbox/engine/engine.ts";

const root = join(import.meta.dirname, "../..");

/** Resources of an exported stack: what `pulumi stack export` writes, as far as the engine reads it. */
const exported = (resources: { type: string; name: string; outputs: Record<string, unknown> }[]) => {
	const stack = "urn:pulumi:dev::exported::pulumi:pulumi:Stack::exported-dev";
	const provider = "urn:pulumi:dev::exported::pulumi:providers:aws::aws";
	return {
		version: 3,
		deployment: {
			manifest: { time: "2026-01-01T00:00:00Z", magic: "", version: "v3.259.0" },
			resources: [
				{ urn: stack, custom: false, type: "pulumi:pulumi:Stack" },
				{ urn: provider, custom: true, id: "provider", type: "pulumi:providers:aws", inputs: {}, outputs: {} },
				...resources.map(({ type, name, outputs }) => ({
					urn: `urn:pulumi:dev::exported::${type}::${name}`,
					custom: true,
					id: name,
					type,
					inputs: outputs,
					outputs,
					parent: stack,
					provider: `${provider}::provider`,
				})),
			],
		},
	};
};

const tags = { team: "risk", model: "tumour-risk", feature: "screening", environment: "dev", "cost-center": "cc-42" };
const score = (outputs: Record<string, unknown>) => ({
	type: "aws:lambda/function:Function",
	name: "score",
	outputs: { role: "arn:aws:iam::123456789012:role/score", tags, tagsAll: tags, ...outputs },
});

describe("the pack in the real engine", () => {
	let folder: string;

	before(async () => {
		folder = await mkdtemp(join(tmpdir(), "triplane-policies-"));
		// The engine looks for a language host only where it finds no analyzer plugin of this name.
		const plugin = join(folder, "home/plugins/analyzer-policy-nodejs-v1.0.0/pulumi-analyzer-policy-nodejs");
		await mkdir(join(plugin, ".."), { recursive: true });
		await writeFile(
			plugin,
			`#!/bin/sh\nexec "${process.execPath}" -e "require('@pulumi/pulumi/cmd/run-policy-pack')" dummy "$@"\n`,
		);
		await chmod(plugin, 0o755);
	});

	after(() => rm(folder, { recursive: true, force: true }));

	/** Judges an exported stack with `pulumi policy analyze`, by one rule and the charter unless the config says more. */
	async function analyze(resources: Parameters<typeof exported>[0], config: Record<string, unknown> = {}) {
		const state = join(folder, "state.json");
		await writeFile(state, JSON.stringify(exported(resources)));
		const levels = { all: "disabled", charter: "mandatory", "function-reserved-concurrency": "mandatory" };
		await writeFile(join(folder, "config.json"), JSON.stringify({ ...levels, ...config }));
		const pack = ["--policy-pack", join(root, "policies"), "--policy-pack-config", join(folder, "config.json")];
		const args = ["policy", "analyze", "--file", state, ...pack];
		const env = {
			...process.env,
			PULUMI_HOME: join(folder, "home"),
			PULUMI_BACKEND_URL: `file://${folder}`,
			PULUMI_CONFIG_PASSPHRASE: "test",
			PULUMI_SKIP_UPDATE_CHECK: "true",
		};
		return new Promise<{ exitCode: number; output: string }>((resolve) => {
			execFile(locateEngine().command, args, { cwd: root, env }, (error, stdout, stderr) => {
				resolve({ exitCode: typeof error?.code === "number" ? error.code : error ? 1 : 0, output: stdout + stderr });
			});
		});
	}

	it("accepts a function that keeps the charter", async () => {
		const { exitCode, output } = await analyze([score({ timeout: 1, reservedConcurrentExecutions: 5 })]);
		expect(exitCode, output).to.equal(0);
	});

	it("rejects one that does not, by name of policy and resource, with clause and fix", async () => {
		const { exitCode, output } = await analyze([score({ timeout: 1, reservedConcurrentExecutions: -1 })]);
		expect(exitCode, output).to.not.equal(0);
		expect(output).to.contain(
			"[mandatory] [severity: high]  function-reserved-concurrency  (aws:lambda:Function: score)",
		);
		expect(output).to.contain(
			'Function "score" has no reserved concurrency. Without a reservation one noisy tenant scales a function until it takes the account\'s concurrency and floods whatever stands behind it. Set reservedConcurrentExecutions to 1 or more.',
		);
	});

	it("honours an exception, and lists it as in force", async () => {
		const exception = {
			rule: "function-reserved-concurrency",
			resource: "*::score",
			reason: "load-tested without a reservation until the cut-over",
			owner: "ml-platform",
			ticket: "PLAT-1",
			expiry: "2999-12-31",
		};
		const { exitCode, output } = await analyze([score({ timeout: 1 })], {
			charter: { enforcementLevel: "mandatory", exceptions: [exception] },
		});
		expect(exitCode, output).to.equal(0);
		expect(output).to.contain("[advisory] [severity: high]  charter");
		expect(output).to.contain("function-reserved-concurrency on *::score accepts 1 finding(s) until 2999-12-31");
	});

	it("rejects a policy name and a key that it does not know, which the engine lets pass", async () => {
		const kept = [score({ timeout: 1, reservedConcurrentExecutions: 5 })];
		const { exitCode, output } = await analyze(kept, {
			"function-reserved-concurency": "advisory",
			charter: { enforcementLevel: "mandatory", requiredTag: ["team"] },
		});
		expect(exitCode, output).to.not.equal(0);
		expect(output).to.contain('The config names a policy "function-reserved-concurency" that the pack does not have.');
		expect(output).to.contain('"requiredTag" is no key of the pack\'s config: use one of');
	});

	it("leaves the level of each policy to the config", async () => {
		const { exitCode, output } = await analyze([score({ timeout: 1 })], {
			"function-reserved-concurrency": "advisory",
		});
		expect(exitCode, output).to.equal(0);
		expect(output).to.contain("[advisory] [severity: high]  function-reserved-concurrency");
	});
});
