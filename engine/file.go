package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/guard"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
)

// A File is what is held about a borrower, as they take it with them: first as it is shown on the page, then all rows as they stand. Money is
// decimal in the first part and in the smallest unit in the rows, times are RFC 3339.
type File struct {
	Made      time.Time   `json:"made_at"`
	Creditor  string      `json:"creditor"`
	Portfolio string      `json:"portfolio"`
	Borrower  copyPerson  `json:"borrower"`
	Loans     []copyLoan  `json:"loans"`
	States    []copyState `json:"states"`
	Consents  []copyYes   `json:"consents"`
	Messages  []copyText  `json:"messages"`
	Replies   []copyReply `json:"said"`
	Contacts  []copyCall  `json:"contacts_by_people"`
	Names     []copyName  `json:"earlier_names"`
	Rows      rowsOf      `json:"rows"`
	NotHere   string      `json:"not_in_this_file"`
}

// A copyName is who the lender's file said that the borrower is, and since when that was known.
type copyName struct {
	Known time.Time `json:"known_at"`
	Name  string    `json:"name"`
	Phone string    `json:"phone"`
	Title string    `json:"title,omitempty"`
}

// rowsOf are the rows of each table.
type rowsOf map[string][]map[string]any

type copyPerson struct {
	ID       string `json:"borrower_id"`
	Name     string `json:"name"`
	Title    string `json:"title,omitempty"`
	Phone    string `json:"phone"`
	Number   string `json:"number_status"`
	Language string `json:"language"`
	Hours    string `json:"preferred_hours,omitempty"`
	Days     uint8  `json:"preferred_days_bits,omitempty"`
	Channel  string `json:"preferred_channel,omitempty"`
	Proofs   string `json:"kept_as_hashes"`
}

type copyLoan struct {
	ID       string     `json:"loan_id"`
	Product  string     `json:"product"`
	Currency string     `json:"currency"`
	Closed   bool       `json:"closed"`
	Overdue  string     `json:"overdue"`
	Days     int        `json:"days_past_due"`
	Working  []copyLine `json:"working"`
}

type copyLine struct {
	On      ledger.Date     `json:"on"`
	Kind    assess.LineKind `json:"kind"`
	Number  int             `json:"number,omitempty"`
	Amount  string          `json:"amount"`
	Balance string          `json:"balance"`
}

type copyState struct {
	Kind  string    `json:"kind"`
	Since time.Time `json:"since"`
	Until time.Time `json:"until,omitzero"`
	Rule  string    `json:"rule,omitempty"`
}

type copyYes struct {
	Channel   string    `json:"channel"`
	Withdrawn bool      `json:"withdrawn"`
	At        time.Time `json:"at"`
}

type copyText struct {
	At       time.Time       `json:"at"`
	State    string          `json:"state"`
	Amount   string          `json:"amount"`
	Currency string          `json:"currency"`
	Text     string          `json:"text"`
	Why      json.RawMessage `json:"why,omitempty"`
}

type copyReply struct {
	At      time.Time `json:"at"`
	Meaning string    `json:"understood_as"`
	Text    string    `json:"text"`
}

type copyCall struct {
	At      time.Time `json:"at"`
	Channel string    `json:"channel"`
	Result  string    `json:"result"`
	By      string    `json:"by"`
}

// File gets a borrower's file together, as they get it from their page. Whoever hands it to somebody else has kept who that is before.
func (d *Desk) File(ctx context.Context, g *store.Guest, creditor string, at time.Time) (*File, error) {
	held, err := d.View(ctx, g, at)
	if err != nil {
		return nil, err
	}
	rows, names, err := d.Store().Held(ctx, g)
	if err != nil {
		return nil, err
	}
	whole := copied(held, g.Ref, creditor)
	for _, t := range rows {
		whole.Rows[t.Name] = t.Rows
	}
	for _, n := range names {
		whole.Names = append(whole.Names, copyName{n.KnownAt.In(held.Zone), n.Name, n.Phone, n.Title})
	}
	return &whole, nil
}

func copied(held *View, ref, creditor string) File {
	out := File{
		Made: held.At, Creditor: creditor, Portfolio: held.Portfolio,
		Borrower: copyPerson{
			ID: ref, Name: held.Name, Title: held.Title, Phone: held.Phone, Number: held.Number, Language: held.Language, Days: held.Wish.Days,
			Channel: string(held.Wish.Channel), Proofs: "identity number and its end, day of birth: as far as the lender gave them, as keyed hashes that cannot be turned back",
		},
		Loans: []copyLoan{}, States: []copyState{}, Consents: []copyYes{}, Messages: []copyText{}, Replies: []copyReply{}, Contacts: []copyCall{}, Names: []copyName{}, Rows: rowsOf{},
		NotHere: "notes that our people made may speak of others: a person gives them to you on asking",
	}
	if w := held.Wish; w.Close != 0 {
		out.Borrower.Hours = minuteOfDay(w.Open) + "-" + minuteOfDay(w.Close)
	}
	for i := range held.Loans {
		out.Loans = append(out.Loans, copyOfLoan(&held.Loans[i]))
	}
	for _, s := range held.Bars {
		one := copyState{Kind: s.Kind, Since: s.Since, Until: s.Until}
		if s.Rule != nil {
			one.Rule = s.Rule.ID
		}
		out.States = append(out.States, one)
	}
	for _, c := range held.Consents {
		out.Consents = append(out.Consents, copyYes{string(c.Channel), c.Withdrawn, c.At.In(held.Zone)})
	}
	for _, m := range held.Messages {
		for _, t := range m.Tries {
			out.Messages = append(out.Messages, copyText{
				t.At.In(held.Zone), m.State, ledger.Money{Minor: t.Minor, Currency: t.Currency}.Decimal(), string(t.Currency), t.Text, reasonsOf(t.Reasons),
			})
		}
	}
	for _, r := range held.Replies {
		out.Replies = append(out.Replies, copyReply{r.At.In(held.Zone), r.Meaning, r.Text})
	}
	for _, c := range held.Calls {
		by := "creditor"
		if c.Agency {
			by = "agency"
		}
		result := map[guard.Result]string{guard.Attempt: "attempt", guard.Conversation: "conversation", guard.Unanswered: "unanswered"}[c.Result]
		out.Contacts = append(out.Contacts, copyCall{c.At, string(c.Channel), result, by})
	}
	return out
}

// reasonsOf returns why a text was sent, where that is JSON.
func reasonsOf(s string) json.RawMessage {
	if json.Valid([]byte(s)) {
		return json.RawMessage(s)
	}
	return nil
}

func copyOfLoan(l *ViewLoan) copyLoan {
	dec := func(minor int64) string { return ledger.Money{Minor: minor, Currency: l.Currency}.Decimal() }
	out := copyLoan{
		ID: l.Ref, Product: l.Product, Currency: string(l.Currency), Closed: l.Closed, Overdue: dec(l.Position.Due.Total), Days: l.Position.DPD, Working: []copyLine{},
	}
	for i := range l.Working {
		x := &l.Working[i]
		out.Working = append(out.Working, copyLine{x.On, x.Kind, x.Number, dec(x.Minor), dec(x.Balance)})
	}
	return out
}

// minuteOfDay writes a time of day, in minutes from midnight.
func minuteOfDay(n int) string { return fmt.Sprintf("%02d:%02d", n/60, n%60) }
