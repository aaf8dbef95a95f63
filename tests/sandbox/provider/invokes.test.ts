import { expect } from "chai";
import fc from "fast-check";
import { invoke } from "../../../sandbox/provider/invokes.ts";
import { isProps, type Props, plainProps } from "../../../sandbox/provider/values.ts";

describe("A function of @pulumi/aws that a program calls", () => {
	const answer = (token: string, args: Props = {}) =>
		invoke(token, args, { region: "eu-west-1", accountId: "000000000000" });

	it("says who and where it is.", () => {
		expect(answer("aws:index/getCallerIdentity:getCallerIdentity")).to.include({
			accountId: "000000000000",
			arn: "arn:aws:iam::000000000000:root",
		});
		expect(answer("aws:index/getRegion:getRegion")).to.include({ name: "eu-west-1", region: "eu-west-1" });
		expect(answer("aws:index/getPartition:getPartition")).to.include({ partition: "aws", dnsSuffix: "amazonaws.com" });
		expect(answer("aws:index/getAvailabilityZones:getAvailabilityZones").names).to.deep.equal([
			"eu-west-1a",
			"eu-west-1b",
			"eu-west-1c",
		]);
	});

	it("writes a policy document as IAM does.", () => {
		const { json, minifiedJson } = answer("aws:iam/getPolicyDocument:getPolicyDocument", {
			statements: [
				{
					sid: "Read",
					actions: ["s3:GetObject"],
					resources: ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"],
					principals: [{ type: "Service", identifiers: ["lambda.amazonaws.com"] }],
					conditions: [{ test: "Bool", variable: "aws:SecureTransport", values: ["true"] }],
				},
				{ effect: "Deny", notActions: ["iam:*"], resources: ["*"], principals: [{ type: "*", identifiers: ["*"] }] },
			],
		});
		const expected = {
			Version: "2012-10-17",
			Statement: [
				{
					Sid: "Read",
					Effect: "Allow",
					Action: "s3:GetObject",
					Resource: ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"],
					Principal: { Service: "lambda.amazonaws.com" },
					Condition: { Bool: { "aws:SecureTransport": "true" } },
				},
				{ Effect: "Deny", NotAction: "iam:*", Resource: "*", Principal: "*" },
			],
		};
		expect(JSON.parse(String(json))).to.deep.equal(expected);
		expect(minifiedJson).to.equal(JSON.stringify(expected));
	});

	it("writes JSON of whatever statements it is given.", () => {
		const token = "aws:iam/getPolicyDocument:getPolicyDocument";
		fc.assert(
			fc.property(fc.jsonValue(), fc.jsonValue(), (principals, conditions) => {
				const args = plainProps({ statements: [{ principals, conditions }, principals] });
				return isProps(JSON.parse(String(answer(token, args).json)));
			}),
		);
	});

	it("is refused by name where it is not answered here.", () => {
		expect(() => answer("aws:ec2/getAmi:getAmi")).to.throw(
			"The embedded AWS does not answer aws:ec2/getAmi:getAmi. It answers getCallerIdentity, getPartition, getRegion, getAvailabilityZones, getPolicyDocument",
		);
	});
});
