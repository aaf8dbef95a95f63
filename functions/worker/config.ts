/** What a worker is told by its environment, under the charter's names. Not the AWS clients' own variables. */
import { hostname } from "node:os";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { type Environment, requiredNumber, requiredNumbers, requiredText } from "../shared/environment.ts";

export interface WorkerConfig {
	model: string;
	team: string;
	feature: string;
	queueUrl: string;
	deadLetterQueueUrl: string;
	callbackQueueUrl: string;
	jobsTable: string;
	jobsBucket: string;
	modelServerUrl: string;
	healthPort: number;
	batchMaxSize: number;
	batchMaxWaitMs: number;
	inferTimeoutMs: number;
	jobP95Seconds: number;
	/** Who claims, for people who look at a job's record: the container's name in ECS, which has the task's id. */
	worker: string;
	/** Of the ECS agent, in a task. */
	agentUri: string | undefined;
}

const MS_PER_SECOND = 1000;

/** @throws {FunctionSettingsError} where something is missing or no number, by name */
export function readConfig(environment: Environment): WorkerConfig {
	const text = (name: string) => requiredText(environment, name);
	for (const name of [ENVIRONMENT.serviceName, ENVIRONMENT.environment]) text(name);
	const { jobP95Seconds } = requiredNumbers(environment, ENVIRONMENT.slo, ["jobP95Seconds"]);
	return {
		model: text(ENVIRONMENT.model),
		team: text(ENVIRONMENT.team),
		feature: text(ENVIRONMENT.feature),
		queueUrl: text(ENVIRONMENT.queueUrl),
		deadLetterQueueUrl: text(ENVIRONMENT.deadLetterQueueUrl),
		callbackQueueUrl: text(ENVIRONMENT.callbackQueueUrl),
		jobsTable: text(ENVIRONMENT.jobsTable),
		jobsBucket: text(ENVIRONMENT.jobsBucket),
		modelServerUrl: text(ENVIRONMENT.modelServerUrl),
		healthPort: requiredNumber(environment, ENVIRONMENT.healthPort),
		batchMaxSize: requiredNumber(environment, ENVIRONMENT.batchMaxSize),
		batchMaxWaitMs: requiredNumber(environment, ENVIRONMENT.batchMaxWaitMs),
		inferTimeoutMs: environment[ENVIRONMENT.inferTimeoutMs]
			? requiredNumber(environment, ENVIRONMENT.inferTimeoutMs)
			: jobP95Seconds * MS_PER_SECOND,
		jobP95Seconds,
		worker: hostname(),
		agentUri: environment.ECS_AGENT_URI || undefined,
	};
}
