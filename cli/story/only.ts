/** A stack's config cut down to the models of one kind, for those who want to see one path of the platform only. */
import { z } from "zod";

/** What a story can be cut down to: the realtime path, or its rollouts alone. */
export const ONLY = ["realtime", "rollouts"] as const;
export type Only = (typeof ONLY)[number];

const MODELS = "triplane:models";
const TENANTS = "triplane:tenants";
const Models = z.array(z.looseObject({ name: z.unknown(), serve: z.unknown() }));
const Tenants = z.array(z.looseObject({ models: z.array(z.unknown()).optional() }));

/**
 * Leaves out the other models, and takes them from the tenants that name them.
 * What is out of shape stays as it is, for the settings' own schema to tell.
 * @param config by full key, as the engine takes it
 */
export function onlyServed(config: Readonly<Record<string, unknown>>, serve: string): Record<string, unknown> {
	const models = Models.safeParse(config[MODELS]);
	const tenants = Tenants.safeParse(config[TENANTS]);
	if (!models.success || !tenants.success) return { ...config };
	const kept = models.data.filter((model) => model.serve === serve);
	const gone = new Set(models.data.filter((model) => model.serve !== serve).map(({ name }) => name));
	return {
		...config,
		[MODELS]: kept,
		[TENANTS]: tenants.data.map(({ models: named, ...tenant }) => ({
			...tenant,
			...(named && { models: named.filter((name) => !gone.has(name)) }),
		})),
	};
}
