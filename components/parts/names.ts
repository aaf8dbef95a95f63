/**
 * Physical names, where AWS or we need one that is known beforehand. Everything else is named by Pulumi,
 * so that a replacement never meets its predecessor's name.
 */
import * as pulumi from "@pulumi/pulumi";

/** Unique in an account and region: "triplane-dev-tumour-risk". */
export const stackName = (name: string): string => `${pulumi.getProject()}-${pulumi.getStack()}-${name}`;

/** "/triplane/dev/tumour-risk-predict": one prefix for all logs of a stack. */
export const logGroupName = (name: string): string => `/${pulumi.getProject()}/${pulumi.getStack()}/${name}`;
