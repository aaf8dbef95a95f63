/** CloudWatch dashboards. */
import { DeleteDashboardsCommand, GetDashboardCommand, PutDashboardCommand } from "@aws-sdk/client-cloudwatch";
import { z } from "zod";
import { type Context, defineType, jsonText, unlessGone } from "../resource-type.ts";

const dashboardArn = ({ accountId }: Context, name: string): string =>
	`arn:aws:cloudwatch::${accountId}:dashboard/${name}`;

export const dashboard = defineType({
	inputs: z.object({ dashboardName: z.string(), dashboardBody: jsonText }),
	replaceOn: ["dashboardName"],
	identity: ["dashboardName"],
	async create({ dashboardName, dashboardBody }, context) {
		await context.clients.cloudwatch.send(
			new PutDashboardCommand({ DashboardName: dashboardName, DashboardBody: dashboardBody }),
		);
		return { id: dashboardName, outputs: { dashboardArn: dashboardArn(context, dashboardName) } };
	},
	read: async (id, _, context) => {
		const call = new GetDashboardCommand({ DashboardName: id });
		return (await unlessGone(context.clients.cloudwatch.send(call))) && { dashboardArn: dashboardArn(context, id) };
	},
	async update(id, { dashboardBody }, _, context) {
		await context.clients.cloudwatch.send(new PutDashboardCommand({ DashboardName: id, DashboardBody: dashboardBody }));
		return { dashboardArn: dashboardArn(context, id) };
	},
	delete: (id, _, { clients }) => clients.cloudwatch.send(new DeleteDashboardsCommand({ DashboardNames: [id] })),
});
