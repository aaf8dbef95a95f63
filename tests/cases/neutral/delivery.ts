/** Neutral names of labelled cases that the delivery rules judge, and those that they leave out on purpose. */

/** Findings that judge a neutral rule, exactly these: a finding's parts are not meant with it. */
export const DELIVERY_NEUTRAL: Readonly<Record<string, readonly string[]>> = {};

/** Why a neutral rule is not judged. */
export const DELIVERY_LEFT_OUT: Readonly<Record<string, string>> = {};
