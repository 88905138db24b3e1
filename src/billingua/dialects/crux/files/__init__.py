"""Flat files: CSV and XLSX in, by upload, drop folder and command line, and CSV out (contract §13, §14)."""
