import { expect } from "chai";
import { type AccountPort, accountChecks } from "../../../cli/doctor/account.ts";
import { examine, exitCodeOf } from "../../../cli/doctor/check.ts";

const healthyAccount = (change: Partial<AccountPort> = {}): AccountPort => ({
	callerArn: async () => "arn:aws:iam::123456789012:user/ada",
	accountConcurrency: async () => 1000,
	gpuSpotVcpus: async () => 64,
	apiGatewayLogRole: async () => "arn:aws:iam::123456789012:role/api-logs",
	traceDestination: async () => "CloudWatchLogs",
	...change,
});
const needs = { reservedConcurrency: 30, gpu: true, otlp: true };
const findingsOf = async (change: Partial<AccountPort>, what: Partial<typeof needs> = {}) =>
	examine(accountChecks(healthyAccount(change), { ...needs, ...what }));
const notOk = async (change: Partial<AccountPort>, what: Partial<typeof needs> = {}) =>
	(await findingsOf(change, what)).filter(({ verdict }) => verdict !== "ok");

describe("cli/doctor/account", () => {
	it("finds nothing to do in a healthy account", async () => {
		const findings = await findingsOf({});
		expect(findings.map(({ name, verdict }) => [name, verdict])).to.deep.equal([
			["credentials", "ok"],
			["account concurrency", "ok"],
			["GPU spot quota", "ok"],
			["API Gateway log role", "ok"],
			["trace settings", "ok"],
		]);
		expect(exitCodeOf(findings)).to.equal(0);
	});

	it("asks for more concurrency where the reservations leave less than AWS demands", async () => {
		expect(await notOk({ accountConcurrency: async () => 129 })).to.deep.equal([
			{
				name: "account concurrency",
				verdict: "problem",
				found: "the account's limit is 129; this stack reserves 30 and AWS keeps 100 unreserved",
				todo: 'ask Service Quotas for "Concurrent executions" of Lambda of at least 130',
			},
		]);
		expect(await notOk({ accountConcurrency: async () => 130 })).to.deep.equal([]);
	});

	it("calls attention to a GPU spot quota only where a model wants a GPU", async () => {
		const none = { gpuSpotVcpus: async () => 0 };
		expect((await notOk(none)).map(({ name }) => name)).to.deep.equal(["GPU spot quota"]);
		expect(await notOk(none, { gpu: false })).to.deep.equal([]);
	});

	it("asks for API Gateway's log role where none is set", async () => {
		const found = await notOk({ apiGatewayLogRole: async () => undefined });
		expect(found.map(({ name, verdict }) => [name, verdict])).to.deep.equal([["API Gateway log role", "problem"]]);
		expect(exitCodeOf(found)).to.equal(1);
	});

	it("calls for attention, not for a stop, where X-Ray cannot take OTLP yet", async () => {
		const found = await notOk({ traceDestination: async () => "XRay" });
		expect(found.map(({ name, verdict }) => [name, verdict])).to.deep.equal([["trace settings", "attention"]]);
		expect(exitCodeOf(found)).to.equal(0);
	});

	it("says how to log in where AWS does not know the caller", async () => {
		const stranger = await notOk({
			callerArn: async () => {
				throw new Error("Could not load credentials from any providers");
			},
		});
		expect(stranger).to.deep.equal([
			{
				name: "credentials",
				verdict: "problem",
				found: "AWS does not say who you are: Could not load credentials from any providers",
				todo: "log in (`aws sso login`), or set AWS_PROFILE or AWS_ACCESS_KEY_ID",
			},
		]);
	});

	it("tells a check that could not be made, and makes the others", async () => {
		const denied = await notOk({
			apiGatewayLogRole: async () => {
				throw Object.assign(new Error("not allowed"), { name: "AccessDeniedException" });
			},
		});
		expect(denied).to.deep.equal([
			{
				name: "API Gateway log role",
				verdict: "problem",
				found: "could not be checked: AccessDeniedException: not allowed",
				todo: "allow the call that failed, or check it by hand",
			},
		]);
	});
});
