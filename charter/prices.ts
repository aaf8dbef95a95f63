/**
 * AWS's list prices in us-east-1, for estimates: on-demand, without free tiers or discounts.
 * For an order of magnitude: gathered in 2026 from public copies of AWS's price pages, and not every one checked against
 * AWS's price list. Refresh by hand, and before a bill depends on them. Prices by the hour of instances are in prices/.
 */
export const PRICES_USD = {
	lambdaGbSecondArm64: 0.0000133334,
	lambdaGbSecondX8664: 0.0000166667,
	lambdaRequest: 0.2e-6,
	lambdaProvisionedGbSecondArm64: 0.0000033334,
	lambdaProvisionedGbSecondX8664: 0.0000041667,
	restApiRequest: 3.5e-6,
	httpApiRequest: 1e-6,
	dynamodbReadUnit: 0.125e-6,
	dynamodbWriteUnit: 0.625e-6,
	dynamodbProvisionedReadHour: 0.00013,
	dynamodbProvisionedWriteHour: 0.00065,
	sqsRequest: 0.4e-6,
	sqsFifoRequest: 0.5e-6,
	stepFunctionsTransition: 25e-6,
	stepFunctionsExpressRequest: 1e-6,
	stepFunctionsExpressGbSecond: 0.00001667,
	fargateVcpuHourX8664: 0.04048,
	fargateGbHourX8664: 0.004445,
	fargateVcpuHourArm64: 0.03238,
	fargateGbHourArm64: 0.00356,
	sagemakerServerlessGbSecond: 0.00002,
	kinesisShardHour: 0.015,
	natGatewayHour: 0.045,
	/** In one availability zone. */
	interfaceEndpointHour: 0.01,
	loadBalancerHour: 0.0225,
	alarmMonth: 0.1,
	dashboardMonth: 3,
	rdsGp3GbMonth: 0.115,
	auroraCapacityUnitHour: 0.12,
} as const;

/** A month as AWS's own calculator counts it. */
export const HOURS_PER_MONTH = 730;
export const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600;
