/** How ECS changes tags: of anything that has an ARN. */
import { TagResourceCommand, UntagResourceCommand } from "@aws-sdk/client-ecs";
import type { Context, Tagging } from "../resource-type.ts";
import { lowerTagList } from "./tag-lists.ts";

export const ecsTagging = (resourceArn: string, _: unknown, { clients }: Context): Tagging => ({
	set: (all) => clients.ecs.send(new TagResourceCommand({ resourceArn, tags: lowerTagList(all) ?? [] })),
	unset: (tagKeys) => clients.ecs.send(new UntagResourceCommand({ resourceArn, tagKeys })),
});
