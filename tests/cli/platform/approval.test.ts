import { expect } from "chai";
import { answerApproval } from "../../../cli/platform/approval.ts";
import { aRollout, MODEL } from "../../support/cli-registry.ts";
import { failureOf } from "../../support/failure.ts";

/** Nobody is there: whoever is asked all the same fails otherwise than by our own words. */
const nowhere = { region: "eu-west-1", endpoint: "http://127.0.0.1:1" };
const refusalOf = (rollout: ReturnType<typeof aRollout> | undefined) =>
	failureOf(answerApproval(nowhere, MODEL, rollout, { isApproved: true }));

describe("cli/platform/approval", () => {
	it("answers nobody where no rollout asks, and says how far the last one is", async () => {
		expect(await refusalOf(undefined)).to.equal(
			"No rollout of tumour-risk waits for approval. It has had none. Models ask where their settings say rollout.approval: true.",
		);
		expect(await refusalOf(aRollout(4))).to.contain("The last one, 4, is SHIFTING.");
	});

	it("answers nobody before the pipeline has left its token, and after it has gone on", async () => {
		expect(await refusalOf(aRollout(1, { state: "AWAITING_APPROVAL" }))).to.contain("is AWAITING_APPROVAL.");
		expect(await refusalOf(aRollout(1, { state: "PROMOTED", approvalToken: "token" }))).to.contain("is PROMOTED.");
	});
});
