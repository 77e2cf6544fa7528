"""What lines are: the training of roles, and how well they are named.

Two sources tell roles. Pages that were read line by line (``training.corpora.world`` and
``reread``) have a role for every line. Catalogues of programs' phrases in 80 languages
(``catalogues``), and phrases written for this project, name roles of chrome in languages that
those pages lack.
"""
