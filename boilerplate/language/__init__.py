"""The language of a page and of each of its lines.

The features of lines need to know which lines are in one language, of every page and fast:

1. A script in which one language is written decides at once; kana and character sets decide
   between Japanese and the two kinds of Chinese.
2. In scripts that languages share, a line's trigrams of characters are compared with those that
   are common in each of 50 languages (a naive Bayes classifier).
3. The page's main language takes in the trigrams of its lines, with which names, and pages in a
   language that is in no table, hold together.
4. A line's probability of a language is that by itself, plus a doubt that falls with its length,
   times a prior from the lines around it and the rest of the page.

What a user is told is named by CLD2, which knows more languages and says when it knows none:

5. Long lines each by themselves, short ones by the long lines that are in the same language.
6. The page by the lines that are likely to be content, weighted by length.
"""
