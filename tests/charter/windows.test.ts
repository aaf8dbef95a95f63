import { expect } from "chai";
import fc from "fast-check";
import {
	cadenceSeconds,
	chunkName,
	dueWindow,
	formatInstant,
	inputFolder,
	inputPrefix,
	manifestKey,
	outputKey,
	parseInputFolder,
	parseInstant,
	summaryKey,
} from "../../charter/windows.ts";

const DAY_SECONDS = 24 * 60 * 60;
const at = (text: string) => Date.parse(text);
const wholeSeconds = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1000);
const wholeMinutes = fc.integer({ min: 0, max: 60_000_000 }).map((minutes) => minutes * 60_000);

describe("charter/windows", () => {
	it("has a prefix for a model's inputs", () => {
		expect(inputPrefix("nightly")).to.equal("input/nightly/");
	});

	it("reads how long lies between two runs from a rate, and from nothing else", () => {
		expect(["rate(1 day)", "rate(12 hours)", "rate(5 minutes)", "rate(2 days)"].map(cadenceSeconds)).to.deep.equal([
			DAY_SECONDS,
			12 * 3600,
			300,
			2 * DAY_SECONDS,
		]);
		for (const none of [
			"cron(0 3 * * ? *)",
			"at(2026-11-23T00:00:00)",
			"rate(0 days)",
			"rate(1.5 hours)",
			"rate(1 week)",
			"",
		])
			expect(cadenceSeconds(none), none).to.equal(undefined);
	});

	it("reads instants as days or times in UTC, and refuses what the calendar does not have", () => {
		expect(parseInstant("2026-11-23")).to.equal(at("2026-11-23T00:00:00Z"));
		expect(parseInstant("2026-11-23T06:30Z")).to.equal(at("2026-11-23T06:30:00Z"));
		expect(parseInstant("2026-11-23T06:30:15.000Z")).to.equal(at("2026-11-23T06:30:15Z"));
		for (const none of [
			"2026-02-30",
			"2026-13-01",
			"2026-11-23T24:00:00Z",
			"2026-11-23T06:30",
			"23.11.2026",
			"",
			"2026-11-23T06:30:15.5Z",
		])
			expect(parseInstant(none), none).to.equal(undefined);
	});

	it("reads every instant that it writes", () => {
		fc.assert(fc.property(wholeSeconds, (ms) => parseInstant(formatInstant(ms)) === ms));
	});

	it("reads every folder that it names", () => {
		fc.assert(fc.property(wholeMinutes, (ms) => parseInputFolder(inputFolder(ms)) === ms));
		expect(
			["2026-11-23", "2026-11-23T06", "2026-11-23T06-30"].map((name) => inputFolder(parseInputFolder(name) ?? 0)),
		).to.deep.equal(["2026-11-23", "2026-11-23T06", "2026-11-23T06-30"]);
	});

	it("sorts folders as their instants, so that a listing may end early", () => {
		fc.assert(
			fc.property(wholeMinutes, wholeMinutes, (a, b) => {
				const [first, second] = [`${inputFolder(a)}/`, `${inputFolder(b)}/`];
				return a === b || first < second === a < b;
			}),
		);
	});

	it("answers any text with an instant of its own or none, and never throws", () => {
		fc.assert(
			fc.property(fc.string(), (text) => {
				const instant = parseInstant(text);
				expect(instant === undefined || formatInstant(instant).startsWith(text.slice(0, 10))).to.equal(true);
				parseInputFolder(text);
				cadenceSeconds(text);
			}),
		);
	});

	it("has the last whole window due where nothing is committed yet, from midnight to midnight", () => {
		expect(dueWindow("m", DAY_SECONDS, at("2026-11-23T10:42:54Z"), undefined)).to.deep.equal({
			model: "m",
			start: "2026-11-22T00:00:00Z",
			end: "2026-11-23T00:00:00Z",
		});
	});

	it("has the window after the committed one due, however late, and none before its end", () => {
		expect(dueWindow("m", DAY_SECONDS, at("2026-11-23T00:00:00Z"), "2026-11-20T00:00:00Z")).to.include({
			start: "2026-11-20T00:00:00Z",
			end: "2026-11-21T00:00:00Z",
		});
		expect(dueWindow("m", DAY_SECONDS, at("2026-11-23T23:59:59Z"), "2026-11-23T00:00:00Z")).to.equal(undefined);
		expect(dueWindow("m", DAY_SECONDS, at("2026-11-24T00:00:00Z"), "2026-11-23T00:00:00Z")).to.include({
			start: "2026-11-23T00:00:00Z",
		});
	});

	it("leaves no time out and scores none twice, whenever it is asked", () => {
		const minutes = fc.integer({ min: 1, max: 3000 });
		fc.assert(
			fc.property(wholeSeconds, minutes, fc.array(fc.integer({ min: 0, max: 1_000_000 })), (startMs, length, waits) => {
				let nowMs = startMs + length * 120_000;
				let committedUntil: string | undefined;
				for (const waitMs of waits) {
					nowMs += waitMs;
					const due = dueWindow("m", length * 60, nowMs, committedUntil);
					if (!due) continue;
					expect(due.start).to.equal(committedUntil ?? due.start);
					expect(at(due.end) - at(due.start)).to.equal(length * 60_000);
					expect(at(due.end)).to.be.at.most(nowMs);
					committedUntil = due.end;
				}
			}),
		);
	});

	it("gives each window a folder of its own, without colons", () => {
		const window = { model: "m", start: "2026-11-22T00:00:00Z", end: "2026-11-23T00:00:00Z" };
		expect(manifestKey(window)).to.equal("windows/m/2026-11-22T00-00-00Z_2026-11-23T00-00-00Z/manifest.jsonl");
		expect(outputKey(window, chunkName(1))).to.equal(
			"output/m/2026-11-22T00-00-00Z_2026-11-23T00-00-00Z/chunk-00001.jsonl",
		);
		expect(summaryKey(window)).to.equal("output/m/2026-11-22T00-00-00Z_2026-11-23T00-00-00Z/_SUCCESS.json");
		const other = { ...window, end: "2026-11-24T00:00:00Z" };
		expect(manifestKey(other)).not.to.equal(manifestKey(window));
	});
});
