package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// A pgPage is a short result of PostgreSQL's that lies in memory as it came, so that several may be read side by side.
type pgPage struct {
	c     *pgConn
	cells [][]byte // row by row; they lie in the pieces that follow
	cols  int
	at    int // the row that is read, from 1
}

// A pgBatch is queries that are sent together, so that the connection is waited for once.
type pgBatch struct {
	c     *pgConn
	batch pgx.Batch
	pages []*pgPage
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
	if err := b.c.hear(); err != nil {
		return err
	}
	results := b.c.Conn.Conn().SendBatch(ctx, &b.batch)
	var err error
	for _, p := range b.pages {
		rows, e := results.Query()
		if e == nil {
			e = p.take(rows)
		}
		if e != nil {
			err = e
			break
		}
	}
	return wrap(errors.Join(err, results.Close()))
}

// pieceOf is how many bytes of a page lie together at least.
const pieceOf = 1 << 14

func (p *pgPage) take(rows pgx.Rows) error {
	defer rows.Close()
	for _, f := range rows.FieldDescriptions() {
		switch f.DataTypeOID {
		case pgtype.Int8OID, pgtype.Int4OID, pgtype.Int2OID, pgtype.BoolOID, pgtype.TextOID, pgtype.ByteaOID, pgtype.VarcharOID:
		default:
			return fmt.Errorf("column %s is of type %d, which is not read as it comes", f.Name, f.DataTypeOID)
		}
		p.cols++
	}
	var piece []byte
	for rows.Next() {
		for _, raw := range rows.RawValues() {
			if cap(piece)-len(piece) < len(raw) {
				piece = make([]byte, 0, max(pieceOf, len(raw)))
			}
			from := len(piece)
			piece = append(piece, raw...)
			p.cells = append(p.cells, piece[from:len(piece):len(piece)])
		}
	}
	return rows.Err()
}

func (p *pgPage) next() (bool, error) {
	p.at++
	return p.at*p.cols <= len(p.cells), nil
}

func (p *pgPage) close() { p.cells = nil }

func (p *pgPage) row() pgRow { return pgRow{p.cells[(p.at-1)*p.cols : p.at*p.cols]} }

func (p *pgPage) scan(dest []any) error {
	r := p.row()
	return scanRow(&r, p.c.words, dest)
}
