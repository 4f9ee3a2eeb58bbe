package intake

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// Control is what the core system says that the files hold, for each kind that it names.
type Control map[Kind]ControlTotal

// A ControlTotal is what the files of one kind hold together.
type ControlTotal struct {
	Rows int                       // -1 where it is not stated
	Sums map[ledger.Currency]int64 // minor units: principal of loans, amounts of the others; only what is stated
}

// A Difference is a control total that does not tie.
type Difference struct {
	Kind             Kind
	What             string // "rows", or a currency
	Expected, Actual string
}

// DifferenceErrors is the error of Check.
type DifferenceErrors []Difference

// Error returns one difference a line, in English.
func (d DifferenceErrors) Error() string { return d.In("en") }

// In returns one difference a line, in a language.
func (d DifferenceErrors) In(lang string) string {
	lines := make([]string, len(d))
	for i, x := range d {
		lines[i] = fault.Of(fault.ControlDiffers, string(x.Kind), x.What, x.Expected, x.Actual).In(lang)
	}
	return strings.Join(lines, "\n")
}

// ReadControl reads a file of control totals, described in docs/formats/ledger.md. The error is
// document.MistakeErrors.
func ReadControl(file string, text []byte) (Control, error) {
	d, err := document.Parse(file, text)
	if err != nil {
		return nil, err
	}
	c := Control{}
	if d.Root.Keys(kindWords()...) {
		for _, k := range Kinds {
			if v := d.Root.Key(string(k)); v.Given() && v.Keys("rows", "sums") {
				c[k] = readTotal(v)
			}
		}
	}
	return c, d.Err()
}

func kindWords() []string {
	words := make([]string, len(Kinds))
	for i, k := range Kinds {
		words[i] = string(k)
	}
	return words
}

func readTotal(v document.Value) ControlTotal {
	t := ControlTotal{Rows: -1, Sums: map[ledger.Currency]int64{}}
	if r := v.Key("rows"); r.Given() {
		t.Rows = r.Int(0, 1<<31-1)
	}
	sums := v.Key("sums")
	for _, name := range sums.Names() {
		e := sums.Key(name)
		m, err := ledger.ParseMoney(e.Text(), ledger.Currency(name))
		if err != nil {
			e.WrongBy(err)
		}
		t.Sums[ledger.Currency(name)] = m.Minor
	}
	return t
}

// Check holds the totals of all files of an import, bad rows left out, against c, and returns DifferenceErrors
// or nil.
func (c Control) Check(files []Summary) error {
	rows, sums := map[Kind]int{}, map[Kind]map[ledger.Currency]int64{}
	for _, f := range files {
		rows[f.Kind] += f.Rows
		for cur, minor := range f.Sums {
			if sums[f.Kind] == nil {
				sums[f.Kind] = map[ledger.Currency]int64{}
			}
			sums[f.Kind][cur] += minor
		}
	}
	var out DifferenceErrors
	for _, k := range Kinds {
		want, ok := c[k]
		if !ok {
			continue
		}
		if want.Rows >= 0 && want.Rows != rows[k] {
			out = append(out, Difference{k, "rows", strconv.Itoa(want.Rows), strconv.Itoa(rows[k])})
		}
		var currencies []ledger.Currency
		for cur := range want.Sums {
			currencies = append(currencies, cur)
		}
		slices.Sort(currencies)
		for _, cur := range currencies {
			if has := sums[k][cur]; has != want.Sums[cur] {
				out = append(out, Difference{
					k, string(cur), ledger.Money{Minor: want.Sums[cur], Currency: cur}.Decimal(),
					ledger.Money{Minor: has, Currency: cur}.Decimal(),
				})
			}
		}
	}
	if out == nil {
		return nil
	}
	return out
}
