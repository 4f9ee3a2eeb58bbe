package console

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/measure"
)

// A sheetPage is the page of one report that is made of sums, for each portfolio of the visitor's.
type sheetPage struct {
	From, To, Name string
	Kinds          []sheetKind
	Books          []sheetBook
}

type sheetKind struct {
	To, Name string
	Here     bool
}

type sheetBook struct {
	Ref, Title, Note string
	Heads            []sheetHead
	Rows             [][]sheetCell
	Asked            []askedGroup // of the supervisor's extract, in the place of rows
	Chart            *chart
	CSV, Parquet     string
	Signed           string // of the supervisor's extract
}

type sheetHead struct {
	Name string
	Num  bool
}

type sheetCell struct {
	Text string
	Num  bool
	Heat int // 0 to 20: how dark the cell is, for a matrix of shares
}

// A chart is bars that are drawn on the server, in units of its view box, so that it prints and needs no script.
type chart struct {
	Label  string
	Height int
	Bars   []bar
}

type bar struct {
	Name, Value                    string
	Y, Text, Width, ValueX, ValueY int
}

// sheet shows one.
func (c *Console) sheet(v *visit) error {
	name := v.r.PathValue("name")
	r, from, to, wrong := v.reportDays()
	p := sheetPage{From: r.From, To: r.To, Name: name, Kinds: v.sheetKinds(name, r.query)}
	status := http.StatusOK
	if wrong != "" {
		status = http.StatusUnprocessableEntity
	}
	for _, h := range v.houses(access.Reports) {
		s, err := v.sheetOf(h, name, from, to)
		if err != nil {
			return err
		}
		b := v.sheetBook(h, &s)
		b.CSV = Path + "reports/" + strconv.FormatInt(h.Row(), 10) + "/" + name + ".csv"
		b.Parquet = strings.TrimSuffix(b.CSV, "csv") + "parquet"
		if name == engine.ExtractName {
			b.Signed = strings.TrimSuffix(b.CSV, "csv") + "signed"
		}
		if r.query != "" {
			b.CSV, b.Parquet = b.CSV+"?"+r.query, b.Parquet+"?"+r.query
			if b.Signed != "" {
				b.Signed += "?" + r.query
			}
		}
		p.Books = append(p.Books, b)
	}
	zh, en := engine.SheetTitle(name)
	return v.showWith(status, "sheet", "报表："+zh, "Report: "+en, p, wrong)
}

// sheetKinds are all reports of this kind, to choose from.
func (v *visit) sheetKinds(here, query string) (out []sheetKind) {
	if query != "" {
		query = "?" + query
	}
	out = append(out, sheetKind{Path + "reports" + query, v.say("总览", "Overview"), here == ""})
	for _, name := range engine.SheetNames() {
		zh, en := engine.SheetTitle(name)
		out = append(out, sheetKind{Path + "reports/sheet/" + name + query, v.say(zh, en), name == here})
	}
	return out
}

func (v *visit) sheetOf(h *engine.Portfolio, name string, from, to ledger.Date) (measure.Sheet, error) {
	key := "sheet " + name + " " + strconv.FormatInt(h.Row(), 10) + " " + from.String() + " " + to.String()
	return summed(v, key, func(ctx context.Context) (measure.Sheet, error) {
		return h.Sheet(ctx, v.Gate.Store, name, engine.SheetAsk{From: from, To: to, Cost: v.Cost})
	})
}

func (v *visit) sheetBook(h *engine.Portfolio, s *measure.Sheet) sheetBook {
	b := sheetBook{Ref: h.Ref, Title: v.say(s.ZH, s.EN), Note: v.say(s.NoteZH, s.NoteEN)}
	if s.Name == engine.ExtractName {
		b.askedOf(v, h, s)
		return b
	}
	for i := range s.Columns {
		c := &s.Columns[i]
		name := v.say(c.ZH, c.EN)
		if c.Of == "stage" && c.Kind != measure.AsText {
			name = v.stageName(c.Name[len("to_"):])
		}
		b.Heads = append(b.Heads, sheetHead{name, c.Kind != measure.AsText})
	}
	for _, row := range s.Rows {
		var cells []sheetCell
		for i, c := range row {
			col := &s.Columns[i]
			cell := sheetCell{Text: v.sheetText(h, col, c), Num: col.Kind != measure.AsText}
			if col.Kind == measure.AsShare && !c.None && s.Bar == 0 {
				cell.Heat = int(min(20, max(0, (c.N+250)/500)))
			}
			cells = append(cells, cell)
		}
		b.Rows = append(b.Rows, cells)
	}
	if s.Bar > 0 {
		b.Chart = v.chartOf(h, s)
	}
	return b
}

