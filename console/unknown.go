package console

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/intake"
	"github.com/dulyhq/duly/outbox"
	"github.com/dulyhq/duly/receive"
	"github.com/dulyhq/duly/serve"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words"
)

// An unsureList is the page of messages of which nobody knows whether they arrived: by carrier and hour, one by one, by the carrier's
// statement, and what people have said of some. It holds numbers of messages, and nothing of whom they were for.
type unsureList struct {
	Hours    []unsureHour
	One      *unsureHour // the hour that is looked at; nil: none
	Messages []unsureMessage
	More     bool // there are more messages of the hour than are shown
	Said     []saidLine
	Carriers []string
	Taken    *engine.Statement // a statement that was tried, or taken in
	Tried    bool
	Changed  int
	Bad      []string // what is wrong with its rows, in the page's language
}

type unsureHour struct {
	Carrier, Portfolio, When, To string
	Hour                         int64
	Row                          int64 // the portfolio's
	Number                       int64
}

type unsureMessage struct{ ID, When, Why string }

type saidLine struct{ ID, Portfolio, When, Said, Cause, Who, SaidAt string }

// The limits of the page.
const (
	mostHours    = 100
	mostOfHour   = 200
	mostSaid     = 50
	mostSentence = 200
)

// StatementPath is where a carrier's statement is sent to: more than elsewhere, by who may.
const (
	StatementPath = Path + "carriers/statement"
	MostStatement = 64 << 20
)

// unknown shows them.
func (c *Console) unknown(v *visit) error { return v.showUnknown(http.StatusOK, &unsureList{}, "") }

func (v *visit) showUnknown(status int, l *unsureList, wrong string) error {
	rows := v.rowsOf(access.Carriers)
	for _, h := range v.houses(access.Carriers) {
		if !slices.Contains(l.Carriers, h.Carrier) {
			l.Carriers = append(l.Carriers, h.Carrier)
		}
	}
	hours, err := v.Gate.Store.UnsureHours(v.r.Context(), rows)
	if err != nil {
		return err
	}
	for _, h := range hours[:min(len(hours), mostHours)] {
		l.Hours = append(l.Hours, v.unsureHour(h))
	}
	if err := v.oneHour(l, hours); err != nil {
		return err
	}
	yes := true
	said, err := v.Gate.Store.Unsure(v.r.Context(), store.UnsureAsk{Portfolios: rows, Said: &yes})
	if err != nil {
		return err
	}
	slices.SortStableFunc(said, func(a, b store.Unsure) int { return b.SaidAt.Compare(a.SaidAt) })
	for i := range said[:min(len(said), mostSaid)] {
		u := &said[i]
		x := saidLine{ID: u.ID.String(), When: v.minute(u.At), Said: words.In(words.Said, u.Said, v.lang), Who: u.SaidBy, SaidAt: v.minute(u.SaidAt)}
		if p := v.Desk.Portfolio(u.Portfolio); p != nil {
			x.Portfolio = p.Ref
		}
		x.Cause = receive.Cause(u.Cause).Remedy(v.lang)
		if u.Again {
			x.Said += v.say("，允许重新计划", ", may be planned anew")
		}
		l.Said = append(l.Said, x)
	}
	return v.showWith(status, "unknown", "结果未知的信息", "Messages of unknown outcome", l, wrong)
}

func (v *visit) unsureHour(h store.UnsureHour) unsureHour {
	x := unsureHour{Carrier: h.Carrier, Hour: h.Hour.Unix(), Row: h.Portfolio, Number: h.Number}
	if p := v.Desk.Portfolio(h.Portfolio); p != nil {
		x.Portfolio = p.Ref
	}
	ends := h.Hour.Add(time.Hour).In(v.zone())
	x.When = v.minute(h.Hour) + "–" + ends.Format("15:04")
	x.To = Path + "carriers/unknown?" + url.Values{"carrier": {h.Carrier}, "portfolio": {strconv.FormatInt(h.Portfolio, 10)}, "hour": {strconv.FormatInt(x.Hour, 10)}}.Encode()
	return x
}

