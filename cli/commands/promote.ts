/** `triplane promote MODEL --from OUTPUTS --to OUTPUTS`: a registered version, by its content, from one stack or account to another. */
import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { type Promotion, promoteVersion } from "../platform/promotion.ts";
import { assertDeclared, reading } from "../platform/reading.ts";
import { requestRegistration } from "../platform/registration.ts";
import { findTarget, type Target } from "../platform/stack.ts";

export interface PromoteOptions {
	/** File of outputs. @default the sandbox that is up */
	from?: string;
	to: string;
	/** Profiles of the AWS configuration, where the stacks are in different accounts. */
	fromProfile?: string;
	toProfile?: string;
	version?: number;
	json?: boolean;
}

/** Exit code 0: the target has the version, by this call or by an earlier one. */
export async function promote(checkout: string, model: string, options: PromoteOptions): Promise<number> {
	const source = withProfile(await findTarget(checkout, options.from), options.fromProfile);
	const target = withProfile(await findTarget(checkout, options.to), options.toProfile);
	assertDeclared(source.outputs, model);
	assertDeclared(target.outputs, model);
	const promotion = await promoteBetween(source, target, model, options.version);
	console.log(options.json ? JSON.stringify(promotion) : wordsOf(promotion));
	return 0;
}

const withProfile = ({ aws, outputs }: Target, profile: string | undefined): Target => ({
	aws: { ...aws, ...(profile !== undefined && { profile }) },
	outputs,
});

/** @param version of the source; absent: its champion */
export async function promoteBetween(
	source: Target,
	target: Target,
	model: string,
	version?: number,
): Promise<Promotion> {
	const s3Of = ({ aws }: Target) => new S3Client({ ...aws, forcePathStyle: aws.endpoint !== undefined });
	const [sourceS3, targetS3] = [s3Of(source), s3Of(target)];
	try {
		return await reading(source.aws, source.outputs, (sourceRegistry) =>
			reading(target.aws, target.outputs, (targetRegistry) =>
				promoteVersion(
					{ registry: sourceRegistry, read: (key) => readObject(sourceS3, source.outputs.artifactBucket, key) },
					{
						registry: targetRegistry,
						write: async (Key, Body) => {
							await targetS3.send(new PutObjectCommand({ Bucket: target.outputs.artifactBucket, Key, Body }));
						},
						register: (request) => requestRegistration(target.aws, target.outputs.registerFunction, request),
					},
					model,
					version,
				),
			),
		);
	} finally {
		sourceS3.destroy();
		targetS3.destroy();
	}
}

async function readObject(s3: S3Client, Bucket: string, Key: string): Promise<Uint8Array | undefined> {
	try {
		const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
		return await Body?.transformToByteArray();
	} catch (error) {
		if (error instanceof NoSuchKey) return undefined;
		throw error;
	}
}

export function wordsOf({ model, from, to, sha256, parent, isNew, isChampion }: Promotion): string {
	const what = `${model}: v${from} of the source is v${to} of the target`;
	const since = isNew ? "" : " already";
	const serves = isChampion
		? "It serves."
		: `It does not serve: \`triplane rollout ${model} --version ${to}\` rolls it out.`;
	const of = parent === undefined ? "" : `, parent v${parent}`;
	return `${what}${since}, SHA-256 ${sha256}${of}. ${serves}`;
}
