/** Lambda's entry to the score function. Wiring only. */
import { scoreParts } from "./parts.ts";
import { createScoreService } from "./service.ts";

export const handler = createScoreService(scoreParts(process.env));
