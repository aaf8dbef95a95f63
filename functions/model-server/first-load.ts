/** What a model server has in memory before it says that it is ready. Whatever else it is asked for it loads then. */
import { servingVersions } from "../shared/inference/routing.ts";
import type { AnswerPorts } from "./answers.ts";

/**
 * @param version what it is started to serve; without one it is what serves now, as far as it can be loaded
 * @throws where that version cannot be loaded: a server that is never ready tells whoever waits for it
 */
export async function loadFirst(ports: AnswerPorts, version: number | undefined): Promise<void> {
	if (version !== undefined) return load(ports, version);
	try {
		for (const serving of servingVersions(await ports.routing.route(ports.log))) await load(ports, serving);
	} catch (thrown) {
		ports.log.warn("No version was loaded at the start; the first job will load its own", {}, thrown);
	}
}

const load = async ({ versions, models }: AnswerPorts, version: number): Promise<void> =>
	models.use(await versions.get(version), async () => undefined);
