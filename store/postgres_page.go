package store

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// A pgPage is a short result of PostgreSQL's that lies in memory as it came, so that several may be read side by side.
type pgPage struct {
	c    *pgConn
	room *pageRoom // nil: it is closed
	cols int
	at   int      // the row that is read, from 1
	vals [][]byte // of that row

	types   []uint32 // of the columns
	changed int64    // rows, by a statement that gives none back
}

// pageRoom is where the values of a page lie, one after the other. It holds no pointers for the collector to follow.
type pageRoom struct {
	data []byte
	ends []int32 // of each value in data
}

// pageRooms are those of pages that were closed, to be used again.
var pageRooms = sync.Pool{New: func() any { return new(pageRoom) }}

// A pgBatch is queries that are sent together, so that the connection is waited for once.
type pgBatch struct {
	c       *pgConn
	batch   pgx.Batch
	pages   []*pgPage
	begins  int              // statements sent in front of it, which begin the transaction
	results pgx.BatchResults // nil: it was not sent
}

// open queues a query; its page is there after fetch.
func (b *pgBatch) open(query string, args *values) *pgPage {
	b.batch.Queue(translated(query).sql, args.list()...)
	p := &pgPage{c: b.c}
	b.pages = append(b.pages, p)
	return p
}

// fetch sends what is queued and takes the results over.
func (b *pgBatch) fetch(ctx context.Context) error {
	if err := b.send(ctx); err != nil {
		return err
	}
	return b.take()
}

// send sends what is queued. Nothing but rows is sent before take.
func (b *pgBatch) send(ctx context.Context) error {
	if err := b.c.heard(); err != nil {
		return err
	}
	begins := b.c.begins
	b.c.begins = nil
	all := pgx.Batch{QueuedQueries: make([]*pgx.QueuedQuery, 0, len(begins)+b.batch.Len())}
	for _, text := range begins {
		all.Queue(text)
	}
	all.QueuedQueries = append(all.QueuedQueries, b.batch.QueuedQueries...)
	b.begins, b.results = len(begins), b.c.Conn.Conn().SendBatch(ctx, &all)
	if !b.c.Conn.Conn().PgConn().IsBusy() { // it was not sent, so that nothing may follow
		return b.take()
	}
	return nil
}

// take waits for the results of what was sent, and takes them over.
func (b *pgBatch) take() error {
	var err error
	for range b.begins {
		if _, err = b.results.Exec(); err != nil {
			return wrap(errors.Join(err, b.results.Close()))
		}
	}
	for _, p := range b.pages {
		rows, e := b.results.Query()
		if e == nil {
			e = p.take(rows)
		}
		if e != nil {
			err = e
			break
		}
	}
	return wrap(errors.Join(err, b.results.Close()))
}

func (p *pgPage) take(rows pgx.Rows) error {
	defer rows.Close()
	for _, f := range rows.FieldDescriptions() {
		switch f.DataTypeOID {
		case pgtype.Int8OID, pgtype.Int4OID, pgtype.Int2OID, pgtype.BoolOID, pgtype.TextOID, pgtype.ByteaOID, pgtype.VarcharOID:
		default:
			return fmt.Errorf("column %s is of type %d, which is not read as it comes", f.Name, f.DataTypeOID)
		}
		p.types = append(p.types, f.DataTypeOID)
		p.cols++
	}
	room := pageRooms.Get().(*pageRoom)
	p.room, p.vals = room, make([][]byte, p.cols)
	room.data, room.ends = room.data[:0], room.ends[:0]
	for rows.Next() {
		for _, raw := range rows.RawValues() {
			room.data = append(room.data, raw...)
			room.ends = append(room.ends, int32(len(room.data)))
		}
	}
	rows.Close()
	p.changed = rows.CommandTag().RowsAffected()
	return rows.Err()
}

func (p *pgPage) next() (bool, error) {
	p.at++
	return p.room != nil && p.at*p.cols <= len(p.room.ends), nil
}

// close ends the reading of a page; what was read of it without copying it is gone.
func (p *pgPage) close() {
	if p.room != nil {
		pageRooms.Put(p.room)
		p.room = nil
	}
}

// row returns the row that is read, until the next one is.
func (p *pgPage) row() pgRow {
	first := (p.at - 1) * p.cols
	from := int32(0)
	if first > 0 {
		from = p.room.ends[first-1]
	}
	for i, to := range p.room.ends[first : first+p.cols] {
		p.vals[i] = p.room.data[from:to:to]
		from = to
	}
	return pgRow{p.vals}
}

func (p *pgPage) scan(dest []any) error {
	r := p.row()
	return scanRow(&r, p.c.words, dest)
}
