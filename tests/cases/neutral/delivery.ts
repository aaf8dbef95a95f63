/** Neutral names of labelled cases that the delivery rules judge, and those that they leave out on purpose. */

/** Findings that judge a neutral rule, exactly these: a finding's parts are not meant with it. */
export const DELIVERY_NEUTRAL: Readonly<Record<string, readonly string[]>> = {
	"lambda-async-failure-destination": ["dead-letter-by-invocation"],
	"event-invoke-config-failure-destination": ["dead-letter-by-invocation/invoke-config"],
	"event-source-failure-destination": ["dead-letter-by-invocation/stream"],
	"event-target-dlq": ["dead-letter-by-invocation/delivery"],
	"sns-subscription-redrive": ["dead-letter-by-invocation/delivery"],
	"sqs-redrive-or-is-dlq": ["queue-redrive"],
	"sqs-redrive": ["queue-redrive"],
};

/** Why a neutral rule is not judged. */
export const DELIVERY_LEFT_OUT: Readonly<Record<string, string>> = {};
