package console

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// mostTakenOut is of how many borrowers a file is fetched from here; a larger one is made by the command line.
const mostTakenOut = 20_000

// An exporting is the page of personal data that goes out by two people's word.
type exporting struct {
	Second   bool // what waits for a second person; else what may be asked for
	MayAllow bool // the visitor may be the second person for others
	Houses   []exportHouse
	Borrower int64 // whose file was asked for on their page; 0: nobody's
	Ref      string
	Lines    []exportLine
}

type exportHouse struct {
	Row int64
	Ref string
}

type exportLine struct {
	ID, Borrower                                int64
	Ref, Portfolio, Format, Reason, Who, At     string
	State, Decided, By                          string
	Asked, Own, Fetch, TooMany, SeeBorrower, No bool
}

// exports lists what the visitor may ask for, and what became of it.
func (c *Console) exports(v *visit) error { return v.exporting(http.StatusOK, false, "") }

// exportsSecond lists what waits for a second person.
func (c *Console) exportsSecond(v *visit) error { return v.exporting(http.StatusOK, true, "") }

func (v *visit) exporting(status int, second bool, wrong string) error {
	p := exporting{Second: second, MayAllow: v.user.Grants.Anywhere(access.ExportTwo)}
	need := access.Export
	if second {
		need = access.ExportTwo
	}
	houses := v.houses(need)
	for _, h := range houses {
		p.Houses = append(p.Houses, exportHouse{h.Row(), h.Ref})
		list, err := v.Gate.Store.Exports(v.r.Context(), h.Row())
		if err != nil {
			return err
		}
		for i := range list {
			if a := &list[i]; !second || a.State(v.at) == "asked" {
				line, err := v.exportLine(a, h)
				if err != nil {
					return err
				}
				p.Lines = append(p.Lines, line)
			}
		}
	}
	slices.SortStableFunc(p.Lines, func(a, b exportLine) int { return int(b.ID - a.ID) })
	if id, err := strconv.ParseInt(v.r.URL.Query().Get("borrower"), 10, 64); err == nil && !second {
		if err := v.exportWhose(&p, ledger.BorrowerID(id), houses); err != nil {
			return err
		}
	}
	title := [2]string{"导出个人信息", "Taking personal data out"}
	if second {
		title = [2]string{"待同意的导出", "Exports that wait for a second person"}
	}
	return v.showWith(status, "exports", title[0], title[1], p, wrong)
}

// exportWhose fills in the borrower from whose page one came, where they are of one of the visitor's portfolios.
func (v *visit) exportWhose(p *exporting, id ledger.BorrowerID, houses []*engine.Portfolio) error {
	return v.Desk.With(func(e *engine.Engine) error {
		k, err := e.Known(v.r.Context(), id, houses)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		p.Borrower, p.Ref = int64(k.ID), k.Ref
		return err
	})
}

var exportStates = map[string][2]string{
	"asked": {"待他人同意", "waits for a second person"}, "allowed": {"已同意，可下载一次", "let happen: it may be fetched once"}, "refused": {"未同意", "refused"},
	"fetched": {"已下载", "fetched"}, "over": {"已过期", "ran out"},
}

func (v *visit) exportLine(a *store.ExportAsk, h *engine.Portfolio) (exportLine, error) {
	state := a.State(v.at)
	l := exportLine{
		ID: a.ID, Portfolio: h.Ref, Format: a.Format, Reason: a.Reason, Who: a.Who, At: v.minute(a.At), State: v.say(exportStates[state][0], exportStates[state][1]),
		Decided: v.minute(a.DecidedAt), By: a.DecidedBy, Asked: state == "asked", Own: a.By(v.who()), No: state == "refused" || state == "over",
	}
	l.Fetch = state == "allowed" && l.Own
	if a.Borrower != 0 {
		l.SeeBorrower, l.Borrower = v.may(access.Borrowers, h), int64(a.Borrower)
		var err error
		l.Ref, err = v.Gate.Store.BorrowerRef(v.r.Context(), a.Borrower)
		return l, err
	}
	n, err := v.Gate.Store.ExportCount(v.r.Context(), a)
	l.TooMany = n > mostTakenOut
	return l, err
}

