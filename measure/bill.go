package measure

import (
	"slices"
	"strings"
)

// A Bill is what a carrier asked for a month.
type Bill struct {
	Carrier, Month string // Month is 2026-09
	Parts, Minor   int64
	Unit           string
}

// A Tariff is what a part costs with a carrier, in millionths of a minor unit.
type Tariff func(carrier string) (micro int64, unit string)

// Bills holds what was handed over against what a carrier asked for: parts and cost, by carrier and month. lines are of messages that were
// handed over, by month.
func Bills(lines []Line, bills []Bill, tariff Tariff) Sheet {
	s := Sheet{
		Name: "bill", EN: "Cost against the carriers' bills", ZH: "费用与运营商账单核对",
		NoteEN: "Parts that a carrier took, or may have, at the price in the configuration. A positive difference means that the bill asks for more.",
		NoteZH: "通道已接收（或可能已接收）的计费段数，按配置中的单价计算。差额为正表示账单更多。",
		Columns: []Column{
			{Name: "month", EN: "Month", ZH: "月份", Of: "month"},
			{Name: "carrier", EN: "Carrier", ZH: "通道"},
			{Name: "messages", EN: "Messages", ZH: "短信", Kind: AsCount},
			{Name: "parts", EN: "Segments", ZH: "计费段数", Kind: AsCount},
			{Name: "billed_parts", EN: "Billed", ZH: "账单段数", Kind: AsCount},
			{Name: "parts_difference", EN: "Segments difference", ZH: "段数差", Kind: AsCount},
			{Name: "cost", EN: "Cost", ZH: "费用", Kind: AsAmount},
			{Name: "billed", EN: "Bill", ZH: "账单金额", Kind: AsAmount},
			{Name: "difference", EN: "Amount difference", ZH: "差额", Kind: AsAmount},
		},
	}
	const sep = "\x1f"
	keys, by := sums(lines, hasNoAmounts, func(l *Line) (string, bool) { return l.Day.String()[:7] + sep + l.Carrier, true }, plus)
	billed := map[sumKey[string]]Bill{}
	for _, b := range bills {
		k := sumKey[string]{of: b.Month + sep + b.Carrier}
		billed[k] = b
		if by[k] == nil {
			by[k] = &Line{}
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b sumKey[string]) int { return strings.Compare(a.of, b.of) })
	for _, k := range keys {
		month, carrier, _ := strings.Cut(k.of, sep)
		x := by[k]
		micro, unit := int64(0), ""
		if tariff != nil {
			micro, unit = tariff(carrier)
		}
		cost := (x.Parts*micro + 500_000) / 1_000_000
		row := []Cell{word(month), word(carrier), count(x.N), count(x.Parts), none(), none(), amount(cost, unit), none(), none()}
		if b, ok := billed[k]; ok {
			row[4], row[5], row[7] = count(b.Parts), count(b.Parts-x.Parts), amount(b.Minor, b.Unit)
			if b.Unit == unit {
				row[8] = amount(b.Minor-cost, unit)
			}
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}
