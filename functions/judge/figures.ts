/** Figures as a verdict's sentence shows them. */

const DIGITS = 3;
const PERCENT = 100;
const MS_PER_MINUTE = 60_000;
const ODDS_SHOWN_MAX = 1e6;

export function count(value: number): string {
	const digits = String(Math.round(value));
	return digits.length <= DIGITS ? digits : digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

export const percent = (share: number): string => `${rounded(share * PERCENT)} %`;

export const usd = (value: number): string => `$${rounded(value)}`;

/** How many times likelier, as in "340 : 1"; beyond a million nobody asks. */
export function odds(value: number): string {
	if (value > ODDS_SHOWN_MAX) return `over ${count(ODDS_SHOWN_MAX)} : 1`;
	if (value < 1 / ODDS_SHOWN_MAX) return `under 1 : ${count(ODDS_SHOWN_MAX)}`;
	return `${rounded(value)} : 1`;
}

export const minutes = (ms: number): string => `${rounded(ms / MS_PER_MINUTE)} min`;

/** To three digits, larger ones to the whole. */
const rounded = (value: number): string =>
	value < 10 ** DIGITS ? String(Number(value.toPrecision(DIGITS))) : count(value);
