/** Which alarms are on, of those that are named. What that means for a rollout or a release is theirs to say. */
import {
	type CloudWatchClient,
	type CompositeAlarm,
	DescribeAlarmsCommand,
	type MetricAlarm,
} from "@aws-sdk/client-cloudwatch";

type BurningAlarm = Pick<
	MetricAlarm & CompositeAlarm,
	"AlarmName" | "StateUpdatedTimestamp" | "StateTransitionedTimestamp"
>;

/** Of DescribeAlarms. */
const NAMES_MAX = 100;

export async function burningAlarms(client: CloudWatchClient, names: readonly string[]): Promise<BurningAlarm[]> {
	const burning: BurningAlarm[] = [];
	for (let at = 0; at < names.length; at += NAMES_MAX) {
		const { MetricAlarms = [], CompositeAlarms = [] } = await client.send(
			new DescribeAlarmsCommand({
				AlarmNames: names.slice(at, at + NAMES_MAX),
				// Without it composite alarms, which burn rates are, are not told.
				AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
				StateValue: "ALARM",
			}),
		);
		burning.push(...MetricAlarms, ...CompositeAlarms);
	}
	return burning;
}