// asked is the hour that the address or the form names.
func (v *visit) asked() (row, hour int64, carrier string) {
	row, _ = strconv.ParseInt(v.r.FormValue("portfolio"), 10, 64) // what is no number names no hour
	hour, _ = strconv.ParseInt(v.r.FormValue("hour"), 10, 64)
	return row, hour, v.r.FormValue("carrier")
}

// oneHour adds the messages of the hour that is looked at.
func (v *visit) oneHour(l *unsureList, hours []store.UnsureHour) error {
	row, hour, carrier := v.asked()
	i := slices.IndexFunc(hours, func(h store.UnsureHour) bool {
		return h.Portfolio == row && h.Hour.Unix() == hour && h.Carrier == carrier
	})
	if i < 0 {
		return nil
	}
	x := v.unsureHour(hours[i])
	l.One = &x
	no := false
	found, err := v.Gate.Store.Unsure(v.r.Context(), store.UnsureAsk{Portfolios: []int64{row}, Carrier: carrier, Hour: hours[i].Hour, Said: &no, Most: mostOfHour + 1})
	if err != nil {
		return err
	}
	l.More = len(found) > mostOfHour
	for i := range found[:min(len(found), mostOfHour)] {
		u := &found[i]
		why, _ := v.rule(v.Desk.Portfolio(row), u.Code)
		l.Messages = append(l.Messages, unsureMessage{u.ID.String(), u.At.In(v.zone()).Format("15:04:05"), why})
	}
	return nil
}

// sayOf keeps what a person says of messages by number, or of all of an hour.
func (c *Console) sayOf(v *visit) error {
	said, reason := v.form("say", 20), v.form("reason", mostSentence)
	if reason == "" || !slices.Contains([]string{store.SaidArrived, store.SaidNotArrived, store.SaidOpen}, said) {
		return v.showUnknown(http.StatusUnprocessableEntity, &unsureList{}, v.say("请选择结果并写明依据。", "Please say what became of them, and how it was found out."))
	}
	again := said == store.SaidNotArrived && v.form("again", 1) != ""
	row, hour, carrier := v.asked()
	var list []store.Word
	subject := "messages by number"
	if v.form("all", 1) != "" {
		if !v.may(access.Carriers, v.Desk.Portfolio(row)) {
			return errDenied
		}
		if err := v.Desk.With(func(e *engine.Engine) (err error) {
			list, subject, err = e.HourWords(v.r.Context(), []int64{row}, carrier, time.Unix(hour, 0), said, again)
			return err
		}); err != nil {
			return err
		}
	} else {
		for _, s := range v.r.PostForm["message"] {
			if id, err := outbox.ParseMessageID(s); err == nil {
				list = append(list, store.Word{ID: id, Said: said, Again: again})
			}
		}
	}
	if len(list) == 0 {
		return v.showUnknown(http.StatusUnprocessableEntity, &unsureList{}, v.say("请选择信息。", "Please choose messages."))
	}
	if _, err := c.Gate.Store.Reconcile(v.r.Context(), v.rowsOf(access.Carriers), list, subject+": "+said, v.deed(reason)); err != nil {
		return err
	}
	v.away("carriers/unknown?done=said")
	return nil
}

// rowsOf are the portfolios in which the visitor may do something, by number; never nil, which would mean all.
func (v *visit) rowsOf(p access.Permission) []int64 {
	rows := []int64{}
	for _, h := range v.houses(p) {
		rows = append(rows, h.Row())
	}
	return rows
}

