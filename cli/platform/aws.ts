/** Where the AWS of a stack is: the account of the environment, or the sandbox's. */

export interface AwsTarget {
	region: string;
	/** Absent: AWS itself. */
	endpoint?: string;
	/** Of the AWS configuration, whose credentials are taken. @default the environment's */
	profile?: string;
	credentials?: { accessKeyId: string; secretAccessKey: string };
}
