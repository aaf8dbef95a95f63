import analyzer from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/analyzer_pb.js";
import { expect } from "chai";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { readEngineResourcesOnce } from "../../policies/engine-resources.ts";

const QUEUE = { name: "orders", tags: { team: "risk" }, sizes: [1, 2] };
const PROVIDER = { region: "us-east-1" };

describe("policies/engine-resources", () => {
	const { analyzeStack } = analyzer.AnalyzerService;
	const { requestDeserialize } = analyzeStack;
	afterEach(() => {
		analyzeStack.requestDeserialize = requestDeserialize;
	});

	/** The resources of a stack, as the SDK gets them. */
	function received(...resources: messages.AnalyzerResource[]): messages.AnalyzerResource[] {
		const request = new messages.AnalyzeStackRequest();
		request.setResourcesList(resources);
		return analyzeStack.requestDeserialize(Buffer.from(request.serializeBinary())).getResourcesList();
	}

	function queue(): messages.AnalyzerResource {
		const provider = new messages.AnalyzerProviderResource();
		provider.setProperties(struct.Struct.fromJavaScript(PROVIDER));
		const resource = new messages.AnalyzerResource();
		resource.setUrn("urn:orders");
		resource.setProperties(struct.Struct.fromJavaScript(QUEUE));
		resource.setProvider(provider);
		return resource;
	}

	const readings = (resource: messages.AnalyzerResource | undefined) => [
		resource?.getProperties()?.toJavaScript(),
		resource?.getProvider()?.getProperties()?.toJavaScript(),
	];

	it("reads what is in a message once, however many policies ask", () => {
		const [before] = received(queue());
		expect(readings(before)[0]).not.to.equal(readings(before)[0]);
		readEngineResourcesOnce();
		const [resource, bare] = received(queue(), new messages.AnalyzerResource());
		const [properties, provider] = readings(resource);
		expect([properties, provider]).to.deep.equal([QUEUE, PROVIDER]);
		expect(readings(resource)[0]).to.equal(properties);
		expect(readings(resource)[1]).to.equal(provider);
		expect(readings(bare)).to.deep.equal([undefined, undefined]);
	});

	it("keeps one resource's apart from another's, and one message's from the next one's", () => {
		readEngineResourcesOnce();
		const other = queue();
		other.setProperties(struct.Struct.fromJavaScript({ name: "returns" }));
		const named = (resources: messages.AnalyzerResource[]) => resources.map((each) => readings(each)[0]?.name);
		expect(named(received(queue(), other))).to.deep.equal(["orders", "returns"]);
		expect(named(received(other, queue()))).to.deep.equal(["returns", "orders"]);
	});
});
