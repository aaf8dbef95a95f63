/**
 * Which addresses a callback may reach: those of the public Internet, and none of a network that only we can reach.
 * Pure; who resolves a name must connect to the very address that was checked here.
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry
 */
import { BlockList, isIP } from "node:net";

/** This network, private, shared (CGNAT), loopback, link-local, protocol assignments, documentation, benchmarks, multicast, reserved. */
const SPECIAL_IPV4 = [
	["0.0.0.0", 8],
	["10.0.0.0", 8],
	["100.64.0.0", 10],
	["127.0.0.0", 8],
	["169.254.0.0", 16],
	["172.16.0.0", 12],
	["192.0.0.0", 24],
	["192.0.2.0", 24],
	["192.31.196.0", 24],
	["192.52.193.0", 24],
	["192.88.99.0", 24],
	["192.168.0.0", 16],
	["192.175.48.0", 24],
	["198.18.0.0", 15],
	["198.51.100.0", 24],
	["203.0.113.0", 24],
	["224.0.0.0", 4],
	["240.0.0.0", 4],
] as const;
/** Global unicast. All else is special: loopback, mapped IPv4, NAT64, unique-local, link-local, multicast among it. */
const GLOBAL_IPV6 = ["2000::", 3] as const;
/** In it: protocol assignments (Teredo, ORCHID), documentation, and 6to4, which hides an IPv4 address. */
const SPECIAL_IPV6 = [
	["2001::", 23],
	["2001:db8::", 32],
	["2002::", 16],
	["3fff::", 20],
] as const;

const special = new BlockList();
for (const [net, prefix] of SPECIAL_IPV4) special.addSubnet(net, prefix, "ipv4");
for (const [net, prefix] of SPECIAL_IPV6) special.addSubnet(net, prefix, "ipv6");
const globalIpv6 = new BlockList();
globalIpv6.addSubnet(...GLOBAL_IPV6, "ipv6");

/** @param address without brackets; anything that is no IP address is not public */
export function isPublicAddress(address: string): boolean {
	switch (isIP(address)) {
		case 4:
			return !special.check(address, "ipv4");
		case 6:
			return globalIpv6.check(address, "ipv6") && !special.check(address, "ipv6");
		default:
			return false;
	}
}
