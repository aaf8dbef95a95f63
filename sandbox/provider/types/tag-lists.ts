/** Tags as a list of pairs, which is how half of AWS's services take them; the others take the map as it is. */

export const tagList = (tags: Record<string, string> | undefined): { Key: string; Value: string }[] | undefined =>
	tags && Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** As ECS and Step Functions write the pairs. */
export const lowerTagList = (tags: Record<string, string> | undefined): { key: string; value: string }[] | undefined =>
	tags && Object.entries(tags).map(([key, value]) => ({ key, value }));
