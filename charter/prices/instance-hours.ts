/**
 * AWS's list prices of instances by the hour in us-east-1, in USD: on-demand, Linux, one availability zone. A type that
 * is not here has no price, never a guessed one.
 * EC2 and most of RDS: public copies of AWS's price list of 2025-11 to 2026-09. Aurora, search, caches and some ml.* types:
 * gathered by hand and not checked against it. Refresh by hand, and before a bill depends on them.
 */

type Prices = Readonly<Record<string, number>>;

/** Price of the size "large" by family: AWS prices the sizes of these families by their size alone. */
const EC2_LARGE: Prices = {
	...{ t3: 0.0832, t3a: 0.0752, t4g: 0.0672, m5: 0.096, m5a: 0.086, m6i: 0.096, m6a: 0.0864, m6g: 0.077 },
	...{ m7i: 0.1008, m7g: 0.0816, c5: 0.085, c6i: 0.085, c6a: 0.0765, c6g: 0.068, c7g: 0.0725, c7i: 0.08925 },
	...{ r5: 0.126, r6i: 0.126, r6g: 0.1008, r7g: 0.1071 },
};
/** Families whose number of GPUs or chips does not follow their size. */
const EC2_ACCELERATED: Prices = {
	...{ "g4dn.xlarge": 0.526, "g4dn.2xlarge": 0.752, "g4dn.4xlarge": 1.204, "g4dn.8xlarge": 2.176 },
	...{ "g4dn.12xlarge": 3.912, "g4dn.16xlarge": 4.352, "g4dn.metal": 7.824 },
	...{ "g5.xlarge": 1.006, "g5.2xlarge": 1.212, "g5.4xlarge": 1.624, "g5.8xlarge": 2.448 },
	...{ "g5.12xlarge": 5.672, "g5.16xlarge": 4.096, "g5.24xlarge": 8.144, "g5.48xlarge": 16.288 },
	...{ "g6.xlarge": 0.8048, "g6.2xlarge": 0.9776, "g6.4xlarge": 1.3232, "g6.8xlarge": 2.0144 },
	...{ "g6.12xlarge": 4.6016, "g6.16xlarge": 3.3968, "g6.24xlarge": 6.6752, "g6.48xlarge": 13.3504 },
	...{ "g6e.xlarge": 1.861, "g6e.2xlarge": 2.24208, "g6e.4xlarge": 3.00424, "g6e.8xlarge": 4.52856 },
	...{ "g6e.12xlarge": 10.49264, "g6e.16xlarge": 7.57719, "g6e.24xlarge": 15.06559, "g6e.48xlarge": 30.13118 },
	...{ "p3.2xlarge": 3.06, "p3.8xlarge": 12.24, "p3.16xlarge": 24.48 },
	...{ "p4d.24xlarge": 21.957642, "p4de.24xlarge": 27.44705, "p5.48xlarge": 55.04, "p5en.48xlarge": 63.296 },
	...{ "inf1.xlarge": 0.228, "inf1.2xlarge": 0.362, "inf1.6xlarge": 1.18, "inf1.24xlarge": 4.721 },
	...{ "inf2.xlarge": 0.7582, "inf2.8xlarge": 1.96786, "inf2.24xlarge": 6.49063, "inf2.48xlarge": 12.98127 },
	...{ "trn1.2xlarge": 1.34375, "trn1.32xlarge": 21.5 },
};
const SAGEMAKER_LARGE: Prices = { m4: 0.12, m5: 0.115, m6i: 0.115, c5: 0.102, c6i: 0.102, r5: 0.1512 };
const SAGEMAKER_OTHER: Prices = {
	...{ "t2.medium": 0.056, "t2.large": 0.1114, "t2.xlarge": 0.2227, "t2.2xlarge": 0.4454 },
	...{ "g4dn.xlarge": 0.7364, "g4dn.2xlarge": 0.94, "g4dn.4xlarge": 1.505, "g4dn.8xlarge": 2.72 },
	...{ "g4dn.12xlarge": 4.89, "g4dn.16xlarge": 5.44 },
	...{ "g5.xlarge": 1.408, "g5.2xlarge": 1.515, "g5.4xlarge": 2.03, "g5.8xlarge": 3.06 },
	...{ "g5.12xlarge": 7.09, "g5.16xlarge": 5.12, "g5.24xlarge": 10.18, "g5.48xlarge": 20.36 },
	...{ "g6.xlarge": 1.1267, "g6.2xlarge": 1.222, "g6.4xlarge": 1.654, "g6.8xlarge": 2.518 },
	...{ "g6.12xlarge": 5.752, "g6.16xlarge": 4.246, "g6.24xlarge": 8.344, "g6.48xlarge": 16.688 },
	...{ "p3.2xlarge": 3.825, "p3.8xlarge": 14.688, "p3.16xlarge": 28.152 },
	...{ "p4d.24xlarge": 25.251286, "p5.48xlarge": 63.296 },
	...{ "inf2.xlarge": 0.99, "inf2.8xlarge": 2.36, "inf2.24xlarge": 7.79, "inf2.48xlarge": 15.58 },
};
/** PostgreSQL, MySQL and MariaDB. */
const RDS_LARGE: Prices = {
	...{ t3: 0.136, t4g: 0.129, m5: 0.171, m6i: 0.171, m6g: 0.152, m7g: 0.168 },
	...{ r5: 0.24, r6i: 0.24, r6g: 0.215, r7g: 0.239 },
};
const AURORA_LARGE: Prices = { t3: 0.164, t4g: 0.146, r5: 0.29, r6i: 0.29, r6g: 0.26, r7g: 0.276 };
const CACHE_LARGE: Prices = {
	...{ t3: 0.136, t4g: 0.13, m5: 0.156, m6g: 0.149, m7g: 0.158, r5: 0.216, r6g: 0.206, r7g: 0.219 },
};
const SEARCH_LARGE: Prices = { t3: 0.146, m5: 0.142, m6g: 0.128, r5: 0.186, r6g: 0.167, c5: 0.125 };

