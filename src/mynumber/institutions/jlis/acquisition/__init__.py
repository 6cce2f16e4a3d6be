"""Acquisition of codes (符号の取得): from individual number to resident code, handed to the network (Act art. 21-2)."""
