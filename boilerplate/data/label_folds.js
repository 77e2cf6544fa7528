// Runs of lines that nobody has to look at one by one: none is in doubt, and all are predicted alike.

import { DOUBTFUL } from "/label_lines.js";

const MIN_LINES = 5; // fewer take about as much room as the row that stands for them

// The runs [first, last] of lines that may be folded. A line beside one that has to be looked at
// stays, because it helps to decide.
export function runsToFold(lines, marks) {
  const isSure = (i) => marks[i] === "." && lines[i].doubt < DOUBTFUL;
  const mayFold = lines.map((_, i) =>
    [i - 1, i, i + 1].every((k) => k < 0 || k >= lines.length || isSure(k)));
  const runs = [];
  for (let first = 0; first < lines.length; first += 1) {
    if (!mayFold[first]) continue;
    let last = first;
    while (mayFold[last + 1] && lines[last + 1].predicted === lines[first].predicted) last += 1;
    if (last - first + 1 >= MIN_LINES) runs.push([first, last]);
    first = last;
  }
  return runs;
}

export class Folds {
  // `opened` has the lines of runs that were opened by hand.
  constructor(lines, marks, opened = new Set()) {
    this.opened = opened;
    this.folds = runsToFold(lines, marks).map(([first, last]) => {
      let isOpen = false;
      for (let i = first; i <= last; i += 1) isOpen ||= opened.has(i);
      return { first, last, isOpen };
    });
  }

  at(i) {
    return this.folds.find((fold) => fold.first <= i && i <= fold.last);
  }

  // The closed fold that hides a line, if there is one.
  hiding(i) {
    return this.folds.find((fold) => !fold.isOpen && fold.first <= i && i <= fold.last);
  }

  set(fold, isOpen) {
    fold.isOpen = isOpen;
    for (let i = fold.first; i <= fold.last; i += 1) {
      if (isOpen) this.opened.add(i);
      else this.opened.delete(i);
    }
  }
}
