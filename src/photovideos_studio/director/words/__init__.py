"""Words: a prompt as terms. Lexing, the lexicon of each language, typos, numbers and clauses; PURE, and knows no
wishes.
"""
