/** Programs as users have them, written to a folder for the check to run: what our own TypeScript rules would refuse. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const FILES: Readonly<Record<string, string>> = {
	"shop/Pulumi.yaml": "name: shop\nruntime: nodejs\nconfig:\n  aws:region: { value: eu-west-1 }\n  size: 3\n",
	"shop/Pulumi.prod.yaml": `secretsprovider: passphrase
config:
  aws:defaultTags:
    tags: { team: shop, model: none, feature: orders, environment: prod, cost-center: cc-1 }
  shop:password: { secure: v1:sealed }
`,
	// CommonJS, an enum, an import without an ending, a lookup, settings and a secret.
	"shop/index.ts": `import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { group, Purpose } from "./parts";

const config = new pulumi.Config();
const settings = [pulumi.getStack(), config.requireNumber("size"), config.require("password"), aws.config.region];
console.log("printed by the program:", settings.join(", "), __dirname === process.cwd());

group(Purpose.Orders);
const image = aws.ec2.getAmiOutput({ mostRecent: true, owners: ["amazon"] });
new aws.ec2.LaunchTemplate("worker", { imageId: image.id });
`,
	"shop/parts.ts": `import * as aws from "@pulumi/aws";

export enum Purpose { Orders = "orders" }
export const group = (purpose: Purpose) => new aws.cloudwatch.LogGroup(purpose, { retentionInDays: 30 });
`,
	"exits.ts": "process.exit(3);\n",
	"waits.mts": "await new Promise(() => {});\n",
	"busy.ts": "for (;;);\n",
	"throws.ts": 'export default () => {\n\tthrow new Error("no such thing");\n};\n',
	"asks.ts": `import * as aws from "@pulumi/aws";

export = async () => (await aws.ec2.getAmi({ owners: ["amazon"] })).tags.Name.length;
`,
};

/** Writes them all below a folder, where they find the packages of this checkout. */
export function writePrograms(folder: string): void {
	symlinkSync(fileURLToPath(new URL("../../node_modules", import.meta.url)), join(folder, "node_modules"));
	for (const [name, text] of Object.entries(FILES)) {
		mkdirSync(dirname(join(folder, name)), { recursive: true });
		writeFileSync(join(folder, name), text);
	}
}