// statement takes a carrier's statement in, or tries it. It is read as it comes, and not kept.
func (c *Console) statement(v *visit) error {
	serve.Widen(v.w, v.r)
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, MostStatement)
	parts, err := v.r.MultipartReader()
	if err != nil {
		return v.showUnknown(http.StatusUnprocessableEntity, &unsureList{}, v.say("请选择文件。", "Please choose a file."))
	}
	l := &unsureList{}
	wrong, err := v.takeStatement(parts, l)
	var large *http.MaxBytesError
	var bad intake.FileErrors
	switch {
	case errors.As(err, &large):
		return v.showUnknown(http.StatusRequestEntityTooLarge, &unsureList{}, v.say("文件过大，请用 duly reconcile。", "It is too large here; duly reconcile takes it."))
	case errors.As(err, &bad):
		return v.showUnknown(http.StatusUnprocessableEntity, l, bad.In(v.lang))
	case err != nil && !errors.Is(err, errDenied):
		return v.showUnknown(http.StatusUnprocessableEntity, &unsureList{}, v.say("文件未能读取，请重新上传。", "The file could not be read. Please send it again."))
	case err != nil:
		return err
	case wrong != "":
		return v.showUnknown(http.StatusUnprocessableEntity, l, wrong)
	}
	return v.showUnknown(http.StatusOK, l, "")
}

// takeStatement reads the form, whose last part is the file.
func (v *visit) takeStatement(parts *multipart.Reader, l *unsureList) (wrong string, err error) {
	fields := map[string]string{}
	for {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return v.say("请选择文件。", "Please choose a file."), nil
		}
		if err != nil {
			return "", err
		}
		if p.FormName() != "file" {
			b, err := io.ReadAll(io.LimitReader(p, 2000))
			if err != nil {
				return "", err
			}
			fields[p.FormName()] = serve.Clean(string(b), mostSentence)
			continue
		}
		if p.FileName() == "" {
			return v.say("请选择文件。", "Please choose a file."), nil
		}
		l.Tried = fields["try"] != ""
		if fields["reason"] == "" && !l.Tried {
			return v.say("请写明依据。", "Please say how it was found out."), nil
		}
		return "", v.holdAgainst(p, fields, l)
	}
}

// holdAgainst holds a statement against the unknown messages of its carrier.
func (v *visit) holdAgainst(p *multipart.Part, fields map[string]string, l *unsureList) error {
	carrier := fields["carrier"]
	houses, rows := v.houses(access.Carriers), []int64{}
	for _, h := range houses {
		if h.Carrier == carrier {
			rows = append(rows, h.Row())
		}
	}
	if len(rows) == 0 {
		return errDenied
	}
	open, err := v.Gate.Store.Unsure(v.r.Context(), store.UnsureAsk{Portfolios: rows, Carrier: carrier})
	if err != nil {
		return err
	}
	zone, country := engine.StatementPlace(houses, carrier)
	o := intake.Options{Zone: zone, Country: country, Bad: func(b intake.BadRow) error {
		if len(l.Bad) < mostBadShown {
			l.Bad = append(l.Bad, b.In(v.lang))
		}
		return nil
	}}
	s, err := engine.ReadStatement(p, v.say("对账文件", "statement"), o, open, v.Gate.Store.PhoneHash)
	if err != nil {
		return err
	}
	l.Taken = s
	if l.Tried {
		return nil
	}
	return v.Desk.With(func(e *engine.Engine) (err error) {
		l.Changed, err = e.TakeStatement(v.r.Context(), rows, carrier, s, fields["again"] != "", v.deed(fields["reason"]))
		return err
	})
}

// Sum says what a statement came to.
func (l *unsureList) Sum(lang string) string {
	s := l.Taken
	if s == nil {
		return ""
	}
	if lang == "en" {
		return fmt.Sprintf("%d %s: arrived %d, did not %d, it does not say %d, fit more than one message %d, about others %d, bad %d.", s.Rows+s.Bad, plural(s.Rows+s.Bad, "row", "rows"), s.Arrived, s.Not, s.Open, s.Ambiguous, s.Elsewhere, s.Bad)
	}
	return fmt.Sprintf("共%d行：已送达%d条，未送达%d条，未说明结果%d条，无法对应到唯一一条%d，与结果未知的信息无关%d行，错误%d行。", s.Rows+s.Bad, s.Arrived, s.Not, s.Open, s.Ambiguous, s.Elsewhere, s.Bad)
}
