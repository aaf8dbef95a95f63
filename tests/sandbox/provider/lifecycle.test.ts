import { expect } from "chai";
import fc from "fast-check";
import { EMULATOR_CREDENTIALS } from "../../../sandbox/emulator/emulator.ts";
import { clientsFor, closeClients } from "../../../sandbox/provider/clients.ts";
import { installedType } from "../../../sandbox/provider/installed.ts";
import {
	createResource,
	deleteResource,
	type Resource,
	readResource,
	updateResource,
} from "../../../sandbox/provider/lifecycle.ts";
import type { Context } from "../../../sandbox/provider/resource-type.ts";
import { UNKNOWN } from "../../../sandbox/provider/values.ts";

const resource = (type: string, name = "thing"): Resource => ({ urn: `urn:pulumi:s::p::${type}::${name}`, type, name });

describe("The provider's resources", () => {
	let context: Context;
	before(() => {
		// Nothing listens there: whatever is not recorded or previewed fails.
		const endpoint = "http://127.0.0.1:9";
		const clients = clientsFor(endpoint, "us-east-1");
		context = { clients, endpoint, region: "us-east-1", accountId: "000000000000", directory: "." };
	});
	after(() => closeClients(context.clients));

	it("are known by the installed package: its inputs, what it demands, and what only AWS sets.", () => {
		const type = installedType("aws:apigateway/response:Response");
		expect([...(type?.inputs ?? [])].sort()).to.deep.equal([
			"region",
			"responseParameters",
			"responseTemplates",
			"responseType",
			"restApiId",
			"statusCode",
		]);
		expect([...(type?.required ?? [])]).to.deep.equal(["responseType", "restApiId"]);
		expect([...(installedType("aws:kms/key:Key")?.outputs ?? [])]).to.include.members(["arn", "keyId", "tagsAll"]);
	});

	it("are unknown outside the package, and a path is no type.", () => {
		for (const token of [
			"aws:lambda/function:Functions",
			"aws:lambda/nothing:Nothing",
			"aws:../package:Package",
			"gcp:storage/bucket:Bucket",
			"aws:lambda/function",
			"",
		])
			expect(installedType(token), token).to.equal(undefined);
	});

	it("have unknown outputs while they are previewed, and the inputs as they are.", async () => {
		const made = await createResource(
			resource("aws:sqs/queue:Queue"),
			{ name: "q", tagsAll: { a: "b" } },
			true,
			context,
		);
		expect(made).to.deep.equal({
			id: "",
			properties: { region: "us-east-1", name: "q", tagsAll: { a: "b" }, arn: UNKNOWN, url: UNKNOWN },
		});
	});

	it("keep their outputs in a preview of a change, but those that the change may change.", async () => {
		const olds = { name: "f", arn: "a", version: "1", lastModified: "then", timeout: 1 };
		const changed = await updateResource(
			resource("aws:lambda/function:Function"),
			"f",
			olds,
			{ name: "f", timeout: 2, __defaults: [] },
			true,
			context,
		);
		expect(changed).to.include({ arn: "a", timeout: 2, version: UNKNOWN, lastModified: UNKNOWN });
		expect(changed).to.not.have.property("__defaults");
	});

	it("are recorded where nothing is made of them, with ids and ARNs that look like AWS's.", async () => {
		const budget = resource("aws:budgets/budget:Budget");
		const made = await createResource(budget, { name: "b-1", budgetType: "COST", __defaults: [] }, false, context);
		expect(made).to.deep.equal({
			id: "b-1",
			properties: {
				region: "us-east-1",
				name: "b-1",
				budgetType: "COST",
				arn: "arn:aws:budgets:us-east-1:000000000000:budget/b-1",
			},
		});
		expect(await readResource(budget, made.id, made.properties, context)).to.deep.equal(made.properties);
		const olds = made.properties;
		const changed = await updateResource(budget, made.id, olds, { name: "b-1", budgetType: "USAGE" }, false, context);
		expect(changed).to.include({ budgetType: "USAGE", arn: olds.arn });
		await deleteResource(budget, made.id, olds, context);
	});

	it("are recorded with the ids of EC2, and launch templates with a version more for each change.", async () => {
		const group = resource("aws:ec2/securityGroup:SecurityGroup");
		const made = await createResource(group, { name: "tasks", __defaults: [] }, false, context);
		expect(made.id).to.match(/^sg-[0-9a-f]{17}$/);
		const template = resource("aws:ec2/launchTemplate:LaunchTemplate");
		const { id, properties } = await createResource(template, { name: "host", __defaults: [] }, false, context);
		expect(id).to.match(/^lt-[0-9a-f]{17}$/);
		expect(properties.latestVersion).to.equal(1);
		const news = { name: "host", userData: "IyEvYmluL2Jhc2g=" };
		expect(await updateResource(template, id, properties, news, true, context)).to.include({ latestVersion: UNKNOWN });
		const changed = await updateResource(template, id, properties, news, false, context);
		expect(changed).to.include({ latestVersion: 2 });
		expect(await updateResource(template, id, changed, { name: "host" }, false, context)).to.include({
			latestVersion: 3,
		});
	});

	it("are refused by name where the type is unknown.", async () => {
		const error = await createResource(resource("aws:lambda/nothing:Nothing"), {}, false, context).catch(
			(cause: Error) => cause,
		);
		expect(error).to.have.property(
			"message",
			'"thing" has the type aws:lambda/nothing:Nothing, which the installed @pulumi/aws does not have: correct the type or upgrade the package.',
		);
	});

	it("say which input has the wrong shape before AWS is asked.", async () => {
		const error = await createResource(resource("aws:sns/topicPolicy:TopicPolicy"), { arn: 5 }, false, context).catch(
			(cause: Error) => cause,
		);
		expect(error)
			.to.have.property("message")
			.that.matches(
				/^The embedded AWS did not create "thing" \(aws:sns\/topicPolicy:TopicPolicy\)\. Not what AWS takes: arn: .*; policy: /,
			);
	});

	it("cannot be looked up by an id alone, and say so.", async () => {
		const error = await readResource(resource("aws:s3/bucket:Bucket"), "theirs", {}, context).catch(
			(cause: Error) => cause,
		);
		expect(error)
			.to.have.property("message")
			.that.matches(/"theirs" cannot be looked up by its id alone here: make it in the program instead\.$/);
	});

	it("have types that no text makes up.", () => {
		fc.assert(fc.property(fc.string(), (text) => installedType(text) === undefined));
		fc.assert(
			fc.property(
				fc.string(),
				(text) => installedType(`aws:${text}/function:Function`) === undefined || text === "lambda",
			),
		);
	});

	it("use the root user's credentials, which are no secret.", async () => {
		expect(await context.clients.s3.config.credentials()).to.include(EMULATOR_CREDENTIALS);
	});
});
