/** What is read from CloudWatch: by the charter's names, whole, and of nobody else. */
import { expect } from "chai";
import { cloudwatchCounts } from "../../../functions/judge/cloudwatch-counts.ts";
import { failureOf } from "../../support/failure.ts";
import { MemoryCloudwatch } from "../../support/judge-aws.ts";
import { arm, MINUTE_MS, T0 } from "../../support/judge-rollouts.ts";

const request = { model: "tumour-risk", from: 3, to: 4, fromMs: T0, untilMs: T0 + 10 * MINUTE_MS };
const of = (version: string, variant: string, model = "tumour-risk") => ({ model, version, variant });
const slice = (version: string, name: string) => ({ model: "tumour-risk", version, slice: name });

function fixture() {
	const cloudwatch = new MemoryCloudwatch();
	return { cloudwatch, counts: cloudwatchCounts(cloudwatch.client()) };
}

describe("functions/judge/cloudwatch-counts", () => {
	it("sums each arm up by its own version and variant, from the first minute on", async () => {
		const { cloudwatch, counts } = fixture();
		for (const minute of [-1, 0, 1]) {
			const atMs = T0 + minute * MINUTE_MS;
			const all = { Requests: 90, Errors: 2, Slow: 5, CostUsd: 0.5, Outcomes: 7, BadOutcomes: 1 };
			cloudwatch.add(of("3", "champion"), atMs, all);
			cloudwatch.add(of("4", "canary"), atMs, { Requests: 10, Errors: 1, Slow: 0, CostUsd: 0.25 });
		}
		for (const others of [of("4", "shadow"), of("3", "canary"), of("4", "canary", "other"), { model: "tumour-risk" }])
			cloudwatch.add(others, T0, { Requests: 1_000, Errors: 1_000 });
		expect(await counts.arms(request)).to.deep.equal({
			champion: arm(180, { errors: 4, slow: 10, costUsd: 1, outcomes: 14, badOutcomes: 2 }),
			canary: arm(20, { errors: 2, costUsd: 0.5 }),
		});
		expect(cloudwatch.calls).to.deep.equal(["GetMetricDataCommand"]);
	});

	it("takes what comes in pages as a whole", async () => {
		const { cloudwatch, counts } = fixture();
		cloudwatch.pageSize = 3;
		for (let minute = 0; minute < 10; minute++)
			cloudwatch.add(of("4", "canary"), T0 + minute * MINUTE_MS, { Requests: 2 ** minute });
		expect((await counts.arms(request)).canary.requests).to.equal(1023);
		expect(cloudwatch.calls.length).to.equal(4);
	});

	it("still sums up from the start where a rollout takes longer than CloudWatch keeps minutes", async () => {
		const { cloudwatch, counts } = fixture();
		const DAY = 24 * 60;
		for (const minute of [0, DAY, 16 * DAY])
			cloudwatch.add(of("4", "canary"), T0 + minute * MINUTE_MS, { Requests: 9 });
		for (const [days, requests] of [
			[14, 18],
			[15, 18],
			[20, 27],
		] as const) {
			const untilMs = T0 + days * DAY * MINUTE_MS;
			expect((await counts.arms({ ...request, untilMs })).canary.requests, `${days}`).to.equal(requests);
		}
	});

	it("finds the slices that the new version was compared by", async () => {
		const { cloudwatch, counts } = fixture();
		cloudwatch.pageSize = 2;
		for (const name of ["malignant", "benign", "failed"])
			for (const minute of [0, 1])
				cloudwatch.add(slice("4", name), T0 + minute * MINUTE_MS, { Compared: 10, Disagreed: 1 });
		cloudwatch.add(slice("3", "old"), T0, { Compared: 10, Disagreed: 1 });
		cloudwatch.add(slice("4", "earlier"), T0 - MINUTE_MS, { Compared: 10, Disagreed: 1 });
		expect(await counts.paired(request)).to.deep.equal({
			benign: { compared: 20, disagreed: 2 },
			failed: { compared: 20, disagreed: 2 },
			malignant: { compared: 20, disagreed: 2 },
		});
	});

	it("asks nothing more where no slice is known yet", async () => {
		const { cloudwatch, counts } = fixture();
		expect(await counts.paired(request)).to.deep.equal({});
		expect(cloudwatch.calls).to.deep.equal(["ListMetricsCommand"]);
	});

	it("tells alarms that are on, composite ones too, and asks for none where there are none", async () => {
		const { cloudwatch, counts } = fixture();
		cloudwatch.alarms.push(
			{ name: "page-fast", isComposite: true, isOn: true },
			{ name: "page-slow", isComposite: true, isOn: false },
			{ name: "errors", isComposite: false, isOn: true },
			{ name: "of-others", isComposite: false, isOn: true },
		);
		expect(await counts.burning([])).to.deep.equal([]);
		expect(cloudwatch.calls).to.deep.equal([]);
		expect(await counts.burning(["page-fast", "page-slow", "errors"])).to.deep.equal(["errors", "page-fast"]);
		const many = [...Array.from({ length: 150 }, (_, i) => `none-${i}`), "errors"];
		expect(await counts.burning(many)).to.deep.equal(["errors"]);
		expect(cloudwatch.calls.length).to.equal(3);
	});

	it("judges by nothing that CloudWatch could not sum up", async () => {
		const { cloudwatch, counts } = fixture();
		cloudwatch.statusCode = "InternalError";
		expect(await failureOf(counts.arms(request))).to.equal(
			"CloudWatch did not sum q0 up: InternalError, no reason given. Nothing was judged; ask again.",
		);
	});
});
