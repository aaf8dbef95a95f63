/** `triplane approve MODEL [--refuse]`: a person's answer to the rollout that waits for it. */
import { answerApproval } from "../platform/approval.ts";
import { assertDeclared, reading } from "../platform/reading.ts";
import { findTarget } from "../platform/stack.ts";
import { UsageError } from "../usage.ts";

const REASON = "Refused by hand.";

export async function approve(
	checkout: string,
	model: string,
	options: { refuse?: boolean; reason?: string; outputs?: string; json?: boolean },
): Promise<number> {
	const { refuse = false, reason } = options;
	if (reason !== undefined && !refuse)
		throw new UsageError("--reason says why a rollout is refused: give it with --refuse.");
	const { aws, outputs } = await findTarget(checkout, options.outputs);
	assertDeclared(outputs, model);
	const last = await reading(aws, outputs, (registry) => registry.lastRollout(model));
	const decision = refuse ? { isApproved: false as const, reason: reason ?? REASON } : { isApproved: true as const };
	const { rollout, from, to } = await answerApproval(aws, model, last, decision);
	if (options.json) console.log(JSON.stringify({ model, rollout, from, to, isApproved: !refuse }));
	else
		console.log(
			refuse
				? `${model}: v${to} is refused and gets no traffic; v${from} serves`
				: `${model}: v${to} is approved; its rollout over v${from} goes on. \`triplane models show ${model}\` tells how far it is.`,
		);
	return 0;
}
