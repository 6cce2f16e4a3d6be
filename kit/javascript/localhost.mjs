// Browsers find NAME.localhost by themselves, programs not everywhere. Remove this import once the issuer has a real name.
import dns from "node:dns";

const lookup = dns.lookup;
dns.lookup = (host, ...rest) => lookup(host.endsWith(".localhost") ? "127.0.0.1" : host, ...rest);
