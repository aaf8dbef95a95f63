/** Reads the model registry of a stack, as all commands do that show something of it. Writes nothing. */
import { type DynamoDBClient, GetItemCommand, paginateQuery } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { TriplaneError } from "../../charter/errors.ts";
import { type EvaluationRecord, evaluationKey } from "../../charter/pipeline.ts";
import {
	type Alias,
	aliasKey,
	contentKey,
	modelKey,
	ROUTE_KEY,
	type RouteRecord,
	type VersionRecord,
	versionKey,
} from "../../charter/registry.ts";
import {
	type JudgementRecord,
	judgementKey,
	judgementPrefix,
	ROLLOUT_PREFIX,
	type RolloutRecord,
} from "../../charter/rollout.ts";
import { toAlias, toContent, toEvaluation, toJudgement, toRollout, toRoute, toVersion } from "./registry-records.ts";

const VERSION_PREFIX = "VERSION#";
const ALIASES = ["champion", "challenger", "previous"] as const satisfies Alias[];

export type Aliases = Partial<Record<Alias, number>>;

export class RegistryReader {
	readonly #dynamodb: DynamoDBClient;
	readonly #table: string;

	/** @param table its name, as the stack's output `registryTable` tells it */
	constructor(dynamodb: DynamoDBClient, table: string) {
		this.#dynamodb = dynamodb;
		this.#table = table;
	}

	/** All versions of a model, the first one first. */
	async versions(model: string): Promise<VersionRecord[]> {
		return (await this.#under(model, VERSION_PREFIX)).map(toVersion);
	}

	/** @throws {TriplaneError} where there is no such version */
	async version(model: string, version: number): Promise<VersionRecord> {
		const item = await this.#item(model, versionKey(version));
		if (item) return toVersion(item);
		throw new TriplaneError(
			`${model} has no version ${version}. \`triplane models show ${model}\` lists those that it has.`,
		);
	}

	/** The version that holds a content, if any. */
	async versionOf(model: string, sha256: string): Promise<number | undefined> {
		const item = await this.#item(model, contentKey(sha256));
		return item && toContent(item).version;
	}

	async aliases(model: string): Promise<Aliases> {
		const found = await Promise.all(
			ALIASES.map(async (alias) => {
				const item = await this.#item(model, aliasKey(alias));
				return item && ([alias, toAlias(item).version] as const);
			}),
		);
		return Object.fromEntries(found.filter((entry) => entry !== undefined));
	}

	/** What serves a model; undefined where nothing does. */
	async route(model: string): Promise<RouteRecord | undefined> {
		const item = await this.#item(model, ROUTE_KEY);
		return item && toRoute(item);
	}

	/** All rollouts of a model, the first one first. */
	async rollouts(model: string): Promise<RolloutRecord[]> {
		return (await this.#under(model, ROLLOUT_PREFIX)).map(toRollout);
	}

	/** The rollout that began last. */
	async lastRollout(model: string): Promise<RolloutRecord | undefined> {
		const [item] = await this.#under(model, ROLLOUT_PREFIX, { isLastOnly: true });
		return item && toRollout(item);
	}

	/** Judgements of a rollout in their order. @param after those up to this one are left out */
	async judgements(model: string, rollout: number, after = 0): Promise<JudgementRecord[]> {
		const start = after > 0 ? { after: judgementKey(rollout, after) } : {};
		return (await this.#under(model, judgementPrefix(rollout), start)).map(toJudgement);
	}

	/** How a training run was judged; undefined where it was not. */
	async evaluation(model: string, run: string): Promise<EvaluationRecord | undefined> {
		const item = await this.#item(model, evaluationKey(run));
		return item && toEvaluation(item);
	}

	async #item(model: string, sk: string): Promise<Record<string, unknown> | undefined> {
		const Key = marshall({ pk: modelKey(model), sk });
		const { Item } = await this.#dynamodb.send(
			new GetItemCommand({ TableName: this.#table, Key, ConsistentRead: true }),
		);
		return Item && unmarshall(Item);
	}

	async #under(
		model: string,
		prefix: string,
		{ isLastOnly = false, after }: { isLastOnly?: boolean; after?: string } = {},
	): Promise<Record<string, unknown>[]> {
		const items: Record<string, unknown>[] = [];
		const pk = modelKey(model);
		const query = {
			TableName: this.#table,
			KeyConditionExpression: "pk = :model AND begins_with(sk, :prefix)",
			ExpressionAttributeValues: marshall({ ":model": pk, ":prefix": prefix }),
			ConsistentRead: true,
			...(isLastOnly && { ScanIndexForward: false, Limit: 1 }),
		};
		const start = after === undefined ? {} : { startingToken: marshall({ pk, sk: after }) };
		for await (const { Items = [] } of paginateQuery({ client: this.#dynamodb, ...start }, query)) {
			items.push(...Items.map((item) => unmarshall(item)));
			if (isLastOnly) break;
		}
		return items;
	}
}
