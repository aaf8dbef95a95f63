/** `triplane predict MODEL --data FILE`: asks the platform for predictions of rows, or sends a whole request as it is. */
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import Table from "cli-table3";
import { z } from "zod";
import { modelPath, PREFER_HEADER } from "../../charter/api.ts";
import { TriplaneError } from "../../charter/errors.ts";
import { JOB_LIMITS } from "../../charter/jobs.ts";
import { requireCurrent } from "../current.ts";
import { type Answer, PlatformClient, type Tensor } from "../platform/client.ts";
import { awaitJobs } from "../platform/job-client.ts";

const Request = z.looseObject({ inputs: z.array(z.custom<Tensor>()) });
const Rows = z.array(z.array(z.number())).min(1);
const Metadata = z.object({
	inputs: z.array(z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.number()) })).min(1),
});
const Outputs = z.object({
	outputs: z.array(z.object({ name: z.string(), datatype: z.string(), data: z.array(z.unknown()) })),
});

const Accepted = z.object({ id: z.string() });
const [OK, ACCEPTED] = [200, 202];
const JOB_PATIENCE = { pollMs: 1_000, timeoutMs: 15 * 60 * 1000 };

/** Exit code 0 where the model predicted, 1 where it answered with an error. */
export async function predict(
	checkout: string,
	model: string,
	options: { data: string; tenant?: string; json?: boolean },
): Promise<number> {
	const current = await requireCurrent(checkout);
	const tenant = options.tenant ? current.tenants.find(({ name }) => name === options.tenant) : current.tenants[0];
	if (!tenant)
		throw new TriplaneError(
			`No tenant "${options.tenant}" is declared. Use one of ${current.tenants.map(({ name }) => name).join(", ")}.`,
		);
	const client = new PlatformClient(current.url, tenant.token);
	const source = options.data === "-" ? "Standard input" : options.data;
	const request = await toRequest(await readData(options.data, source), source, client, model);
	const answer = await inferToEnd(client, model, request);
	if (options.json) console.log(JSON.stringify(answer, null, 2));
	else if (answer.status === OK) console.log(tableOf(answer.body));
	else console.error(`${answer.status} ${JSON.stringify(answer.body)}`);
	return answer.status === OK ? 0 : 1;
}

/** A queued model's answer is a job at first: it is waited for, at the API and then by asking. */
async function inferToEnd(client: PlatformClient, model: string, request: { inputs: Tensor[] }): Promise<Answer> {
	const answer = await client.infer(model, request, { [PREFER_HEADER]: `wait=${JOB_LIMITS.waitMaxSeconds}` });
	if (answer.status !== ACCEPTED) return answer;
	const { id } = Accepted.parse(answer.body);
	console.error(`Job ${id} is in work still; asking until it has ended. Ctrl-C ends the asking, not the job.`);
	const job = (await awaitJobs(client, [id], JOB_PATIENCE)).get(id);
	if (job?.state !== "SUCCEEDED")
		throw new TriplaneError(`Job ${id} ended as ${job?.state}: ${job?.error?.message ?? "no reason is given"}`);
	return { ...answer, status: OK, body: job.result };
}

async function readData(file: string, source: string): Promise<unknown> {
	let content: string;
	try {
		content = file === "-" ? await text(process.stdin) : await readFile(file, "utf8");
	} catch (error) {
		throw new TriplaneError(`${source} cannot be read: ${error instanceof Error ? error.message : error}`, {
			cause: error,
		});
	}
	try {
		return JSON.parse(content);
	} catch (error) {
		throw new TriplaneError(`${source} holds no JSON: ${error instanceof Error ? error.message : error}`, {
			cause: error,
		});
	}
}

/** A request as it is, or rows of numbers made into one by the model's own metadata. */
async function toRequest(data: unknown, source: string, client: PlatformClient, model: string) {
	const request = Request.safeParse(data);
	if (request.success) return request.data;
	const rows = Rows.safeParse(data);
	if (!rows.success)
		throw new TriplaneError(
			`${source} holds neither a request ({"inputs": […]}, Open Inference Protocol) nor rows of numbers ([[…], […]]).`,
		);
	const width = rows.data[0]?.length ?? 0;
	const ragged = rows.data.findIndex((row) => row.length !== width);
	if (ragged !== -1)
		throw new TriplaneError(
			`${source} is ragged: row ${ragged} has ${rows.data[ragged]?.length} numbers, the first has ${width}. Give each row as many.`,
		);
	const answer = await client.get(modelPath(encodeURIComponent(model)));
	if (answer.status !== 200)
		throw new TriplaneError(`The platform does not describe ${model}: ${answer.status} ${JSON.stringify(answer.body)}`);
	const [input] = Metadata.parse(answer.body).inputs;
	return {
		inputs: [
			{
				name: input?.name ?? "",
				datatype: input?.datatype ?? "",
				shape: [rows.data.length, width],
				data: rows.data.flat(),
			},
		],
	};
}

/** A row for each of the request's, a column for each output. @param body of the answer */
export function tableOf(body: unknown): string {
	const { outputs } = Outputs.parse(body);
	const rows = Math.min(...outputs.map(({ data }) => data.length));
	const table = new Table({ head: ["row", ...outputs.map(({ name }) => name)], style: { head: [], border: [] } });
	for (let row = 0; row < rows; row++)
		table.push([row, ...outputs.map(({ data, datatype }) => cellOf(data, datatype, row, data.length / rows))]);
	return table.toString();
}

const cellOf = (data: unknown[], datatype: string, row: number, width: number): string =>
	data
		.slice(row * width, (row + 1) * width)
		.map((value) => (typeof value === "number" && datatype.startsWith("FP") ? value.toFixed(6) : String(value)))
		.join("  ");
