/** Models and tenants of a stack that is one of Triplane's own, so that nobody writes them twice. Unparsed: see config.ts. */
import { parseJson } from "./facts/props.ts";

/** Namespace of the settings. */
export const NAMESPACE = "triplane";

export interface OwnSettings {
	models?: unknown;
	tenants?: unknown;
}

/** @param get the text of a setting of the namespace by its name, structured ones as JSON */
export const ownSettings = (get: (name: string) => string | undefined): OwnSettings => ({
	// What is no JSON, whoever owns the settings reports; the pack judges with what its own config says.
	models: parseJson(get("models")),
	tenants: parseJson(get("tenants")),
});
