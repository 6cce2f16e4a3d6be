"""The conformance kit: plays the network, the other side and the member against a vendor's gateway, and reports which rules it keeps.

`mynumber conformance prepare FOLDER` makes the keys and the directory of a network that consists of the kit and the gateway under test;
`mynumber conformance run FOLDER --role provider` (or ``inquirer``) runs the checks. See docs/network.md.
"""
