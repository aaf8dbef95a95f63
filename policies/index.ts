/** Serves the pack to the Pulumi engine: the only file that constructs it, for that starts a server. */
import { PolicyPack } from "@pulumi/policy";
import { policiesOf } from "./engine.ts";
import { watchEngineConfig } from "./engine-config.ts";
import { watchEngineInputs } from "./engine-inputs.ts";
import { readEngineResourcesOnce } from "./engine-resources.ts";
import { REMEDIATIONS, RULES } from "./pack.ts";

watchEngineConfig();
watchEngineInputs();
readEngineResourcesOnce();
new PolicyPack("triplane", { policies: policiesOf(RULES, REMEDIATIONS) });
