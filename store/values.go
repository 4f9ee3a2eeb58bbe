package store

// values are what is bound to a statement's parameters, one after the other, without a box and an allocation for each.
// The zero values is empty and ready.
type values struct {
	cells []cell
	bytes []byte // of texts and boxes, one after the other
}

type cell struct {
	kind     cellKind
	from, to int32 // into bytes
	n        int64
}

type cellKind uint8

const (
	cellInt cellKind = iota
	cellText
	cellBlob
)

func (v *values) int(n int64) *values {
	v.cells = append(v.cells, cell{n: n})
	return v
}

func (v *values) text(s string) *values {
	from := len(v.bytes)
	v.bytes = append(v.bytes, s...)
	v.cells = append(v.cells, cell{kind: cellText, from: int32(from), to: int32(len(v.bytes))})
	return v
}

func (v *values) blob(b []byte) {
	from := len(v.bytes)
	v.bytes = append(v.bytes, b...)
	v.cells = append(v.cells, cell{kind: cellBlob, from: int32(from), to: int32(len(v.bytes))})
}

func (v *values) reset() { v.cells, v.bytes = v.cells[:0], v.bytes[:0] }

// of returns the bytes of a text or a box.
func (v *values) of(c *cell) []byte { return v.bytes[c.from:c.to] }

// any returns a value as database/sql would take it.
func (v *values) any(c *cell) any {
	switch c.kind {
	case cellText:
		return string(v.of(c))
	case cellBlob:
		return v.of(c)
	case cellInt:
	}
	return c.n
}

// list returns the values as database/sql would take them.
func (v *values) list() []any {
	out := make([]any, len(v.cells))
	for i := range v.cells {
		out[i] = v.any(&v.cells[i])
	}
	return out
}

// A row is one row of a result, until the next one is asked for.
type row interface {
	int(i int) int64
	bytes(i int) []byte // of a text or a box; they are the row's
}

// words gives equal texts one allocation between them: channels, stages and currencies are few, and come with every row.
type words map[string]string

// mostWords bounds what is kept; what comes after is not shared.
const mostWords = 1000

func (w words) of(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if s, ok := w[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(w) < mostWords && len(s) < 64 {
		w[s] = s
	}
	return s
}
