/** `triplane token TENANT`: issues a token for a declared tenant and prints it, this once. */
import { TriplaneError } from "../../charter/errors.ts";
import { findTarget } from "../platform/stack.ts";
import { issueTokens } from "../platform/tokens.ts";

export async function token(
	checkout: string,
	tenant: string,
	options: { outputs?: string; json?: boolean },
): Promise<number> {
	const { aws, outputs } = await findTarget(checkout, options.outputs);
	if (!outputs.tenants.includes(tenant))
		throw new TriplaneError(
			`The stack has no tenant "${tenant}", only ${outputs.tenants.join(", ")}. Declare it in triplane:tenants and run \`pulumi up\`.`,
		);
	const [issued] = await issueTokens(aws, outputs.tenantTable, [tenant]);
	console.log(options.json ? JSON.stringify(issued) : (issued?.token ?? ""));
	return 0;
}
