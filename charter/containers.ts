/** What a worker's task is made of: names, ports and times that the program, the containers and the sandbox share. */
export const CONTAINERS = { worker: "worker", modelServer: "model-server" } as const;

/** On localhost of the task. */
export const MODEL_SERVER_PORT = 8080;
export const HEALTH_PORT = 8081;

/** What a container has between SIGTERM and SIGKILL: all of a spot notice, and the most that ECS gives. */
export const TASK_STOP_SECONDS = 120;
