#!/usr/bin/env python3
"""Checks licences and bans of the locked dependencies, from `cargo metadata` alone.

A dependency passes when its SPDX expression can be satisfied by the licences below. Bans name the crate and why.
"""
import json
import re
import subprocess
import sys

ALLOWED = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-1-Clause", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0",
    "CC0-1.0", "CDLA-Permissive-2.0", "EUPL-1.2", "ISC", "MIT", "MIT-0", "MPL-2.0", "Unicode-3.0", "Unlicense", "Zlib",
}
BANNED = {
    "openssl-sys": "rustls is the one TLS stack",
    "native-tls": "rustls is the one TLS stack",
    "aws-lc-sys": "ring is the one provider of cryptography: it builds three times faster",
    "robotstxt": "allows everything after a byte order mark",
    "rsa": "RUSTSEC-2023-0071 (Marvin) has no fix",
}


def satisfied(expression):
    """Whether an SPDX expression (AND, OR, parentheses, the old slash) can be met by ALLOWED."""
    tokens = re.findall(r"\(|\)|[^\s()]+(?:\s+WITH\s+[^\s()]+)?", expression.replace("/", " OR "))

    def either(at):
        value, at = both(at)
        while at < len(tokens) and tokens[at] == "OR":
            right, at = both(at + 1)
            value = value or right
        return value, at

    def both(at):
        value, at = one(at)
        while at < len(tokens) and tokens[at] == "AND":
            right, at = one(at + 1)
            value = value and right
        return value, at

    def one(at):
        if tokens[at] == "(":
            value, at = either(at + 1)
            return value, at + 1
        return tokens[at] in ALLOWED, at + 1

    return either(0)[0]


def main():
    out = subprocess.run(["cargo", "metadata", "--format-version", "1", "--locked"], check=True, capture_output=True)
    packages = json.loads(out.stdout)["packages"]
    faults = []
    for package in packages:
        name = f'{package["name"]} {package["version"]}'
        if package["source"] is None:
            continue
        if package["name"] in BANNED:
            faults.append(f'{name}: banned: {BANNED[package["name"]]}')
        if not package["license"]:
            faults.append(f"{name}: names no licence: look at its sources")
        elif not satisfied(package["license"]):
            faults.append(f'{name}: licence {package["license"]} is not among those allowed')
    print("\n".join(faults) or f"{len(packages)} packages: all licences allowed, none banned")
    sys.exit(1 if faults else 0)


main()
