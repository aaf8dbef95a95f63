/** The predictions of a window, as its output objects hold them. */
import { GetObjectCommand, paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";
import { z } from "zod";
import { outputPrefix, summaryKey, type Window } from "../../charter/windows.ts";
import type { AwsTarget } from "./aws.ts";

const values = z.union([z.number(), z.array(z.number())]);
const Line = z.object({ id: z.string(), outputs: z.record(z.string(), values) });

/** A row's predictions by the name of the model's output, one number or more of each. */
export interface BatchPrediction {
	id: string;
	outputs: Readonly<Record<string, readonly number[]>>;
}

/** One line of an output object. */
export function parsePrediction(line: string): BatchPrediction {
	const { id, outputs } = Line.parse(JSON.parse(line));
	return { id, outputs: Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, [value].flat()])) };
}

/** All predictions of a window, chunk after chunk. */
export async function readWindow(aws: AwsTarget, dataBucket: string, window: Window): Promise<BatchPrediction[]> {
	const s3 = new S3Client({ ...aws, forcePathStyle: aws.endpoint !== undefined });
	const predictions: BatchPrediction[] = [];
	try {
		const pages = paginateListObjectsV2({ client: s3 }, { Bucket: dataBucket, Prefix: outputPrefix(window) });
		for await (const { Contents = [] } of pages)
			for (const { Key } of Contents) {
				if (Key === undefined || Key === summaryKey(window)) continue;
				const { Body } = await s3.send(new GetObjectCommand({ Bucket: dataBucket, Key }));
				const lines = (await Body?.transformToString())?.split("\n").filter((line) => line !== "") ?? [];
				predictions.push(...lines.map(parsePrediction));
			}
		return predictions;
	} finally {
		s3.destroy();
	}
}
