"""The REST API `/api/v1`: what finance systems pull, acknowledge and upload, with keys of their own."""
