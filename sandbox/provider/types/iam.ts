/** IAM roles and policies. */
import {
	AttachRolePolicyCommand,
	CreatePolicyCommand,
	CreateRoleCommand,
	DeletePolicyCommand,
	DeleteRoleCommand,
	DeleteRolePolicyCommand,
	DetachRolePolicyCommand,
	GetPolicyCommand,
	GetRoleCommand,
	GetRolePolicyCommand,
	ListAttachedRolePoliciesCommand,
	PutRolePolicyCommand,
	TagRoleCommand,
	UntagRoleCommand,
	UpdateAssumeRolePolicyCommand,
	UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import { z } from "zod";
import { defineType, jsonText, type ResourceType, tags, unlessGone } from "../resource-type.ts";
import { tagList } from "./tag-lists.ts";

const role = defineType({
	inputs: z.object({
		name: z.string(),
		path: z.string().optional(),
		assumeRolePolicy: jsonText,
		description: z.string().optional(),
		maxSessionDuration: z.number().optional(),
		permissionsBoundary: z.string().optional(),
		...tags,
	}),
	replaceOn: ["name", "path"],
	identity: ["name"],
	async create(inputs, { clients }) {
		const { Role } = await clients.iam.send(
			new CreateRoleCommand({
				RoleName: inputs.name,
				Path: inputs.path,
				AssumeRolePolicyDocument: inputs.assumeRolePolicy,
				Description: inputs.description,
				MaxSessionDuration: inputs.maxSessionDuration,
				PermissionsBoundary: inputs.permissionsBoundary,
				Tags: tagList(inputs.tagsAll),
			}),
		);
		return { id: inputs.name, outputs: roleOutputs(Role) };
	},
	read: async (id, _, { clients }) => {
		const found = await unlessGone(clients.iam.send(new GetRoleCommand({ RoleName: id })));
		return found && roleOutputs(found.Role);
	},
	async update(id, news, olds, { clients }) {
		await clients.iam.send(
			new UpdateRoleCommand({
				RoleName: id,
				Description: news.description,
				MaxSessionDuration: news.maxSessionDuration,
			}),
		);
		if (news.assumeRolePolicy !== olds.assumeRolePolicy)
			await clients.iam.send(
				new UpdateAssumeRolePolicyCommand({ RoleName: id, PolicyDocument: news.assumeRolePolicy }),
			);
		const { Role } = await clients.iam.send(new GetRoleCommand({ RoleName: id }));
		return roleOutputs(Role);
	},
	delete: (id, _, { clients }) => clients.iam.send(new DeleteRoleCommand({ RoleName: id })),
	tagging: (id, _, { clients }) => ({
		set: (all) => clients.iam.send(new TagRoleCommand({ RoleName: id, Tags: tagList(all) })),
		unset: (keys) => clients.iam.send(new UntagRoleCommand({ RoleName: id, TagKeys: keys })),
	}),
});

const roleOutputs = (
	found: { Arn?: string | undefined; RoleId?: string | undefined; CreateDate?: Date | undefined } | undefined,
) => ({
	arn: found?.Arn,
	uniqueId: found?.RoleId,
	createDate: found?.CreateDate?.toISOString(),
});

const rolePolicy = defineType({
	inputs: z.object({ name: z.string(), role: z.string(), policy: jsonText }),
	replaceOn: ["name", "role"],
	identity: ["name", "role"],
	async create({ name, role, policy }, { clients }) {
		await clients.iam.send(new PutRolePolicyCommand({ RoleName: role, PolicyName: name, PolicyDocument: policy }));
		return { id: `${role}:${name}`, outputs: {} };
	},
	read: async (_, { name, role }, { clients }) =>
		(await unlessGone(clients.iam.send(new GetRolePolicyCommand({ RoleName: role, PolicyName: name })))) && {},
	async update(_, { name, role, policy }, __, { clients }) {
		await clients.iam.send(new PutRolePolicyCommand({ RoleName: role, PolicyName: name, PolicyDocument: policy }));
		return {};
	},
	delete: (_, { name, role }, { clients }) =>
		clients.iam.send(new DeleteRolePolicyCommand({ RoleName: role, PolicyName: name })),
});

const policy = defineType({
	inputs: z.object({
		name: z.string(),
		path: z.string().optional(),
		description: z.string().optional(),
		policy: jsonText,
		...tags,
	}),
	// AWS keeps versions of a policy's text; the embedded one gets a new policy instead.
	replaceOn: ["name", "path", "description", "policy", "tags", "tagsAll"],
	identity: ["name", "path"],
	async create(inputs, { clients }) {
		const { Policy } = await clients.iam.send(
			new CreatePolicyCommand({
				PolicyName: inputs.name,
				Path: inputs.path,
				Description: inputs.description,
				PolicyDocument: inputs.policy,
				Tags: tagList(inputs.tagsAll),
			}),
		);
		const arn = Policy?.Arn ?? "";
		return { id: arn, outputs: { arn, policyId: Policy?.PolicyId } };
	},
	read: async (id, _, { clients }) => {
		const found = await unlessGone(clients.iam.send(new GetPolicyCommand({ PolicyArn: id })));
		return found && { arn: id, policyId: found.Policy?.PolicyId, attachmentCount: found.Policy?.AttachmentCount };
	},
	delete: (id, _, { clients }) => clients.iam.send(new DeletePolicyCommand({ PolicyArn: id })),
});

const rolePolicyAttachment = defineType({
	inputs: z.object({ role: z.string(), policyArn: z.string() }),
	replaceOn: ["role", "policyArn"],
	identity: ["role", "policyArn"],
	async create({ role, policyArn }, { clients }) {
		await clients.iam.send(new AttachRolePolicyCommand({ RoleName: role, PolicyArn: policyArn }));
		return { id: `${role}/${policyArn}`, outputs: {} };
	},
	read: async (_, { role, policyArn }, { clients }) => {
		const found = await unlessGone(clients.iam.send(new ListAttachedRolePoliciesCommand({ RoleName: role })));
		return found?.AttachedPolicies?.some(({ PolicyArn }) => PolicyArn === policyArn) ? {} : undefined;
	},
	delete: (_, { role, policyArn }, { clients }) =>
		clients.iam.send(new DetachRolePolicyCommand({ RoleName: role, PolicyArn: policyArn })),
});

export const IAM_TYPES: Record<string, ResourceType> = {
	"aws:iam/role:Role": role,
	"aws:iam/rolePolicy:RolePolicy": rolePolicy,
	"aws:iam/policy:Policy": policy,
	"aws:iam/rolePolicyAttachment:RolePolicyAttachment": rolePolicyAttachment,
};
