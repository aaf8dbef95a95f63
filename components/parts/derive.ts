export * from "../../charter/derive.ts";
