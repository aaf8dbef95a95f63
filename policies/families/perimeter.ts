/** Rules of the platform's edge: what is private, who may do what, the one way in and the one orchestrator. */
import type { Rule } from "../rule.ts";
import { leastPrivilege } from "../rules/least-privilege.ts";
import { oneFrontDoor } from "../rules/one-front-door.ts";
import { oneOrchestrator } from "../rules/one-orchestrator.ts";
import { privateByDefault } from "../rules/private-by-default.ts";

export const PERIMETER_RULES: readonly Rule[] = [privateByDefault, leastPrivilege, oneFrontDoor, oneOrchestrator];
