"""The demo client: its cast, its orders, and the samples that tell its stories."""
