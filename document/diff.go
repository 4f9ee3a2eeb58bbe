package document

import "strings"

// A Change is one line of two texts side by side.
type Change struct {
	Kind byte // ' ' in both, '-' only in the first, '+' only in the second
	Text string
	A, B int // the line in either text, from 1; 0 where it is not in it
}

// mostCells bounds the work of a comparison; what lies between the first and the last difference of larger texts is shown as replaced.
const mostCells = 4_000_000

// Diff compares two texts line by line: the fewest lines are taken away and put in.
func Diff(a, b string) []Change {
	x, y := split(a), split(b)
	head := 0
	for head < len(x) && head < len(y) && x[head] == y[head] {
		head++
	}
	tail := 0
	for tail < len(x)-head && tail < len(y)-head && x[len(x)-1-tail] == y[len(y)-1-tail] {
		tail++
	}
	var out []Change
	for i := range head {
		out = append(out, Change{' ', x[i], i + 1, i + 1})
	}
	out = append(out, middle(x[head:len(x)-tail], y[head:len(y)-tail], head)...)
	for i := tail; i > 0; i-- {
		out = append(out, Change{' ', x[len(x)-i], len(x) - i + 1, len(y) - i + 1})
	}
	return out
}

func split(s string) []string {
	if s = strings.TrimRight(s, "\n"); s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

// middle compares what differs, by the longest lines in common; before is how many lines stand before both.
func middle(x, y []string, before int) (out []Change) {
	longest := make([][]int32, len(x)+1)
	small := len(x)*len(y) <= mostCells
	if small {
		for i := range longest {
			longest[i] = make([]int32, len(y)+1)
		}
		for i := len(x) - 1; i >= 0; i-- {
			for j := len(y) - 1; j >= 0; j-- {
				if x[i] == y[j] {
					longest[i][j] = longest[i+1][j+1] + 1
				} else {
					longest[i][j] = max(longest[i+1][j], longest[i][j+1])
				}
			}
		}
	}
	i, j := 0, 0
	for i < len(x) || j < len(y) {
		switch {
		case small && i < len(x) && j < len(y) && x[i] == y[j]:
			out = append(out, Change{' ', x[i], before + i + 1, before + j + 1})
			i, j = i+1, j+1
		case i < len(x) && (j == len(y) || !small || longest[i+1][j] >= longest[i][j+1]):
			out = append(out, Change{'-', x[i], before + i + 1, 0})
			i++
		default:
			out = append(out, Change{'+', y[j], 0, before + j + 1})
			j++
		}
	}
	return out
}
