"""Sample invoices of fictional companies, and the seeded generator that makes them (`make samples`)."""
