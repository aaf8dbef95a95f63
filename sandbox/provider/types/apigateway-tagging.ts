/** Tagging of whatever has an ARN in API Gateway. */
import { TagResourceCommand, UntagResourceCommand } from "@aws-sdk/client-api-gateway";
import type { Context, Tagging } from "../resource-type.ts";

/** ARN of a path below API Gateway's management API, as in "/restapis/a1b2". */
export const apiArn = ({ region }: Context, path: string): string => `arn:aws:apigateway:${region}::${path}`;

export function apiTagging(context: Context, path: string): Tagging {
	const resourceArn = apiArn(context, path);
	return {
		set: (tags) => context.clients.apigateway.send(new TagResourceCommand({ resourceArn, tags })),
		unset: (tagKeys) => context.clients.apigateway.send(new UntagResourceCommand({ resourceArn, tagKeys })),
	};
}
