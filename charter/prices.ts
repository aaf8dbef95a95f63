/**
 * AWS's list prices in us-east-1, for estimates: on-demand, without free tiers or discounts.
 * Source: AWS's public pricing pages of Lambda, API Gateway and DynamoDB, as of 2026-01; refresh by hand.
 */
export const PRICES_USD = {
	lambdaGbSecondArm64: 0.0000133334,
	lambdaGbSecondX8664: 0.0000166667,
	lambdaRequest: 0.2e-6,
	restApiRequest: 3.5e-6,
	dynamodbReadUnit: 0.125e-6,
	dynamodbWriteUnit: 0.625e-6,
} as const;
