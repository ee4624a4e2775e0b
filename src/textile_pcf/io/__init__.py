"""The border to files: strict YAML, tables of any kind, shipped data."""
