/** Any string that JSON can carry, for properties: all of Unicode, halves of surrogate pairs, and long ones. */
import fc from "fast-check";

/** Strings of UTF-16 units, whatever they are: their own kind in a generator, as most of Unicode's are no halves. */
const units = fc
	.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 })
	.map((codes) => String.fromCharCode(...codes));

/** Up to some 6 KB; often around the 2 KB that a key of DynamoDB may take. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
	fc.string({ unit: "binary" }),
	units,
	fc.constantFrom("\ud800", "\udc00", "patient-\udfff", ""),
	fc
		.tuple(fc.string({ unit: "binary", minLength: 1, maxLength: 2 }), fc.integer({ min: 500, max: 2_100 }))
		.map(([text, times]) => text.repeat(times).slice(0, 2_100)),
);
