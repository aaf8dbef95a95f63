/** Neutral names of labelled cases that the capacity rules judge, and those that they leave out on purpose. */

/** Findings that judge a neutral rule, exactly these: a finding's parts are not meant with it. */
export const CAPACITY_NEUTRAL: Readonly<Record<string, readonly string[]>> = {
	"dynamodb-autoscaling-or-on-demand": ["table-capacity/targets"],
};

/** Why a neutral rule is not judged. */
export const CAPACITY_LEFT_OUT: Readonly<Record<string, string>> = {
	"dynamodb-billing-mode-explicit":
		"asks that the mode is written down: the charter asks what it does, and takes a mode left out for the default that it is (table-capacity)",
};
