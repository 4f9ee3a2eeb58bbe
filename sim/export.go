package sim

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dulyhq/duly/ledger"
)

// A statement is what the core system writes for Duly at one time: files and the totals that they hold.
type statement struct {
	dir     string // of its own
	files   []string
	control string // path of the control totals
	paid    int    // payments
	minor   int64  // their sum
}

// opening writes the whole ledger with the payments known so far.
func (c *core) opening(dir string, paid []*payment) (statement, error) {
	s := statement{dir: dir}
	var control strings.Builder
	for _, name := range ledgerFiles[:3] {
		t := c.files[name]
		if err := s.write(name, t.header, t.rows); err != nil {
			return s, err
		}
		fmt.Fprintf(&control, "%s:\n  rows: %d\n", name, len(t.rows))
		column := map[string]string{"loans": "principal", "instalments": "amount"}[name]
		if column == "" {
			continue
		}
		sum, at := int64(0), slices.Index(t.header, column)
		for _, r := range t.rows {
			m, err := ledger.ParseMoney(r[at], "CNY")
			if err != nil {
				return s, err
			}
			sum += m.Minor
		}
		fmt.Fprintf(&control, "  sums: {CNY: %q}\n", decimal(sum))
	}
	return s, s.payments(paid, &control)
}

// news writes the payments that came since the last statement.
func (c *core) news(dir string, paid []*payment) (statement, error) {
	s := statement{dir: dir}
	return s, s.payments(paid, &strings.Builder{})
}

// payments writes the payments and the control totals.
func (s *statement) payments(paid []*payment, control *strings.Builder) error {
	rows := make([][]string, len(paid))
	for i, p := range paid {
		rows[i] = []string{p.id, p.account.id, p.on.String(), decimal(p.minor)}
		s.minor += p.minor
	}
	s.paid = len(paid)
	if err := s.write("payments", []string{"payment_id", "loan_id", "paid_on", "amount"}, rows); err != nil {
		return err
	}
	fmt.Fprintf(control, "payments:\n  rows: %d\n", len(paid))
	if len(paid) > 0 {
		fmt.Fprintf(control, "  sums: {CNY: %q}\n", decimal(s.minor))
	}
	s.control = filepath.Join(s.dir, "control.yaml")
	return os.WriteFile(s.control, []byte(control.String()), 0o600)
}

func (s *statement) write(name string, header []string, rows [][]string) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(append([][]string{header}, rows...)); err != nil {
		return err
	}
	path := filepath.Join(s.dir, name+".csv")
	s.files = append(s.files, path)
	return os.WriteFile(path, b.Bytes(), 0o600)
}

func decimal(minor int64) string { return ledger.Money{Minor: minor, Currency: "CNY"}.Decimal() }
