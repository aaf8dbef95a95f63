/** Roles for policy tests, and what policies of the stack let them do. */
import { json, type ResourceSpec, ref, resource } from "./policies-stack.ts";

export const role = (name = "role", props: Record<string, unknown> = {}): ResourceSpec =>
	resource("aws:iam/role:Role", name, props);

/** A policy of one statement, on a role of the stack. */
export const allowing = (
	holder: ResourceSpec,
	Action: unknown,
	Resource: unknown,
	more: Record<string, unknown> = {},
	name = "may",
): ResourceSpec =>
	resource("aws:iam/rolePolicy:RolePolicy", name, {
		role: ref(holder, "name"),
		policy: json({ Statement: [{ Effect: "Allow", Action, Resource, ...more }] }),
	});
