/** Models and tenants of a stack that is one of Triplane's own, so that nobody writes them twice. Unparsed: see config.ts. */

/** Namespace of the settings. */
export const NAMESPACE = "triplane";

export interface OwnSettings {
	models?: unknown;
	tenants?: unknown;
}

/** @param get the text of a setting of the namespace by its name, structured ones as JSON */
export const ownSettings = (get: (name: string) => string | undefined): OwnSettings => ({
	models: parsed(get("models")),
	tenants: parsed(get("tenants")),
});

function parsed(text: string | undefined): unknown {
	try {
		return text === undefined ? undefined : JSON.parse(text);
	} catch {
		// Whoever owns the settings reports them; the pack judges with what its own config says.
		return undefined;
	}
}
