/** `triplane status`: what is up, where, for whom. */
import Table from "cli-table3";
import { type Current, findCurrent } from "../current.ts";
import { reading } from "../platform/reading.ts";
import { sandboxAws } from "../platform/stack.ts";

/** Exit code 0 where a sandbox is up, 1 where none is. */
export async function status(checkout: string, options: { json?: boolean }): Promise<number> {
	const current = await findCurrent(checkout);
	if (!current) {
		console.log(options.json ? "null" : "No sandbox is up in this checkout. Start one with `npm start -- --keep`.");
		return 1;
	}
	const { url, endpoint, region, tenants, pid } = current;
	const models = await servingModels(current);
	if (options.json) {
		console.log(JSON.stringify({ url, tenants, models, endpoint, region, pid }, null, 2));
		return 0;
	}
	const modelTable = new Table({ head: ["model", "version", "serve"], style: { head: [], border: [] } });
	for (const { name, version, serve } of models) modelTable.push([name, version ?? "–", serve]);
	const tenantTable = new Table({ head: ["tenant", "token"], style: { head: [], border: [] } });
	for (const { name, token } of tenants) tenantTable.push([name, token]);
	console.log(`${url}\nheld by process ${pid}; AWS at ${endpoint} (${region})\n${modelTable}\n${tenantTable}`);
	return 0;
}

/** Each model with the version that serves now: rollouts and rollbacks have moved it since the sandbox came up. */
function servingModels({
	endpoint,
	region,
	outputs,
}: Current): Promise<{ name: string; version: number | null; serve: string }[]> {
	return reading(sandboxAws(endpoint, region), outputs, (registry) =>
		Promise.all(
			outputs.models.map(async ({ name, serve }) => {
				const { champion } = await registry.aliases(name);
				return { name, version: champion ?? null, serve };
			}),
		),
	);
}
