package lint_test

import (
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dulyhq/duly/lint"
)

func TestFalseErrors(t *testing.T) {
	shared := os.Getenv("DULY_SHARED")
	if shared == "" {
		shared = "../../shared"
	}
	for _, f := range []struct {
		name   string
		comma  rune
		column int
	}{{"banking77-train.csv", ',', 0}, {"clinc150-train.tsv", '\t', 1}, {"sms-spam-collection.tsv", '\t', 1}} {
		file, err := os.Open(filepath.Join(shared, "data/texts", f.name))
		if err != nil {
			t.Skip(err)
		}
		var recs [][]string
		if f.comma == ',' {
			r := csv.NewReader(file)
			recs, err = r.ReadAll()
			if err != nil {
				t.Fatal(err)
			}
		} else {
			all, _ := io.ReadAll(file)
			for _, l := range strings.Split(string(all), "\n") {
				if f := strings.Split(l, "\t"); len(f) > 1 {
					recs = append(recs, f)
				}
			}
		}
		n, bad, ham, hambad := 0, 0, 0, 0
		for _, rec := range recs {
			n++
			found := linter.Text(rec[f.column], lint.Facts{StepsHidden: true})
			if rec[0] == "ham" {
				ham++
			}
			if lint.Errors(found) {
				bad++
				if rec[0] == "ham" {
					hambad++
				}
				if rec[0] != "spam" {
					for _, x := range found {
						if x.Severity == lint.Error {
							t.Logf("%s: %s %q: %.140s", f.name, x.Code, string([]rune(rec[f.column])[x.Start:x.End]), rec[f.column])
						}
					}
				}
			}
		}
		t.Logf("TOTAL %s: %d of %d; ham %d of %d", f.name, bad, n, hambad, ham)
	}
}
