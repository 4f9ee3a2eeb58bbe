package law

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
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
				return nil, document.Mistake(name, 1, fault.SeriesHead)
			}
			continue
		}
		id, st, err := parseStep(row)
		if err != nil {
			return nil, document.MistakeBy(name, line, err)
		}
		s := out[id]
		if n := len(s.steps); n > 0 && s.steps[n-1].from >= st.from {
			return nil, document.Mistake(name, line, fault.SeriesOrder, st.from, s.steps[n-1].from, id)
		}
		s.steps = append(s.steps, st)
		out[id] = s
	}
	if len(out) == 0 {
		return nil, document.Mistake(name, 1, fault.SeriesNone)
	}
	return out, nil
}

func parseStep(row []byte) (id string, s step, err error) {
	parts := bytes.Split(row, []byte(","))
	if len(parts) != 5 || len(parts[0]) == 0 {
		return "", s, fault.Wrong(fault.SeriesLine, strconv.Quote(string(row)))
	}
	if s.from, err = ledger.ParseDate(string(parts[1])); err != nil {
		return "", s, err
	}
	read, known := statuses[string(parts[4])]
	if !known {
		return "", s, fault.Wrong(fault.StatusUnknown, strconv.Quote(string(parts[4])))
	}
	if len(parts[2]) > 0 {
		n, per := bytes.CutSuffix(parts[2], []byte("%"))
		r, err := ledger.ParseRate(string(n))
		if err != nil || !per || r <= 0 || r%100 != 0 {
			return "", s, fault.Wrong(fault.PercentForm, strconv.Quote(string(parts[2])))
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
