/**
 * The smallest pack that shows all that the engine reports: one mandatory policy with a config, one advisory.
 */
const { PolicyPack } = require("@pulumi/policy");

const THING = "test:engine:Thing";

new PolicyPack("engine-test-pack", {
	policies: [
		{
			name: "small-things",
			description: "Things are small.",
			enforcementLevel: "mandatory",
			configSchema: { properties: { maximum: { type: "number", default: 3 } } },
			validateStack: ({ resources, getConfig }, report) => {
				const { maximum } = getConfig();
				for (const { type, props, urn } of resources)
					if (type === THING && props.size > maximum) report(`Size ${props.size} is over ${maximum}.`, urn);
			},
		},
		{
			name: "odd-things",
			description: "Things are odd.",
			enforcementLevel: "advisory",
			validateStack: ({ resources }, report) => {
				for (const { type, props, urn } of resources)
					if (type === THING && props.size % 2 === 0) report(`Size ${props.size} is even.`, urn);
			},
		},
	],
});
