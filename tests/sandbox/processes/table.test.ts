/**
 * Tests of the look at the process table: real rows on this machine, and the parsers of both systems' text.
 */
import { spawn } from "node:child_process";
import { expect } from "chai";
import fc from "fast-check";
import { carriersOf, processTable, rowOfStat, rowsOfPs, startOf, treesOf } from "../../../sandbox/processes/table.mjs";

describe("sandbox/processes/table", () => {
	it("finds this process as a child of its parent", () => {
		const row = processTable().find(({ pid }) => pid === process.pid);
		expect(row).to.deep.equal({ pid: process.pid, parentPid: process.ppid, started: startOf(process.pid) });
	});

	it("finds no process that has ended", async () => {
		const child = spawn(process.execPath, ["-e", ""]);
		await new Promise((resolve) => child.once("exit", resolve));
		expect(startOf(child.pid ?? 0)).to.equal(undefined);
	});

	it("finds exactly the processes whose environment has the mark", async () => {
		const idle = ["-e", "console.log(); setInterval(() => {}, 1000)"];
		const children = ["mark-1/a", "mark-2/a"].map((value) =>
			spawn(process.execPath, idle, { env: { TRIPLANE_TABLE_TEST: value } }),
		);
		await Promise.all(children.map((child) => new Promise((resolve) => child.stdout.once("data", resolve))));
		expect(carriersOf("TRIPLANE_TABLE_TEST=mark-1/")).to.deep.equal([children[0]?.pid]);
		for (const child of children) child.kill("SIGKILL");
	});

	it("finds all descendants of the roots that live, and nothing else", () => {
		const row = (pid: number, parentPid: number) => ({ pid, parentPid, started: "1" });
		const table = [row(40, 30), row(30, 20), row(20, 1), row(50, 1), row(60, 99)];
		expect(treesOf(table, [20]).map(({ pid }) => pid)).to.have.members([20, 30, 40]);
		expect(treesOf(table, [99]).map(({ pid }) => pid)).to.have.members([60]);
		expect(treesOf(table, [])).to.deep.equal([]);
	});

	it("reads a stat line whose command has blanks and parentheses, and takes a zombie for dead", () => {
		const stat = (state: string) =>
			`7 (a) S 1 (b) ${state} 3 ${Array.from({ length: 17 }, () => 0).join(" ")} 4711 9 9`;
		expect(rowOfStat(7, stat("S"))).to.deep.equal([{ pid: 7, parentPid: 3, started: "4711" }]);
		expect(rowOfStat(7, stat("Z"))).to.deep.equal([]);
	});

	it("reads the lines of ps, zombies apart", () => {
		const text = "    1     0 Ss   Tue Nov 24 07:36:32 2026\n  812   811 Z    Tue Nov 24 07:36:33 2026\n";
		expect(rowsOfPs(text)).to.deep.equal([{ pid: 1, parentPid: 0, started: "Tue Nov 24 07:36:32 2026" }]);
	});

	it("never fails on text that is no table", () => {
		fc.assert(
			fc.property(fc.string(), (text) => {
				expect(rowsOfPs(text)).to.be.an("array");
				expect(rowOfStat(1, text)).to.be.an("array");
			}),
		);
	});
});
