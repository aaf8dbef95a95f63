/** `aws.iam.getPolicyDocument`: a policy document of statements in Pulumi's words. */
import { createHash } from "node:crypto";
import { isProps, type Props, type Value } from "./values.ts";

const list = (value: Value | undefined): Value[] => (Array.isArray(value) ? value : []);
/** IAM writes a list of one as the one. */
const few = (values: Value[]): Value => (values.length === 1 && values[0] !== undefined ? values[0] : values);
const entry = (key: string, value: Value | undefined): Props => {
	const values = list(value);
	return values.length > 0 ? { [key]: few(values) } : {};
};

function principals(value: Value | undefined): Value | undefined {
	const grouped: Props = {};
	for (const each of list(value).filter(isProps)) {
		const identifiers = list(each.identifiers);
		if (each.type === "*" && identifiers.includes("*")) return "*";
		grouped[String(each.type)] = few([...list(grouped[String(each.type)] ?? []), ...identifiers]);
	}
	return Object.keys(grouped).length > 0 ? grouped : undefined;
}

function conditions(value: Value | undefined): Props {
	const grouped: Record<string, Props> = {};
	for (const each of list(value).filter(isProps)) {
		const test = String(each.test);
		grouped[test] = { ...grouped[test], [String(each.variable)]: few(list(each.values)) };
	}
	return grouped;
}

function statement(from: Props): Props {
	const Principal = principals(from.principals);
	const NotPrincipal = principals(from.notPrincipals);
	const Condition = conditions(from.conditions);
	return {
		...(typeof from.sid === "string" && from.sid !== "" && { Sid: from.sid }),
		Effect: from.effect ?? "Allow",
		...entry("Action", from.actions),
		...entry("NotAction", from.notActions),
		...entry("Resource", from.resources),
		...entry("NotResource", from.notResources),
		...(Principal !== undefined && { Principal }),
		...(NotPrincipal !== undefined && { NotPrincipal }),
		...(Object.keys(Condition).length > 0 && { Condition }),
	};
}

export function policyDocument(args: Props): Props {
	const document = {
		Version: args.version ?? "2012-10-17",
		...(typeof args.policyId === "string" && { Id: args.policyId }),
		Statement: list(args.statements).filter(isProps).map(statement),
	};
	const json = JSON.stringify(document, null, 2);
	const id = String(Number.parseInt(createHash("sha256").update(json).digest("hex").slice(0, 8), 16));
	return { ...args, id, json, minifiedJson: JSON.stringify(document) };
}
