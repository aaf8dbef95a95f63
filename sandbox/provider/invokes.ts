/** Functions of @pulumi/aws that a program may call: the few that need no more than what the embedded AWS is. */
import { TriplaneError } from "../../charter/errors.ts";
import { policyDocument } from "./policy-document.ts";
import type { Context } from "./resource-type.ts";
import type { Props } from "./values.ts";

/** Which account and region the program is in. */
type Place = Pick<Context, "accountId" | "region">;
type Invoke = (args: Props, place: Place) => Props;

const INVOKES: Record<string, Invoke> = {
	"aws:index/getCallerIdentity:getCallerIdentity": (_, { accountId }) => ({
		id: accountId,
		accountId,
		arn: `arn:aws:iam::${accountId}:root`,
		userId: accountId,
	}),
	"aws:index/getPartition:getPartition": () => ({
		id: "aws",
		partition: "aws",
		dnsSuffix: "amazonaws.com",
		reverseDnsPrefix: "com.amazonaws",
	}),
	"aws:index/getRegion:getRegion": (_, { region }) => ({
		id: region,
		name: region,
		region,
		description: region,
		endpoint: `ec2.${region}.amazonaws.com`,
	}),
	"aws:index/getAvailabilityZones:getAvailabilityZones": (_, { region }) => ({
		id: region,
		region,
		names: ["a", "b", "c"].map((zone) => `${region}${zone}`),
		zoneIds: ["1", "2", "3"].map((zone) => `${region}-az${zone}`),
		groupNames: [region],
	}),
	"aws:iam/getPolicyDocument:getPolicyDocument": (args) => policyDocument(args),
};

/** Whether a function is among them. */
export const isAnswered = (token: string): boolean => Object.hasOwn(INVOKES, token);

/** @throws {TriplaneError} for a function that is not among them */
export function invoke(token: string, args: Props, place: Place): Props {
	const found = INVOKES[token];
	if (found === undefined)
		throw new TriplaneError(
			`The embedded AWS does not answer ${token}. It answers ${Object.keys(INVOKES)
				.map((each) => each.split(":").at(-1))
				.join(", ")}: take the value from the settings, or from a resource of the program.`,
		);
	return found(args, place);
}
