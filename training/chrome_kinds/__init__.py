"""The small model that names the kind of a dropped line: its training data, fit and scores.

Three sources tell kinds of chrome. Catalogues of programs' phrases in 80 languages: the English
text decides the kind of all its translations (``catalogues``). Phrases written for this project
(``phrases``). And lines of the corpora's pages whose markup names the kind: those below an
element called "newsletter", or in a form that was labelled by hand (``page_lines``).
"""
