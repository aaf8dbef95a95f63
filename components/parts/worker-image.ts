/** The image that all of the platform's own containers run. */
import type { Settings } from "../../charter/settings.ts";

/** The settings' schema has checked that whoever has containers has it. */
export const workerImage = ({ workerImage: image }: Pick<Settings, "workerImage">): string => image ?? "";
