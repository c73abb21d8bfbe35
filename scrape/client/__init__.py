"""The polite client: one request at a time to a host, nothing kept but the bytes, nobody asked who must not be."""
