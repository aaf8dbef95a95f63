/**
 * Every function reserves its concurrency, and what is reserved leaves the account its unreserved rest.
 * Provisioned concurrency is no reservation.
 */
import { UNRESERVED_CONCURRENCY_MINIMUM } from "../../charter/limits.ts";
import { ifKnown } from "../facts/fact.ts";
import { FUNCTION } from "../graph/types.ts";
import { cannotTell, fail, pass, type Rule, type RuleContext, type Verdict } from "../rule.ts";

const RESERVATION = "reservedConcurrentExecutions";

export const functionReservedConcurrency: Rule = {
	name: "function-reserved-concurrency",
	findings: ["account-limit", "stopped"],
	*check({ stack, config }) {
		for (const fn of stack.ofType(FUNCTION)) {
			const reserved = fn.statedNumber(RESERVATION);
			if (reserved.state === "unknown") yield cannotTell(fn, reserved, "whether it reserves concurrency");
			else if (reserved.state === "absent" || reserved.value < 0)
				yield fail(fn, { what: "has no reserved concurrency", fix: `Set ${RESERVATION} to 1 or more.` });
			else yield pass(fn);
			if (ifKnown(reserved) === 0)
				yield fail(
					fn,
					{
						what: "reserves 0, which stops it",
						fix: `Set ${RESERVATION} to 1 or more, unless it is meant to stand still.`,
						level: "advisory",
					},
					"stopped",
				);
		}
		yield* sumAgainstLimit({ stack, config });
	},
};

function* sumAgainstLimit({ stack, config }: RuleContext): Iterable<Verdict> {
	const reserving = stack.ofType(FUNCTION).flatMap((fn) => {
		const reserved = ifKnown(fn.statedNumber(RESERVATION));
		return reserved !== undefined && reserved > 0 ? [{ fn, reserved }] : [];
	});
	if (reserving.length === 0) return;
	const sum = reserving.reduce((total, { reserved }) => total + reserved, 0);
	const limit = config.accountConcurrencyLimit - UNRESERVED_CONCURRENCY_MINIMUM;
	const largest = reserving.reduce((a, b) => (b.reserved > a.reserved ? b : a));
	if (sum <= limit) yield pass(undefined, "account-limit");
	else
		yield fail(
			largest.fn,
			{
				what: `reserves ${largest.reserved} of ${sum} in all, over the ${limit} that the account has to give (${config.accountConcurrencyLimit} − ${UNRESERVED_CONCURRENCY_MINIMUM} that AWS keeps unreserved)`,
				fix: "Lower the reservations, or have AWS raise the account's limit and set accountConcurrencyLimit.",
			},
			"account-limit",
		);
}
