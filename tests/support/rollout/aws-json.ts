/** The configuration of an SDK's client whose calls a test answers: by operation, as JSON; an error by its name. */

export class AwsFault extends Error {
	override readonly name: string;

	constructor(name: string) {
		super(`${name}, as the test wants it`);
		this.name = name;
	}
}

interface WireRequest {
	headers: Record<string, string>;
	body: Uint8Array | string;
}

interface Call {
	operation: string;
	input: unknown;
}

/** @param answers by operation; one that is not there answers nothing */
export function answeredBy(answers: Record<string, (input: unknown) => object>) {
	const calls: Call[] = [];
	const handle = async ({ headers, body }: WireRequest) => {
		const operation = headers["x-amz-target"]?.split(".").at(-1) ?? "";
		const input: unknown = JSON.parse(typeof body === "string" ? body : new TextDecoder().decode(body));
		calls.push({ operation, input });
		const [statusCode, answer] = answerOf(() => answers[operation]?.(input) ?? {});
		return { response: { statusCode, headers: {}, body: new TextEncoder().encode(JSON.stringify(answer)) } };
	};
	const config = {
		region: "eu-central-1",
		credentials: { accessKeyId: "test", secretAccessKey: "test" },
		maxAttempts: 1,
		requestHandler: { handle },
	};
	return { config, calls };
}

function answerOf(answer: () => object): [status: number, body: object] {
	try {
		return [200, answer()];
	} catch (thrown) {
		if (!(thrown instanceof AwsFault)) throw thrown;
		return [400, { __type: thrown.name, message: thrown.message }];
	}
}