func (v *visit) sheetText(h *engine.Portfolio, col *measure.Column, c measure.Cell) string {
	switch {
	case c.None:
		return "–"
	case col.Kind == measure.AsText:
		return h.Say(col.Of, c.Word, v.lang)
	case col.Kind == measure.AsShare:
		return strconv.FormatFloat(float64(c.N)/100, 'f', 1, 64) + "%"
	case col.Kind == measure.AsAmount:
		return v.money(c.N, ledger.Currency(c.Unit))
	case col.Kind == measure.AsCount:
		return grouped(c.N)
	}
	return intake.SheetWord(col.Kind, c)
}

// Measures of a chart, in units of its view box.
const (
	chartLine = 42
	chartBar  = 340 // the longest, of 440
	mostBars  = 24
)

// chartOf draws the column that a sheet is about. Where there are too many rows it draws the latest of what goes by months, and of
// everything else the first, in the sheet's own order.
func (v *visit) chartOf(h *engine.Portfolio, s *measure.Sheet) *chart {
	rows := s.Rows
	if len(rows) > mostBars {
		if s.Columns[0].Of == "month" {
			rows = rows[len(rows)-mostBars:]
		} else {
			rows = rows[:mostBars]
		}
	}
	col := &s.Columns[s.Bar]
	most, units := map[string]int64{}, map[string]bool{}
	for _, row := range rows {
		units[unitOf(s, row)] = true
		u := row[s.Bar].Unit // of an amount; those of two currencies have no length in common
		most[u] = max(most[u], row[s.Bar].N, 1)
	}
	c := &chart{Label: v.say(col.ZH, col.EN), Height: len(rows) * chartLine}
	for i, row := range rows {
		name := v.sheetText(h, &s.Columns[0], row[0])
		if s.Columns[1].Kind == measure.AsText {
			name += " · " + v.sheetText(h, &s.Columns[1], row[1])
		}
		u, end := unitOf(s, row), ""
		if len(units) > 1 && u != "" {
			end = " · " + u
		}
		if r := []rune(name); len(r)+len(end) > 44 {
			name = string(r[:43-len(end)]) + "…"
		}
		name += end
		y, width := i*chartLine, int(max(0, row[s.Bar].N)*chartBar/most[row[s.Bar].Unit])
		c.Bars = append(c.Bars, bar{Name: name, Value: v.sheetText(h, col, row[s.Bar]), Text: y + 15, Y: y + 20, Width: width, ValueX: width + 6, ValueY: y + 33})
	}
	return c
}

// unitOf is the currency of a row's amounts; empty: it has none.
func unitOf(s *measure.Sheet, row []measure.Cell) string {
	for i, c := range row {
		if s.Columns[i].Kind == measure.AsAmount && !c.None {
			return c.Unit
		}
	}
	return ""
}

// sheetFile gives a report of one portfolio as a file.
func (c *Console) sheetFile(v *visit) error {
	row, err := strconv.ParseInt(v.r.PathValue("portfolio"), 10, 64)
	name, kind, ok := strings.Cut(v.r.PathValue("file"), ".")
	h := v.Desk.Portfolio(row)
	if err != nil || h == nil || !ok || kind != "csv" && kind != "parquet" && (kind != "signed" || name != engine.ExtractName) {
		return errNowhere
	}
	if !v.may(access.Reports, h) {
		return errDenied
	}
	_, from, to, wrong := v.reportDays()
	if wrong != "" {
		return errNowhere
	}
	if kind == "signed" {
		return v.signedExtract(h, from, to)
	}
	s, err := v.sheetOf(h, name, from, to)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	of, of1 := []intake.SheetOf{{Portfolio: h.Ref, Sheet: s}}, "text/csv; charset=utf-8"
	if kind == "parquet" {
		err, of1 = intake.WriteParquet(&b, &of[0]), "application/vnd.apache.parquet"
	} else {
		err = intake.WriteCSV(&b, of)
	}
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", of1)
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+s.Name+`.`+kind+`"`)
	_, _ = v.w.Write(b.Bytes()) // whoever went away needs no answer
	return nil
}

// signedExtract gives a supervisor's extract as a text that is signed with the audit's key.
func (v *visit) signedExtract(h *engine.Portfolio, from, to ledger.Date) error {
	text, err := h.SignedExtract(v.r.Context(), v.Gate.Store, engine.SheetAsk{From: from, To: to, Cost: v.Cost}, v.Gate.Wire())
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	v.w.Header().Set("Content-Disposition", `attachment; filename="extract-`+h.Ref+`.txt"`)
	_, _ = v.w.Write([]byte(text)) // whoever went away needs no answer
	return nil
}
