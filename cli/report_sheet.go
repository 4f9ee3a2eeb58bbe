package cli

import (
	"context"
	"encoding/json"
	"io"
	"strconv"

	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/measure"
)

// reportSheet writes a report that is made of sums, of each portfolio that is asked for.
func (a *app) reportSheet(ctx context.Context, cfg *Config, e *engine.Engine, f reportFlags, lang tongue, w io.Writer) error {
	var all []intake.SheetOf
	for _, p := range e.Books() {
		if f.portfolio != "" && p.Ref != f.portfolio {
			continue
		}
		s, err := f.span(p.Zone)
		if err != nil {
			return err
		}
		s.zone = p.Zone
		if engine.NeedsWalk(f.name) {
			if err := e.Walk(ctx, p, ledger.Day(a.clock.time().In(p.Zone))); err != nil {
				return err
			}
		}
		ask := engine.SheetAsk{Cost: cfg.partCost}
		ask.From, ask.To = s.days()
		if f.format == "signed" {
			if f.portfolio == "" && len(e.Books()) > 1 {
				return fail(Usage, "a signed extract is of one portfolio: choose it with --portfolio")
			}
			text, err := p.SignedExtract(ctx, e.Store, ask, a.clock.time())
			if err == nil {
				_, err = io.WriteString(w, text)
			}
			return err
		}
		sheet, err := p.Sheet(ctx, e.Store, f.name, ask)
		if err != nil {
			return err
		}
		all = append(all, intake.SheetOf{Portfolio: p.Ref, Sheet: sheet})
		if f.format == "table" {
			sheetTable(&page{w: w, lang: lang, zone: p.Zone}, p, &sheet)
		}
	}
	switch f.format {
	case "csv":
		return intake.WriteCSV(w, all)
	case "json":
		return sheetJSON(w, all)
	case "parquet":
		if len(all) != 1 {
			return fail(Usage, "a Parquet file holds one portfolio: choose it with --portfolio")
		}
		return intake.WriteParquet(w, &all[0])
	}
	return nil
}

// sheetTable writes a sheet for people.
func sheetTable(p *page, of *engine.Portfolio, s *measure.Sheet) {
	p.line("%s: %s", of.Ref, p.lang.say(s.EN, s.ZH))
	if len(s.Rows) == 0 {
		p.line(p.lang.say("  none", "  无"))
		return
	}
	if s.Name == engine.ExtractName {
		extractTable(p, of, s)
	} else {
		p.grid(sheetGrid(p, of, s))
	}
	if s.NoteEN != "" {
		p.wrapped("  " + p.lang.say(s.NoteEN, s.NoteZH))
	}
}

// sheetGrid are a sheet's cells in words, the columns' names first.
func sheetGrid(p *page, of *engine.Portfolio, s *measure.Sheet) [][]string {
	code, head := string(p.lang), []string{}
	for i := range s.Columns {
		c := &s.Columns[i]
		name := p.lang.say(c.EN, c.ZH)
		if c.Of == "stage" && i > 0 {
			name = of.Say("stage", name, code)
		}
		if i == 0 {
			name = "  " + name
		}
		head = append(head, name)
	}
	grid := [][]string{head}
	for _, row := range s.Rows {
		var cells []string
		for i, c := range row {
			text := sheetCell(p.lang, of, &s.Columns[i], c)
			if i == 0 {
				text = "  " + text
			}
			cells = append(cells, text)
		}
		grid = append(grid, cells)
	}
	return grid
}

func sheetCell(lang tongue, of *engine.Portfolio, col *measure.Column, c measure.Cell) string {
	switch {
	case c.None:
		return "–"
	case col.Kind == measure.AsText:
		return of.Say(col.Of, c.Word, string(lang))
	case col.Kind == measure.AsCount:
		return grouped(int(c.N))
	case col.Kind == measure.AsShare:
		return strconv.FormatFloat(float64(c.N)/100, 'f', 1, 64) + "%"
	case col.Kind == measure.AsAmount:
		return lang.money(c.N, ledger.Currency(c.Unit))
	case col.Kind == measure.AsRate:
	}
	return intake.SheetWord(col.Kind, c)
}

// sheetJSON writes one object a row.
func sheetJSON(w io.Writer, all []intake.SheetOf) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for i := range all {
		s := &all[i]
		for _, row := range s.Rows {
			o := map[string]any{"report": s.Name, "portfolio": s.Portfolio}
			for j, c := range row {
				col := &s.Columns[j]
				switch word := intake.SheetWord(col.Kind, c); {
				case c.None:
					o[col.Name] = nil
				case col.Kind == measure.AsAmount:
					o[col.Name] = map[string]string{"amount": word, "currency": c.Unit}
				case col.Kind == measure.AsText:
					o[col.Name] = word
				default:
					o[col.Name] = json.Number(word)
				}
			}
			if err := enc.Encode(o); err != nil {
				return err
			}
		}
	}
	return nil
}