// exportAsk asks for personal data, with a reason.
func (c *Console) exportAsk(v *visit) error {
	row, err := strconv.ParseInt(v.form("portfolio", 20), 10, 64)
	if err != nil {
		return v.exporting(http.StatusUnprocessableEntity, false, v.say("请选择资产组合。", "Please choose a portfolio."))
	}
	h := v.Desk.Portfolio(row)
	if !v.may(access.Export, h) {
		return errNowhere
	}
	a := store.ExportAsk{Portfolio: row, Format: v.form("format", 8), Who: v.who(), At: v.at, Reason: v.form("reason", 200)}
	if a.Format != "csv" {
		a.Format = "json"
	}
	if utf8.RuneCountInString(a.Reason) < leastReason {
		return v.exporting(http.StatusUnprocessableEntity, false, v.say("请写明导出原因（至少4个字）。", "Please say why it is needed."))
	}
	if v.form("whom", 8) != "all" {
		if a.Borrower, err = engine.ExportWhose(v.r.Context(), c.Gate.Store, row, v.form("borrower", 80)); errors.Is(err, store.ErrNotFound) {
			return v.exporting(http.StatusUnprocessableEntity, false, v.say("这个资产组合中没有该借款人编号。", "There is no borrower of that key in this portfolio."))
		}
		if err != nil {
			return err
		}
	}
	if _, err := c.Gate.Store.AskExport(v.r.Context(), a, c.Gate.Wire()); err != nil {
		return err
	}
	v.away("exports?done=export-asked")
	return nil
}

// exportOf returns the export of an address, where the visitor may do something with it.
func (v *visit) exportOf(p access.Permission) (store.ExportAsk, *engine.Portfolio, error) {
	id, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil {
		return store.ExportAsk{}, nil, errNowhere
	}
	a, err := v.Gate.Store.Export(v.r.Context(), id)
	h := v.Desk.Portfolio(a.Portfolio)
	if err == nil && !v.may(p, h) {
		err = errNowhere
	}
	return a, h, err
}

// exportAllow lets an export happen that somebody else asked for.
func (c *Console) exportAllow(v *visit) error { return c.exportDecide(v, true) }

// exportRefuse says no to one.
func (c *Console) exportRefuse(v *visit) error { return c.exportDecide(v, false) }

func (c *Console) exportDecide(v *visit, allow bool) error {
	a, _, err := v.exportOf(access.ExportTwo)
	if err != nil {
		return err
	}
	err = c.Gate.Store.DecideExport(v.r.Context(), a.ID, allow, v.who(), v.at, c.Gate.Wire())
	switch {
	case errors.Is(err, store.ErrOwnExport):
		return errDenied
	case errors.Is(err, store.ErrExportOver):
		return v.exporting(http.StatusUnprocessableEntity, true, v.say("这项申请已处理或已过期。", "This was decided already, or has run out."))
	case err != nil:
		return err
	case allow:
		v.away("exports/second?done=export-allowed")
	default:
		v.away("exports/second?done=export-refused")
	}
	return nil
}

// exportFetch hands the file to who asked for it, once. That it is taken is kept before the first byte leaves.
func (c *Console) exportFetch(v *visit) error {
	a, h, err := v.exportOf(access.Export)
	if err != nil {
		return err
	}
	if n, err := c.Gate.Store.ExportCount(v.r.Context(), &a); err != nil || n > mostTakenOut {
		return errors.Join(err, v.exporting(http.StatusUnprocessableEntity, false, v.say("人数过多，请用命令行 duly export fetch 导出。", "It is of too many people for a page: duly export fetch writes it.")))
	}
	if a, err = c.Gate.Store.FetchExport(v.r.Context(), a.ID, v.who(), v.at, c.Gate.Wire()); err != nil {
		switch {
		case errors.Is(err, store.ErrNotAsker):
			return errDenied
		case errors.Is(err, store.ErrUndecided), errors.Is(err, store.ErrExportOver):
			return v.exporting(http.StatusUnprocessableEntity, false, v.say("不能下载：未获同意、已下载过或已过期。", "It cannot be fetched: nobody let it happen, it was fetched, or it has run out."))
		}
		return err
	}
	var file bytes.Buffer
	if err := c.Desk.Takeout(v.r.Context(), &a, h.Identity[compose.Language(h.Language)].Creditor, v.at, &file); err != nil {
		return err
	}
	kind := "application/json"
	switch {
	case a.Format == "csv":
		kind = "text/csv"
	case a.Borrower == 0:
		kind = "application/jsonl"
	}
	v.w.Header().Set("Content-Type", kind+"; charset=utf-8")
	v.w.Header().Set("Content-Disposition", `attachment; filename="export-`+strconv.FormatInt(a.ID, 10)+"."+a.Format+`"`)
	_, _ = v.w.Write(file.Bytes()) // whoever went away asks for another
	return nil
}
