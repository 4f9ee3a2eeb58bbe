package law

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/dulyhq/duly/ledger"
)

// A Series is a reference rate by date, such as a prime rate. The zero Series publishes nothing.
type Series struct{ steps []step }

type step struct {
	from  ledger.Date
	rate  ledger.Rate
	known bool
}

// ParseSeries reads dated rates from lines of "series,from,rate,source,status" with that header, each series
// in the order of its days: a rate such as 3% holds from its day until the next line of its series. A line
// without a rate says that from then on none is published; one whose status says that its source was not read
// counts as that, because nothing that binds may rest on it.
func ParseSeries(name string, doc []byte) (map[string]Series, error) {
	out := map[string]Series{}
	line := 0
	for row := range bytes.Lines(doc) {
		line++
		row = bytes.TrimRight(row, "\r\n")
		if line == 1 {
			if string(row) != "series,from,rate,source,status" {
				return nil, fmt.Errorf("%s:1: the first line must be series,from,rate,source,status", name)
			}
			continue
		}
		id, st, err := parseStep(row)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, line, err)
		}
		s := out[id]
		if n := len(s.steps); n > 0 && s.steps[n-1].from >= st.from {
			return nil, fmt.Errorf("%s:%d: %s does not follow %s; list the days of %s in order", name, line, st.from, s.steps[n-1].from, id)
		}
		s.steps = append(s.steps, st)
		out[id] = s
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s:1: holds no rate", name)
	}
	return out, nil
}

func parseStep(row []byte) (id string, s step, err error) {
	parts := bytes.Split(row, []byte(","))
	if len(parts) != 5 || len(parts[0]) == 0 {
		return "", s, fmt.Errorf("%q is not a line such as cn_lpr_1y,2025-05-20,3%%,PBoC,P", row)
	}
	if s.from, err = ledger.ParseDate(string(parts[1])); err != nil {
		return "", s, err
	}
	read, known := statuses[string(parts[4])]
	if !known {
		return "", s, fmt.Errorf("%q is not a status; use P, P-part, S-quote, V, S, S-weak, M or X", parts[4])
	}
	if len(parts[2]) > 0 {
		n, per := bytes.CutSuffix(parts[2], []byte("%"))
		r, err := ledger.ParseRate(string(n))
		if err != nil || !per || r <= 0 || r%100 != 0 {
			return "", s, fmt.Errorf("%q is not a rate such as 3%%", parts[2])
		}
		s.rate, s.known = r/100, read
	}
	return string(parts[0]), s, nil
}

// On returns the rate that is published for a day; false where none is.
func (s Series) On(d ledger.Date) (ledger.Rate, bool) {
	i, _ := slices.BinarySearchFunc(s.steps, d, func(st step, d ledger.Date) int {
		if st.from <= d {
			return -1
		}
		return 1
	})
	if i == 0 || d == 0 {
		return 0, false
	}
	return s.steps[i-1].rate, s.steps[i-1].known
}
