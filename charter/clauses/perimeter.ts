/** Clauses of the platform's edge: what is private, who may do what, the one way in and the one orchestrator. */
import type { Clause } from "./clause.ts";

export const PERIMETER_CLAUSES = {
	// Mandatory: a public policy, an open port or an unencrypted disk is stated in the program, so there is little to err on.
	"private-by-default": {
		title: "Nothing is public and nothing lies unencrypted but for the front door",
		because:
			"What is public by accident is found by strangers first, and a bucket of training data or a database of features cannot be called back.",
		becauseOf: {
			"unencrypted-volume":
				"A volume outlives its machine in snapshots and copies, and whoever gets one of them reads all that was on it.",
			"unencrypted-database":
				"A database's snapshots, backups and replicas are readable by whoever gets one of them, and encryption cannot be switched on later without a new database.",
			"unencrypted-domain":
				"A domain keeps whole documents and its snapshots of them, readable by whoever gets at the storage.",
			"unencrypted-file-system":
				"A file system of models and data is readable by whoever gets at its storage or a backup, and cannot be encrypted later without copying it all.",
		},
		howToComply:
			"Name principals in policies and groups in ingress rules, keep databases off public addresses, and switch encryption at rest on.",
		severity: "critical",
		level: "mandatory",
	},
	// Mandatory: a wildcard on a wildcard is in the text of the policy; narrower patterns only advise.
	"least-privilege": {
		title: "No identity may do everything",
		because:
			"A role that may do everything turns one leaked credential, or one wrong line in a function, into the loss of every model and table of the account.",
		howToComply: "Name the actions that the code uses and the ARNs that it uses them on, in a policy for each role.",
		severity: "critical",
		level: "mandatory",
	},
	// Advisory: a webhook's own address, or a second API while one replaces the other, can be meant.
	"one-front-door": {
		title: "Where there is an API, it is the only way in",
		because:
			"A second door has no usage plan, no authorizer and no access log: one caller who finds it floods what the API protects.",
		howToComply:
			"Make every public route part of the one API; sign function URLs, keep load balancers internal and machines off public addresses.",
		severity: "high",
		level: "advisory",
	},
	// Advisory: a rule that starts one small task works; what is lost is that all jobs can be seen, retried and stopped alike.
	"one-orchestrator": {
		title: "Workflows start jobs, and nothing else does",
		because:
			"Cron on a machine, triggers in Glue and rules that run tasks fail unseen: no retry, no timeout, no place that shows what ran.",
		howToComply: "Let a schedule start a state machine, and let that run the task, job or pipeline and wait for it.",
		severity: "medium",
		level: "advisory",
	},
} as const satisfies Record<string, Clause>;
