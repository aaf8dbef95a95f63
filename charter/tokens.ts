/**
 * Tenants' bearer tokens: `tp_<tenant>_<secret>_<checksum>`. The secret has 256 random bits; only its hash is stored.
 * The checksum tells a mistyped or made-up token without a read. Not an authorization: whoever holds the hash decides that.
 */
import { createHash, randomBytes } from "node:crypto";

const PREFIX = "tp";
const SECRET_BYTES = 32;
const CHECKSUM_CHARACTERS = 8;
const SHAPE = /^(tp_([a-z][a-z0-9-]{0,31})_[0-9a-f]{64})_([0-9a-f]{8})$/;

const checksum = (body: string): string =>
	createHash("sha256").update(body).digest("hex").slice(0, CHECKSUM_CHARACTERS);

/** A new token for a tenant. Show it once; store {@link tokenHash} alone. */
export function issueToken(tenant: string): string {
	const body = `${PREFIX}_${tenant}_${randomBytes(SECRET_BYTES).toString("hex")}`;
	return `${body}_${checksum(body)}`;
}

/** The tenant that a token names, or undefined where it is no token at all or its checksum is off. */
export function tenantOfToken(token: string): string | undefined {
	const [, body, tenant, sum] = SHAPE.exec(token) ?? [];
	return body !== undefined && checksum(body) === sum ? tenant : undefined;
}

/** What the tenants' table keeps of a token: its SHA-256 in hex. */
export const tokenHash = (token: string): string => createHash("sha256").update(token).digest("hex");

/**
 * The key that signs what the platform calls back for a request of this token, after Standard Webhooks: its holder can work
 * it out too, so no further secret is handed out.
 * @param hash {@link tokenHash} of the token
 */
export const callbackKeyOf = (hash: string): string => createHash("sha256").update(`callback:${hash}`).digest("base64");
