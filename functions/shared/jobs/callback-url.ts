/**
 * The address that a tenant wants to be told at when its job has ended: refused at the door where no try could succeed.
 * What its name resolves to is checked when it is called, not here: that can change.
 */
import { isIP } from "node:net";
import { CALLBACK_URL_HEADER } from "../../../charter/api.ts";
import { ApiError } from "../../../charter/errors.ts";
import { isPublicAddress } from "./public-address.ts";

const URL_MAX_CHARACTERS = 2_048;
const SHOWN_CHARACTERS = 100;
/** Names that resolvers keep to the machine or the local network. */
const LOCAL_NAMES = ["localhost", "local", "internal", "localdomain", "home.arpa"];

/**
 * The address in its normal form.
 * @throws {ApiError} INVALID_REQUEST where it is no absolute https URL, has credentials, or names a host that is not public
 */
export function readCallbackUrl(text: string): string {
	const invalid = (what: string) =>
		new ApiError(
			"INVALID_REQUEST",
			`The header ${CALLBACK_URL_HEADER} ${what}. Send an https URL of a public host, or leave it out.`,
		);
	if (text.length > URL_MAX_CHARACTERS)
		throw invalid(`has ${text.length} characters, more than the ${URL_MAX_CHARACTERS} that are taken`);
	if (!URL.canParse(text)) throw invalid(`is "${text.slice(0, SHOWN_CHARACTERS)}", which is no URL`);
	const url = new URL(text);
	if (url.protocol !== "https:") throw invalid(`starts with "${url.protocol}"`);
	if (url.username || url.password) throw invalid("has a user name or password in it");
	if (!isPublicHost(url.hostname)) throw invalid(`names the host "${url.hostname}", which is not public`);
	return url.href;
}

/** A literal address must be public; a name must not be a local one. The URL's own parser has made one form of each address. */
function isPublicHost(hostname: string): boolean {
	const literal = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
	if (isIP(literal)) return isPublicAddress(literal);
	const name = hostname.replace(/\.$/, "");
	return name.includes(".") && !LOCAL_NAMES.some((local) => name === local || name.endsWith(`.${local}`));
}
