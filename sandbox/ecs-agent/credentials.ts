/** Sessions of a task's role, as ECS gives them to its containers: renewed in time, for as long as the task lives. */
import { AssumeRoleCommand, type STSClient } from "@aws-sdk/client-sts";
import { TriplaneError } from "../../charter/errors.ts";

/** SDKs ask again some minutes before the end. */
const RENEW_BEFORE_MS = 10 * 60 * 1000;

/** As the credentials endpoint of ECS answers it. */
export interface SessionCredentials {
	RoleArn: string;
	AccessKeyId: string;
	SecretAccessKey: string;
	Token: string;
	Expiration: string;
}

/** @returns what gives the role's credentials whenever it is asked */
export function sessionOf(sts: STSClient, roleArn: string, taskId: string): () => Promise<SessionCredentials> {
	let session: SessionCredentials | undefined;
	return async () => {
		if (session !== undefined && Date.parse(session.Expiration) - Date.now() > RENEW_BEFORE_MS) return session;
		const call = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: taskId });
		const { Credentials } = await sts.send(call);
		const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
		if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration)
			throw new TriplaneError(`The embedded AWS gave no credentials of ${roleArn} for task ${taskId}.`);
		session = {
			RoleArn: roleArn,
			AccessKeyId,
			SecretAccessKey,
			Token: SessionToken,
			Expiration: Expiration.toISOString(),
		};
		return session;
	};
}
