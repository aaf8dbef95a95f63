/**
 * The container that comes after a trainer: checks what that one has left in the folder that both see, and uploads it.
 * Exits with 0 when the run is where the pipeline reads, with 1 where it is not in order, with 2 on a wrong environment.
 */
import { bulkS3Client } from "../shared/clients.ts";
import { writeToStdout } from "../shared/telemetry/log.ts";
import { EXIT, runUpload } from "./run.ts";

// The first process of a container is deaf to signals that it does not ask for.
process.on("SIGTERM", () => process.exit(EXIT.failed));
// Clients keep their connections open; nothing is left to wait for.
process.exit(await runUpload({ environment: process.env, s3: bulkS3Client(), write: writeToStdout }));
