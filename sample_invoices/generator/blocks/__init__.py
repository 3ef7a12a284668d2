"""The blocks of a page, one module a kind; each exports a table from an axis' choice to its function."""
