import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { runPython, train } from "../support/samples/trainer.ts";

/** A number as Python's `float` reads it, NaN where it refuses; Python allows underscores between digits. */
function pythonFloat(text: string): number {
	const digits = text.replace(/(?<=\d)_(?=\d)/g, "");
	return /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(digits) ? Number(digits) : Number.NaN;
}

const RANGES: Readonly<Record<string, [number, number]>> = { "--seed": [0, 2 ** 32 - 1], "--slow-ms": [1, 60_000] };

describe("samples/train.py's usage", () => {
	let folder: string;
	let output: string;

	before(() => {
		folder = mkdtempSync(join(tmpdir(), "triplane-trainer-"));
		output = join(folder, "run");
	});

	after(() => rmSync(folder, { recursive: true, force: true }));

	for (const { wrong, args, says } of [
		{ wrong: "without a model", args: ["--output", "x"], says: "required: --model" },
		{ wrong: "without an output", args: ["--model", "tumour-risk"], says: "required: --output" },
		{ wrong: "for an unknown model", args: ["--model", "horoscope", "--output", "x"], says: "digit-reader" },
		{
			wrong: "for a floor of another task's metric",
			args: ["--model", "tumour-risk", "--output", "x", "--floor", "r2=0.5"],
			says: "Use one of accuracy, rocAuc, precision, recall",
		},
	])
		it(`ends with 2, a clear message and nothing written ${wrong}`, () => {
			const { status, stderr } = train(...args.map((arg) => (arg === "x" ? output : arg)));
			expect(status).to.equal(2);
			expect(stderr).to.contain(says).and.not.contain("Traceback");
			expect(existsSync(output)).to.equal(false);
		});

	it("answers any text for a number with the number or with usage, never with a traceback", () => {
		const texts = fc.oneof(
			fc.string(),
			fc.stringMatching(/^[-+]?\d{1,12}([.e]\d{0,3})?$/),
			fc.stringMatching(/^[a-zA-Z =]{0,8}=[-+]?\d{0,3}(\.\d{0,3})?(e-?\d{1,2})?$/),
			fc.constantFrom("accuracy=nan", "accuracy=inf", "=1"),
		);
		// All in one process: a Python for each would take minutes.
		const tried = fc.sample(fc.tuple(fc.constantFrom("--seed", "--heldout-rows", "--floor", "--slow-ms"), texts), 500);
		const { status, stdout, stderr } = runPython(
			[
				"-c",
				`
import contextlib, io, json, sys, train
def answer(option, text):
    with contextlib.redirect_stderr(io.StringIO()):
        try:
            options = train._parser({}).parse_args(["--model", "tumour-risk", "--output", "x", f"{option}={text}"])
        except SystemExit as end:
            return end.code
    return vars(options)[option[2:].replace("-", "_")]
print(json.dumps([answer(*each) for each in json.load(sys.stdin)]))`,
			],
			JSON.stringify(tried),
		);
		expect(status, stderr).to.equal(0);
		const expected = tried.map(([option, text]) => {
			if (option === "--floor") {
				const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
				return name !== undefined && Number.isFinite(pythonFloat(value ?? "")) ? [[name, pythonFloat(value ?? "")]] : 2;
			}
			const number = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
			const [least, most] = RANGES[option] ?? [1, Number.POSITIVE_INFINITY];
			const isRight = number >= least && number <= most;
			return isRight ? number : 2;
		});
		expect(JSON.parse(stdout)).to.deep.equal(expected);
	});
});
