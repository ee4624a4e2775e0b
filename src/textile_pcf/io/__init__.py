"""Reading and writing of files: strict YAML, tables of any format, shipped data, output files."""
