/** S3 in memory, one bucket: objects by key, with the etags and the conditions that the functions use. */
import { createHash } from "node:crypto";

/** An answer as S3 sends it. */
export interface S3Answer {
	status: number;
	body: string | Uint8Array;
	headers?: Record<string, string>;
}

export interface S3Request {
	method: string;
	path: string;
	headers: Record<string, string>;
	body?: unknown;
}

const etagOf = (bytes: Uint8Array): string => `"${createHash("md5").update(bytes).digest("hex")}"`;

const missing: S3Answer = {
	status: 404,
	body: "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>",
};
const changed: S3Answer = {
	status: 412,
	body: "<Error><Code>PreconditionFailed</Code><Message>At least one of the preconditions failed.</Message></Error>",
};

export class MemoryS3 {
	readonly objects = new Map<string, Uint8Array>();

	answer({ method, path, headers, body }: S3Request): S3Answer {
		const key = decodeURIComponent(path.slice(1));
		const source = headers["x-amz-copy-source"];
		if (method === "PUT") return source === undefined ? this.#put(key, body) : this.#copy(source, key, headers);
		const object = this.objects.get(key);
		if (!object) return method === "HEAD" ? { status: 404, body: "" } : missing;
		const wanted = headers["if-match"];
		if (wanted !== undefined && wanted !== etagOf(object)) return changed;
		const about = { etag: etagOf(object), "content-length": String(object.byteLength) };
		return { status: 200, body: method === "HEAD" ? "" : object, headers: about };
	}

	#put(key: string, body: unknown): S3Answer {
		if (!(body instanceof Uint8Array)) throw new Error("The in-memory S3 takes bytes alone.");
		this.objects.set(key, body);
		return { status: 200, body: "", headers: { etag: etagOf(body) } };
	}

	#copy(source: string, key: string, headers: Record<string, string>): S3Answer {
		const [, from = ""] = /^[^/]+\/(.+)$/.exec(decodeURIComponent(source)) ?? [];
		const object = this.objects.get(from);
		if (!object) return missing;
		const wanted = headers["x-amz-copy-source-if-match"];
		if (wanted !== undefined && wanted !== etagOf(object)) return changed;
		this.objects.set(key, object);
		return { status: 200, body: `<CopyObjectResult><ETag>${etagOf(object)}</ETag></CopyObjectResult>` };
	}
}
