/** A self-signed certificate for one name, made anew: no private key lies in the repository. For servers of tests alone. */
import { generateKeyPairSync, sign } from "node:crypto";

/** Tags of DER. */
const TAG = {
	boolean: 0x01,
	integer: 0x02,
	bits: 0x03,
	octets: 0x04,
	oid: 0x06,
	utf8: 0x0c,
	utcTime: 0x17,
	sequence: 0x30,
	set: 0x31,
	dnsName: 0x82,
	version: 0xa0,
	extensions: 0xa3,
} as const;
/** Object identifiers, encoded. */
const OID = {
	ecdsaWithSha256: "2a8648ce3d040302",
	commonName: "550403",
	subjectAltName: "551d11",
	basicConstraints: "551d13",
} as const;
const TRUE = Uint8Array.of(0xff);

function der(tag: keyof typeof TAG, ...contents: Uint8Array[]): Uint8Array {
	const content = Buffer.concat(contents);
	const { length } = content;
	const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
	return Buffer.concat([Uint8Array.of(TAG[tag], ...size), content]);
}
const oid = (name: keyof typeof OID) => der("oid", Buffer.from(OID[name], "hex"));
const extension = (name: keyof typeof OID, value: Uint8Array) => der("sequence", oid(name), der("octets", value));

/** In PEM. */
export function selfSigned(name: string): { key: string; cert: string } {
	const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
	const algorithm = der("sequence", oid("ecdsaWithSha256"));
	const whose = der("sequence", der("set", der("sequence", oid("commonName"), der("utf8", Buffer.from(name)))));
	const valid = ["200101000000Z", "491231235959Z"].map((time) => der("utcTime", Buffer.from(time)));
	const extensions = [
		extension("subjectAltName", der("sequence", der("dnsName", Buffer.from(name)))),
		extension("basicConstraints", der("sequence", der("boolean", TRUE))),
	];
	const body = der(
		"sequence",
		der("version", der("integer", Uint8Array.of(2))),
		der("integer", Uint8Array.of(1)),
		algorithm,
		whose,
		der("sequence", ...valid),
		whose,
		publicKey.export({ type: "spki", format: "der" }),
		der("extensions", der("sequence", ...extensions)),
	);
	const signature = der("bits", Uint8Array.of(0), sign("sha256", body, privateKey));
	const cert = Buffer.from(der("sequence", body, algorithm, signature)).toString("base64");
	return {
		key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
		cert: `-----BEGIN CERTIFICATE-----\n${cert.replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`,
	};
}
