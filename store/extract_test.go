package store

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestExtract counts from the rows: what left in which hour and whether inside the window, stops with the time until they held and what left after one, consents taken
// back, and what people were given to do with how long it took; of these days and this portfolio only. Somebody who has moved since counts
// where they lived when they were judged.
func TestExtract(t *testing.T) {
	s, ctx := open(t), context.Background()
	ids := lostMessages(t, s, 2, 1)
	p := cards(t, s)
	day := noon.Truncate(24 * time.Hour)
	change(t, s, `INSERT INTO desk (kind, reply, person, portfolio, borrower, opened_at, due_at, urgent, hours, open) VALUES ('dispute', 0, 1, ?, 1, ?, ?, 0, '', 0)`,
		p.ID, millis(noon), millis(noon.Add(time.Hour)))
	change(t, s, `INSERT INTO desk_event (desk, at, who, what, word) SELECT max(id), ?, 'staff:1', 'closed', 'done' FROM desk`, millis(noon.Add(3*time.Hour)))
	change(t, s, `INSERT INTO desk (kind, reply, person, portfolio, borrower, opened_at, due_at, urgent, hours) VALUES ('dispute', 0, 1, ?, 1, ?, ?, 0, '')`,
		p.ID, millis(noon), millis(noon.Add(9*24*time.Hour)))
	change(t, s, `INSERT INTO reply (at, carrier, person, address, meaning, confidence, language, portfolio) VALUES (?, 'main', 1, ?, 'stop', 1, 'zh', ?)`, millis(noon.Add(-time.Hour)), []byte("a"), p.ID)
	change(t, s, `INSERT INTO state (person, borrower, portfolio, region, loan, address, channel, kind, since, until, owner, review_on, digest, cause, known_at)
		SELECT 1, 0, ?, '', 0, 0, '', 'stop', ?, 0, 'borrower', 0, ?, 'reply ' || max(id), ? FROM reply`, p.ID, millis(noon.Add(-time.Hour)), []byte{}, millis(noon.Add(-time.Hour).Add(2*time.Second)))
	moved := noon.Add(time.Hour) // after the messages were handed over
	change(t, s, `INSERT INTO borrower_fact (id, borrower, known_at, source, digest, language, zone, country, region, locality, age, phone_kind, address)
		SELECT (SELECT max(id) FROM borrower_fact) + b.id, f.borrower, ?, f.source, f.digest, f.language, 'America/New_York', 'US', 'MA', '', f.age, f.phone_kind, f.address
		FROM borrower b JOIN borrower_fact f ON f.id = b.fact WHERE b.portfolio = ?`, millis(moved), p.ID)
	change(t, s, `UPDATE borrower SET fact = (SELECT max(id) FROM borrower_fact f WHERE f.borrower = borrower.id) WHERE portfolio = ?`, p.ID)
	x, err := s.Extract(ctx, p.ID, day, day.Add(24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	want := Extract{
		Hours:     []HourCount{{Hour: noon.Truncate(time.Hour).UTC(), Country: "CN", Channel: "sms", Number: int64(len(ids))}},
		Stops:     Effect{1, 2 * time.Second},
		AfterStop: 1, // planted: the fence was committed by hand, after the stop
		Desk:      []Handled{{Kind: "dispute", Number: 2, Open: 1, Late: 1, Mean: 3 * time.Hour, Most: 3 * time.Hour}},
	}
	if d := cmp.Diff(want, x); d != "" {
		t.Error(d)
	}
	for _, of := range []struct {
		portfolio int64
		from      time.Time
	}{{p.ID, day.Add(24 * time.Hour)}, {p.ID + 1, day}} {
		if x, err := s.Extract(ctx, of.portfolio, of.from, of.from.Add(24*time.Hour)); err != nil || len(x.Hours) > 0 || x.AfterStop != 0 || len(x.Desk) > 0 || x.Stops.Number != 0 {
			t.Errorf("%+v, %v", x, err)
		}
	}
}
