"""Wishes: what a person asked for, and the grammar that reads it out of clauses. PURE; knows file names, never
files.
"""
