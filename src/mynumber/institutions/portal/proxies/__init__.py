"""Proxies (代理人)."""