/** Sizes below "large", as a share of it; of those above, the number before "xlarge" tells, and one is two "large". */
const SMALL_SIZES: Prices = { nano: 1 / 16, micro: 1 / 8, small: 1 / 4, medium: 1 / 2, large: 1 };

const stated = (prices: Prices, type: string): number | undefined =>
	Object.hasOwn(prices, type) ? prices[type] : undefined;

function bySize(large: Prices, type: string): number | undefined {
	const [family = "", size = ""] = type.split(".");
	const [, count] = /^((?:[1-9]\d?)?)xlarge$/.exec(size) ?? [];
	const share = count === undefined ? stated(SMALL_SIZES, size) : 2 * Number(count || 1);
	const price = stated(large, family);
	return price === undefined || share === undefined ? undefined : price * share;
}

const without = (prefix: string, type: string): string => (type.startsWith(prefix) ? type.slice(prefix.length) : "");

/** An hour of an EC2 instance, as in "g5.xlarge". All give undefined where no price is known. */
export const ec2HourUsd = (type: string): number | undefined =>
	stated(EC2_ACCELERATED, type) ?? bySize(EC2_LARGE, type);

/** An hour of a SageMaker hosting instance, as in "ml.g5.xlarge". */
export const sagemakerHourUsd = (type: string): number | undefined =>
	stated(SAGEMAKER_OTHER, without("ml.", type)) ?? bySize(SAGEMAKER_LARGE, without("ml.", type));

/** An hour of a database instance of an open engine, as in "db.t4g.medium"; two zones cost twice. */
export const rdsHourUsd = (type: string): number | undefined => bySize(RDS_LARGE, without("db.", type));

/** An hour of an Aurora instance. */
export const auroraHourUsd = (type: string): number | undefined => bySize(AURORA_LARGE, without("db.", type));

/** An hour of a cache node with Redis OSS, as in "cache.t4g.small". */
export const cacheHourUsd = (type: string): number | undefined => bySize(CACHE_LARGE, without("cache.", type));

/** An hour of a search node, as in "r6g.large.search". */
export const searchHourUsd = (type: string): number | undefined => bySize(SEARCH_LARGE, type);
