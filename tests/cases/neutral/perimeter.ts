/** Neutral names of labelled cases that the perimeter rules judge, and those that they leave out on purpose. */

/** Findings that judge a neutral rule, exactly these: a finding's parts are not meant with it. */
export const PERIMETER_NEUTRAL: Readonly<Record<string, readonly string[]>> = {
	"lambda-permission-not-public": ["private-by-default/public-permission"],
	"lambda-role-no-star": ["least-privilege/function-wildcard", "least-privilege/function-actions"],
	"lambda-url-auth": ["private-by-default/function-url"],
};

const ALWAYS_ENCRYPTED =
	"AWS encrypts it without being told, or it holds nothing at rest: which key is no charter clause";

/** Why a neutral rule is not judged. */
export const PERIMETER_LEFT_OUT: Readonly<Record<string, string>> = {
	"dynamodb-pitr": "backups are no promise of the charter: what a loss costs differs from table to table",
	"ecs-no-plain-environment": "a plain variable is no secret by itself, and which one is cannot be told from its name",
	"kinesis-encryption":
		"transit buffers are not among the stores of private-by-default: volumes, databases, domains, file systems",
	"lambda-permission-single-principal":
		"a pattern in an action or principal is judged where it is public (private-by-default), not by its form",
	"log-group-encrypted": ALWAYS_ENCRYPTED,
	"sagemaker-endpoint-kms": ALWAYS_ENCRYPTED,
	"sns-encryption": ALWAYS_ENCRYPTED,
	"sqs-encryption": ALWAYS_ENCRYPTED,
};
