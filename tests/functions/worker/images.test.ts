/**
 * The Dockerfiles of the worker and the model server, as far as they can be held without a container engine: their copies exist,
 * the commands of their last stage start what the bundler makes, and what is copied is all that it needs.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { ENVIRONMENT } from "../../../charter/environment.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const IMAGES = ["worker", "model-server"] as const;
type Image = (typeof IMAGES)[number];

const dockerfile = (image: Image) => readFileSync(join(ROOT, "functions", image, "Dockerfile"), "utf8");
/** Instructions with their continuation lines joined, comments left out. */
const instructions = (text: string): string[] =>
	text
		.replaceAll(/^#.*\n/gm, "")
		.replaceAll(/\\\n\s*/g, "")
		.split("\n")
		.filter(Boolean);
const argumentsOf = (text: string, name: string): string[] =>
	instructions(text)
		.filter((line) => line.startsWith(`${name} `))
		.map((line) => line.slice(name.length + 1));

describe("functions/worker and functions/model-server, their images", () => {
	for (const image of IMAGES)
		describe(image, () => {
			const text = dockerfile(image);

			it("copies what the repository has, and starts by one command without a shell and without root", () => {
				const copied = argumentsOf(text, "COPY").filter((line) => !line.startsWith("--from"));
				const sources = copied.flatMap((line) => line.split(" ").slice(0, -1));
				expect(sources.filter((source) => !existsSync(join(ROOT, source)))).to.deep.equal([]);
				expect(argumentsOf(text, "ENTRYPOINT")).to.deep.equal([`["node", "/${image}/index.mjs"]`]);
				expect(argumentsOf(text, "USER")).to.deep.equal(["65532:65532"]);
				expect(argumentsOf(text, "ARG")).to.deep.equal(["BASE"]);
			});

			it("bundles, in a tree of only what it copies, a process that names what its environment lacks", () => {
				const build = mkdtempSync(join(tmpdir(), "triplane-image-"));
				try {
					for (const line of argumentsOf(text, "COPY").filter((copy) => !copy.startsWith("--from"))) {
						const [target = "", ...sources] = line.split(" ").reverse();
						for (const source of sources)
							cpSync(join(ROOT, source), join(build, target, target === "./" ? source : ""), {
								recursive: true,
								filter: (path) => !path.includes("/dist"),
							});
					}
					symlinkSync(join(ROOT, "node_modules"), join(build, "node_modules"));
					const run = argumentsOf(text, "RUN").find((line) => line.startsWith("node ")) ?? "";
					const out = join(build, "out");
					mkdirSync(out);
					// The image's root is this tree's `out`.
					const script = run.replaceAll(` /${image}`, ` ${out}/${image}`);
					const built = spawnSync("sh", ["-c", script.replace("node ", `"${process.execPath}" `)], {
						cwd: build,
						encoding: "utf8",
					});
					expect(built.status, built.stderr).to.equal(0);
					const started = spawnSync(process.execPath, [join(out, image, "index.mjs")], { env: {}, encoding: "utf8" });
					expect(started.status).to.equal(1);
					expect(started.stdout).to.include("The function's environment has no OTEL_SERVICE_NAME.");
				} finally {
					rmSync(build, { recursive: true, force: true });
				}
			}).timeout(60_000);

			it("tells its health by a command that asks the port of its environment", async () => {
				const [check = ""] = argumentsOf(text, "HEALTHCHECK");
				const [, json = ""] = /CMD (\[.*\])$/.exec(check) ?? [];
				const [, ...args]: string[] = JSON.parse(json);
				const port = image === "worker" ? ENVIRONMENT.healthPort : ENVIRONMENT.modelServerPort;
				const server = spawn(process.execPath, [
					"--eval",
					"require('http').createServer((q, r) => { r.statusCode = /health/.test(q.url) ? 200 : 404; r.end(); }).listen(0, function () { console.log(this.address().port); })",
				]);
				try {
					const [line] = await once(server.stdout, "data");
					const ask = (value: string) => spawnSync(process.execPath, args, { env: { [port]: value } }).status;
					expect(ask(String(line).trim())).to.equal(0);
					expect(ask("1")).to.equal(1);
				} finally {
					server.kill();
				}
			});
		});
});
