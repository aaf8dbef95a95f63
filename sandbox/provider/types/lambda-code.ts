/** Where Lambda takes code from: an archive of the program, or an object in S3. */
import { z } from "zod";
import { TriplaneError } from "../../../charter/errors.ts";
import { packArchive } from "../archive.ts";
import type { Context } from "../resource-type.ts";
import { isArchive, type Props } from "../values.ts";

export const archive = z.custom<Props>((value) => isArchive(value), {
	error: "not an archive: use pulumi.asset.FileArchive or AssetArchive",
});

export interface CodeSource {
	code?: Props | undefined;
	s3Bucket?: string | undefined;
	s3Key?: string | undefined;
	s3ObjectVersion?: string | undefined;
}

export async function codeOf(source: CodeSource, context: Context) {
	if (source.code !== undefined) return { ZipFile: (await packArchive(source.code, context.directory)).zip };
	if (source.s3Bucket === undefined || source.s3Key === undefined)
		throw new TriplaneError("It has no code: set code, or s3Bucket and s3Key.");
	return { S3Bucket: source.s3Bucket, S3Key: source.s3Key, S3ObjectVersion: source.s3ObjectVersion };
}
