package engine

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/measure"
	"github.com/dulyhq/duly/store"
)

// What is wrong with a bill as somebody writes it.
var (
	ErrBillMonth  = errors.New("engine: a month is written as 2026-09")
	ErrBillParts  = errors.New("engine: the parts of a bill are a whole number, such as 1204833")
	ErrBillAmount = errors.New("engine: the total of a bill is an amount in a currency, such as 54217.49")
)

// ParseBill reads a carrier's bill as somebody writes it.
func ParseBill(carrier, month, parts, total string, currency ledger.Currency) (b measure.Bill, err error) {
	m, err := time.Parse("2006-01", month)
	if err != nil {
		return b, ErrBillMonth
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(parts, ",", ""), 10, 64)
	if err != nil || n < 0 {
		return b, ErrBillParts
	}
	sum, err := ledger.ParseMoney(strings.ReplaceAll(total, ",", ""), currency)
	if err != nil || sum.Minor < 0 {
		return b, ErrBillAmount
	}
	return measure.Bill{Carrier: carrier, Month: m.Format("2006-01"), Parts: n, Minor: sum.Minor, Unit: string(currency)}, nil
}

// Bills holds what all portfolios handed over against what their carriers asked for: a bill knows of no portfolio.
func (d *Desk) Bills(ctx context.Context, s *store.Store, ask SheetAsk) (measure.Sheet, error) {
	var lines []measure.Line
	for _, p := range d.e.Books() {
		own, err := p.rolledMonths(ctx, s, "sent", ask)
		if err != nil {
			return measure.Sheet{}, err
		}
		lines = append(lines, own...)
	}
	bills, err := s.Bills(ctx)
	return measure.Bills(lines, bills, ask.tariff()), err
}

// tariff is what a part costs.
func (a *SheetAsk) tariff() measure.Tariff {
	if a.Cost == nil {
		return nil
	}
	return func(carrier string) (int64, string) {
		micro, c := a.Cost(carrier)
		return micro, string(c)
	}
}
