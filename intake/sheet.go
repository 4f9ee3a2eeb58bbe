package intake

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/parquet-go/parquet-go"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/measure"
)

// A SheetOf is a sheet with the portfolio that it is of. Those that are written together have the same columns.
type SheetOf struct {
	Portfolio string
	measure.Sheet
}

// currencyColumn follows the columns of a sheet that has amounts.
const currencyColumn = "currency"

// heads are the names of a sheet's columns for machines.
func heads(s *measure.Sheet) (names []string, money bool) {
	names = []string{"portfolio"}
	for i := range s.Columns {
		names = append(names, s.Columns[i].Name)
		money = money || s.Columns[i].Kind == measure.AsAmount
	}
	if money {
		names = append(names, currencyColumn)
	}
	return names, money
}

// SheetWord is a cell as machines read it: amounts as decimals, shares from 0 to 1, rates in 10,000; empty where there is nothing to say.
func SheetWord(kind measure.Kind, c measure.Cell) string {
	switch {
	case c.None:
		return ""
	case kind == measure.AsCount:
		return strconv.FormatInt(c.N, 10)
	case kind == measure.AsAmount:
		return ledger.Money{Minor: c.N, Currency: ledger.Currency(c.Unit)}.Decimal()
	case kind == measure.AsShare:
		return strconv.FormatFloat(float64(c.N)/10_000, 'f', 4, 64)
	case kind == measure.AsRate:
		return strconv.FormatFloat(float64(c.N)/10, 'f', 1, 64)
	}
	return c.Word
}

// unitOf is the currency of a row's amounts; empty where it has none.
func unitOf(row []measure.Cell) string {
	for _, c := range row {
		if c.Unit != "" {
			return c.Unit
		}
	}
	return ""
}

// SheetRows are sheets as machines read them: the names of the columns, then the rows.
func SheetRows(sheets []SheetOf) (out [][]string) {
	for i := range sheets {
		s := &sheets[i]
		names, money := heads(&s.Sheet)
		if i == 0 {
			out = append(out, names)
		}
		for _, row := range s.Rows {
			cells := []string{s.Portfolio}
			for j, c := range row {
				cells = append(cells, SheetWord(s.Columns[j].Kind, c))
			}
			if money {
				cells = append(cells, unitOf(row))
			}
			out = append(out, cells)
		}
	}
	return out
}

// WriteCSV writes sheets for a spreadsheet, one under the other. What a spreadsheet would take for a formula is made inert.
func WriteCSV(w io.Writer, sheets []SheetOf) error {
	out := csv.NewWriter(w)
	for i, row := range SheetRows(sheets) {
		if i > 0 {
			row[0] = Inert(row[0])
			for j := range sheets[0].Columns {
				if sheets[0].Columns[j].Kind == measure.AsText {
					row[j+1] = Inert(row[j+1])
				}
			}
		}
		if err := out.Write(row); err != nil {
			return fmt.Errorf("intake: %w", err)
		}
	}
	out.Flush()
	return out.Error()
}

// WriteParquet writes a sheet as Parquet: counts are whole numbers, amounts decimals of their currency, shares and rates floating; what there
// is nothing to say of is null.
func WriteParquet(w io.Writer, s *SheetOf) error {
	unit := ""
	for _, row := range s.Rows {
		if u := unitOf(row); u != "" && unit != "" && u != unit {
			return fmt.Errorf("intake: amounts in %s and %s do not go into one column", unit, u)
		} else if u != "" {
			unit = u
		}
	}
	digits, _ := ledger.Currency(unit).Digits()
	names, _ := heads(&s.Sheet)
	group := parquet.Group{}
	for i, name := range names {
		node := parquet.String()
		if i > 0 && i <= len(s.Columns) {
			switch s.Columns[i-1].Kind {
			case measure.AsCount:
				node = parquet.Int(64)
			case measure.AsAmount:
				node = parquet.Decimal(digits, 18, parquet.Int64Type)
			case measure.AsShare, measure.AsRate:
				node = parquet.Leaf(parquet.DoubleType)
			case measure.AsText:
			}
		}
		group[name] = parquet.Optional(node)
	}
	out := parquet.NewGenericWriter[any](w, parquet.NewSchema(s.Name, group))
	// A group's columns lie in the order of their names.
	order := slices.Sorted(slices.Values(names))
	for _, row := range s.Rows {
		values := make(parquet.Row, len(names))
		for i, name := range names {
			at, _ := slices.BinarySearch(order, name)
			v := parquetValue(s, row, i, unit)
			def := 1
			if v.IsNull() {
				def = 0
			}
			values[at] = v.Level(0, def, at)
		}
		if _, err := out.WriteRows([]parquet.Row{values}); err != nil {
			return fmt.Errorf("intake: %w", err)
		}
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("intake: %w", err)
	}
	return nil
}

func parquetValue(s *SheetOf, row []measure.Cell, i int, unit string) parquet.Value {
	switch {
	case i == 0:
		return parquet.ValueOf(s.Portfolio)
	case i > len(row):
		if unit == "" {
			return parquet.NullValue()
		}
		return parquet.ValueOf(unit)
	}
	c := row[i-1]
	switch kind := s.Columns[i-1].Kind; {
	case c.None:
		return parquet.NullValue()
	case kind == measure.AsCount, kind == measure.AsAmount:
		return parquet.ValueOf(c.N)
	case kind == measure.AsShare:
		return parquet.ValueOf(float64(c.N) / 10_000)
	case kind == measure.AsRate:
		return parquet.ValueOf(float64(c.N) / 10)
	}
	return parquet.ValueOf(c.Word)
}
