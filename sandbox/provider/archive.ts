/**
 * A function's or a layer's code as a zip: from a directory, a zip file, or named assets.
 * The same files give the same bytes, whenever and wherever they are packed.
 */
import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { type AsyncZippable, zip } from "fflate";
import { TriplaneError } from "../../charter/errors.ts";
import { isArchive, isAsset, isProps, type Value } from "./values.ts";

/** The first day that a zip can name, at noon: local midnight may be the day before. */
const MTIME = new Date(1980, 0, 1, 12);
const MODE_FILE = 0o100644;
const UNIX = 3;
const zipped = promisify<AsyncZippable, Uint8Array>((files, done) => zip(files, { level: 6 }, done));

export interface PackedCode {
	zip: Uint8Array;
	/** Base64, as Lambda states it. */
	sha256: string;
}

/**
 * @param archive as the engine sends it
 * @param directory that relative paths start from: the program's
 */
export async function packArchive(archive: Value, directory: string): Promise<PackedCode> {
	const bytes =
		isArchive(archive) && typeof archive.path === "string"
			? await zipFile(resolve(directory, archive.path))
			: undefined;
	const packed = bytes ?? (await zipEntries(await entriesOf(archive, directory)));
	return { zip: packed, sha256: createHash("sha256").update(packed).digest("base64") };
}

async function zipFile(path: string): Promise<Uint8Array | undefined> {
	const found = await stat(path).catch((cause) => {
		throw new TriplaneError(`The archive ${path} is not there: build it before deploying.`, { cause });
	});
	return found.isFile() ? new Uint8Array(await readFile(path)) : undefined;
}

function zipEntries(entries: Map<string, Uint8Array>): Promise<Uint8Array> {
	const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
	const options = { mtime: MTIME, os: UNIX, attrs: MODE_FILE << 16 };
	return zipped(Object.fromEntries(sorted.map(([name, bytes]) => [name, [bytes, options]])));
}

async function entriesOf(value: Value, directory: string): Promise<Map<string, Uint8Array>> {
	if (isArchive(value) && typeof value.path === "string") return filesOf(resolve(directory, value.path));
	if (isArchive(value) && isProps(value.assets)) {
		const entries = new Map<string, Uint8Array>();
		for (const [name, asset] of Object.entries(value.assets)) {
			if (isAsset(asset)) entries.set(name, await assetBytes(asset, directory));
			else for (const [inner, bytes] of await entriesOf(asset, directory)) entries.set(`${name}/${inner}`, bytes);
		}
		return entries;
	}
	throw new TriplaneError(
		"Only archives of files, directories and named assets can be packed here: download a remote archive first.",
	);
}

async function assetBytes(asset: { [key: string]: Value }, directory: string): Promise<Uint8Array> {
	if (typeof asset.text === "string" && asset.text !== "") return new TextEncoder().encode(asset.text);
	if (typeof asset.path === "string" && asset.path !== "")
		return new Uint8Array(await readFile(resolve(directory, asset.path)));
	if (typeof asset.text === "string") return new Uint8Array();
	throw new TriplaneError("Only text and file assets can be packed here: download a remote asset first.");
}

async function filesOf(directory: string): Promise<Map<string, Uint8Array>> {
	const entries = await readdir(directory, { recursive: true, withFileTypes: true });
	const names = entries
		.filter((entry) => entry.isFile() || entry.isSymbolicLink())
		.map((entry) => join(entry.parentPath, entry.name));
	const files = new Map<string, Uint8Array>();
	for (const path of names) {
		if ((await stat(path)).isFile())
			files.set(path.slice(directory.length + 1).replaceAll("\\", "/"), new Uint8Array(await readFile(path)));
	}
	return files;
}
