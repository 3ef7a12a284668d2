"""Training documents: rich words of eight languages, a grammar of layouts, receipts, decoys; nothing of the demo's."""
