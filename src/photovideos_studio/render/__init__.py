"""Makes the film from a draft: which frame shows what, its planes, its text, H.264 and AAC, and the MP4 around them."""
