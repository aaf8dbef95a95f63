import { expect } from "chai";
import fc from "fast-check";
import { planCapacity } from "../../charter/derive.ts";
import { SettingsError } from "../../charter/errors.ts";
import { planPool } from "../../charter/pool.ts";
import { ecsModelWith, queuedSettingsWith } from "../support/components.ts";
import { rawQueuedModel } from "../support/settings.ts";

const on = (...instanceTypes: string[]) => ({ instanceTypes });

describe("charter/pool", () => {
	it("gives the worker its bounds and the model server the rest of the smallest type", () => {
		expect(planPool(ecsModelWith())).to.deep.equal({
			architecture: "x86_64",
			hasGpus: true,
			minInstances: 1,
			maxInstances: 4,
			worker: { cpuUnits: 512, memoryMib: 2048 },
			// 4 vCPUs and nine tenths of 16 GiB.
			modelServer: { cpuUnits: 4 * 1024 - 512, memoryMib: 14_745 - 2048 },
		});
		expect(planPool(ecsModelWith({}, on("g5.4xlarge", "g4dn.xlarge"))).modelServer).to.deep.equal({
			cpuUnits: 3584,
			memoryMib: 12_697,
		});
	});

	it("leaves a model server room beside the worker on the smallest type that there is", () => {
		const { modelServer } = planPool(ecsModelWith({}, { ...on("c5.large", "c6i.large"), gpuCount: 0 }));
		expect(modelServer).to.deep.equal({ cpuUnits: 1536, memoryMib: 1638 });
	});

	it("places as many tasks on an instance as its GPUs allow", () => {
		const plan = planPool(ecsModelWith({}, { ...on("g4dn.12xlarge", "g5.12xlarge"), gpuCount: 2, maxTasks: 5 }));
		expect([plan.minInstances, plan.maxInstances]).to.deep.equal([1, 3]);
		expect(plan.modelServer).to.deep.equal({ cpuUnits: 24 * 1024 - 512, memoryMib: 88_473 - 2048 });
	});

	it("gives a task without a GPU the instance to itself, on either processor", () => {
		const plan = planPool(ecsModelWith({}, { ...on("m6g.2xlarge", "m7g.2xlarge"), gpuCount: 0 }));
		expect(plan).to.include({ architecture: "arm64", hasGpus: false, maxInstances: 4 });
		expect(plan.modelServer).to.deep.equal({ cpuUnits: 8 * 1024 - 512, memoryMib: 29_491 - 2048 });
	});

	const refusals: [string, object, string][] = [
		[
			"types with different numbers of GPUs",
			on("g4dn.xlarge", "g4dn.12xlarge"),
			'Model "digit-reader" mixes instance types with different numbers of GPUs (g4dn.xlarge 1, g4dn.12xlarge 4). Name types in runtime.instanceTypes that have the same.',
		],
		[
			"types with different processors",
			{ ...on("m6g.xlarge", "m6i.xlarge"), gpuCount: 0 },
			'Model "digit-reader" mixes instance types with different processors (m6g.xlarge arm64, m6i.xlarge x86_64). Name types in runtime.instanceTypes that have the same.',
		],
		[
			"a type that it does not know",
			on("g4dn.xlarge", "g9.xlarge"),
			'Model "digit-reader" names the instance type "g9.xlarge" in runtime.instanceTypes, of which charter/instances.ts does not know what it has.',
		],
		[
			"GPUs of which some would never be used",
			{ ...on("g4dn.12xlarge", "g5.12xlarge"), gpuCount: 3 },
			'Model "digit-reader" asks for 3 GPU(s) a task on instances with 4,',
		],
		[
			"more GPUs than an instance has",
			{ gpuCount: 2 },
			'Model "digit-reader" asks for 2 GPU(s) a task on instances with 1,',
		],
		[
			"GPUs that no task asks for",
			{ gpuCount: 0 },
			'Model "digit-reader" asks for 0 GPU(s) a task on instances with 1,',
		],
	];
	for (const [what, runtime, message] of refusals)
		it(`refuses ${what}, before anything is planned`, () => {
			expect(() => planPool(ecsModelWith({}, runtime))).to.throw(SettingsError, message);
			const raw = rawQueuedModel();
			const settings = queuedSettingsWith({ models: [{ ...raw, runtime: { ...raw.runtime, ...runtime } }] });
			expect(() => planCapacity(settings)).to.throw(SettingsError, message);
		});

	it("gives containers whole numbers that fit on the smallest instance, whatever types go together", () => {
		const sizes = ["xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge"];
		const type = fc.tuple(fc.constantFrom("g4dn", "g5", "g6", "g6e"), fc.constantFrom(...sizes));
		fc.assert(
			fc.property(fc.array(type, { minLength: 2, maxLength: 4 }), fc.integer({ min: 1, max: 9 }), (types, maxTasks) => {
				const plan = planPool(ecsModelWith({}, { instanceTypes: types.map((each) => each.join(".")), maxTasks }));
				const memoryMib = plan.worker.memoryMib + plan.modelServer.memoryMib;
				expect(memoryMib)
					.to.satisfy(Number.isInteger)
					.and.be.within(14_745, 14_746 * 32);
				expect(plan.worker.cpuUnits + plan.modelServer.cpuUnits).to.be.at.least(4 * 1024);
				expect(plan.minInstances).to.be.at.most(plan.maxInstances);
			}),
			{ numRuns: 50 },
		);
	});
});
