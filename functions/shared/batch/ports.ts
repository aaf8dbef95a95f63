/**
 * What the steps of a batch window need from outside: the objects of the data bucket.
 * Interfaces only; objects.ts is S3's, the tests bring their own.
 */

/** A part of an object, in bytes, half-open. */
interface ByteRange {
	start: number;
	end: number;
}

/** An object's content as it comes. */
export type ByteStream = AsyncIterable<Uint8Array>;

export interface BatchObjects {
	/** Keys under a prefix that sort after `after`, in S3's order (that of their UTF-8 bytes). */
	list(prefix: string, after?: string): AsyncIterable<string>;
	/** The content, or a part of it; undefined where there is no such object. */
	read(key: string, range?: ByteRange): Promise<ByteStream | undefined>;
	/** The checksum that was written with an output; undefined where there is no object, or none with one. */
	checksum(key: string): Promise<string | undefined>;
	/** Writes an object whole, over what is there. */
	write(key: string, content: Uint8Array, checksum?: string): Promise<void>;
	remove(keys: readonly string[]): Promise<void>;
}
