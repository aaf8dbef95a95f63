/**
 * Whether it is a job or the model server that is at fault where the job fails alone: a server that answers others is sound.
 * What one worker has seen of its server, no more; what follows from it is run-batch.ts's.
 */

export interface Evidence {
	/** The server has answered this job. */
	answered(job: string): void;
	/**
	 * The server has failed at this job.
	 * @param isShown whether the server answered others meanwhile
	 * @returns whether it has answered another one since the first of the job's failures: then it is the job
	 */
	failed(job: string, isShown: boolean): boolean;
}

/** Jobs that went elsewhere never tell: the oldest are forgotten. */
const JOBS_MAX = 1_000;

export function createEvidence(): Evidence {
	/** Jobs that have failed, with whether another was answered since. */
	const failing = new Map<string, boolean>();
	return {
		answered: (job) => {
			failing.delete(job);
			for (const other of failing.keys()) failing.set(other, true);
		},
		failed: (job, isShown) => {
			const isAtFault = isShown || failing.get(job) === true;
			failing.set(job, isAtFault);
			const [oldest] = failing.keys();
			if (failing.size > JOBS_MAX && oldest !== undefined) failing.delete(oldest);
			return isAtFault;
		},
	};
}
