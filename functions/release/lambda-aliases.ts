/** Lambda as {@link Aliases}: the alias `live`, changed by its revision. */
import {
	type AliasConfiguration,
	GetAliasCommand,
	type LambdaClient,
	PreconditionFailedException,
	UpdateAliasCommand,
} from "@aws-sdk/client-lambda";
import { LIVE_ALIAS } from "../../charter/release.ts";
import type { Aliases, Standing } from "./ports.ts";

const PERCENT = 100;

export const lambdaAliases = (client: LambdaClient): Aliases => ({
	read: async (name) => {
		const found = await client.send(new GetAliasCommand({ FunctionName: name, Name: LIVE_ALIAS }));
		return { standing: standingOf(found), revision: found.RevisionId ?? "" };
	},
	move: async (name, revision, { live, canary }) => {
		const AdditionalVersionWeights = canary ? { [canary.version]: canary.weight / PERCENT } : {};
		try {
			await client.send(
				new UpdateAliasCommand({
					FunctionName: name,
					Name: LIVE_ALIAS,
					FunctionVersion: live,
					RoutingConfig: { AdditionalVersionWeights },
					RevisionId: revision,
				}),
			);
			return true;
		} catch (thrown) {
			if (thrown instanceof PreconditionFailedException) return false;
			throw thrown;
		}
	},
});

/** Lambda splits an alias between two versions at most. */
function standingOf({ FunctionVersion = "", RoutingConfig }: AliasConfiguration): Standing {
	const [canary] = Object.entries(RoutingConfig?.AdditionalVersionWeights ?? {});
	if (!canary) return { live: FunctionVersion };
	const [version, share] = canary;
	return { live: FunctionVersion, canary: { version, weight: share * PERCENT } };
}
