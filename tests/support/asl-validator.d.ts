/** The package comes without types. What it answers is parsed where it is asked (asl.ts). */
declare module "asl-validator" {
	export default function validate(definition: object): unknown;
}
