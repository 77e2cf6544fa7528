"""The language of a page and of each of its lines.

A detector needs a text of some length, and a page has many short lines. So it is called few times
and its results are shared:

1. A script in which one language is written decides at once; kana and character sets decide
   between Japanese and the two kinds of Chinese.
2. Other lines are looked at from the longest to the shortest, and the detector (langdetect, whose
   language profiles count the n-grams of Wikipedia articles) is called for the first.
3. Where it is sure, the line's trigrams of characters start a profile of that language, together
   with the common trigrams of langdetect's own profile.
4. A line takes the language of the closest profile in its script if few of its trigrams are
   unseen there; no detector call is needed.
5. How many are few is what Good (1953) and Turing expect of more text in that language, from how
   many trigrams were seen once, and some allowance for names.
6. Short lines that match no profile are detected together with such lines near them.
7. If all lines of a page are short, they are all detected together.
8. A line's probability of a language is that of its detection, plus a doubt that falls with its
   length, times a prior from the lines around it and the rest of the page.
9. Languages that are not written in the line's script are ruled out.
10. The page's language is that of the lines that are likely to be content, weighted by length.
"""
