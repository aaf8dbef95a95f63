import { expect } from "chai";
import { CLAUSES } from "../../charter/clauses.ts";
import { messageOf } from "../../policies/message.ts";
import { queueRedrive } from "../../policies/rules/queue-redrive.ts";

describe("policies/message", () => {
	const fault = { what: "keeps failures for a day", fix: "Keep them for 14." };
	const { because, becauseOf } = CLAUSES["queue-redrive"];

	it("gives the clause's reason", () => {
		expect(messageOf(queueRedrive, { finding: "", where: undefined, answer: "fail", ...fault })).to.equal(
			`[queue-redrive] The stack keeps failures for a day. ${because} Keep them for 14.`,
		);
	});

	it("gives a finding's own reason where it has one", () => {
		expect(messageOf(queueRedrive, { finding: "retention", where: undefined, answer: "fail", ...fault })).to.equal(
			`[queue-redrive/retention] The stack keeps failures for a day. ${becauseOf.retention} Keep them for 14.`,
		);
	});
});
