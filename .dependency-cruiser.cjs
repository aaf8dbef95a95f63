/** Imports point one way; see docs/guide or the tree in the README. Tests may import anything and are not judged. */
const only = (from, ...allowed) => ({
	name: `${from}-imports-one-way`,
	comment: `${from} may import only ${[from, ...allowed].join(", ")} of ours`,
	severity: "error",
	from: { path: `^${from}/` },
	to: {
		pathNot: [
			`^${from}/`,
			...allowed.map((path) => (path.endsWith(".ts") ? `^${path}$` : `^${path}/`)),
			"node_modules",
		],
		dependencyTypesNot: ["core"],
	},
});
const keepOut = (name, packages, ...folders) => ({
	name,
	severity: "error",
	from: { pathNot: [...folders, "^node_modules/", "^tests/"] },
	to: { path: `^node_modules/${packages}` },
});

module.exports = {
	forbidden: [
		{ name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
		{
			name: "program-imports-components",
			severity: "error",
			from: { path: "^index\\.ts$" },
			to: { path: "^(functions|policies|sandbox|cli|tests)/" },
		},
		only("charter"),
		only("components", "charter"),
		only("functions", "charter"),
		only("policies", "charter"),
		only("sandbox", "charter"),
		// The bundler knows no Pulumi: the sandbox runs the bytes that a worker's image would hold.
		only("cli", "sandbox", "policies", "charter", "components/parts/bundle.ts"),
		{
			name: "only-the-pack-constructs-itself",
			severity: "error",
			from: { path: ".", pathNot: "^policies/" },
			to: { path: "^policies/index\\.ts$" },
		},
		keepOut(
			"pulumi-stays-in-its-places",
			"@pulumi/",
			"^(index\\.ts|program\\.mjs)$",
			"^components/",
			"^policies/",
			"^sandbox/(provider|engine)/",
		),
		keepOut("aws-sdk-stays-in-its-places", "@aws-sdk/", "^functions/", "^sandbox/", "^cli/"),
		{
			name: "charter-is-data",
			severity: "error",
			from: { path: "^charter/" },
			to: { path: "^node_modules/(@pulumi|@aws-sdk)/" },
		},
	],
	options: {
		doNotFollow: { path: ["node_modules", "/dist/"] },
		exclude: { path: ["/dist/"] },
		tsPreCompilationDeps: true,
		tsConfig: { fileName: "tsconfig.json" },
		enhancedResolveOptions: {
			exportsFields: ["exports"],
			conditionNames: ["import", "require", "node", "default", "types"],
		},
	},
};
