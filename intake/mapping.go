package intake

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/words/fault"
)

// A Mapping says how a lender's files name and write things. One mapping serves all files of a lender: a
// header that a file does not have is passed over.
type Mapping struct {
	Kind     Kind     // of the file; empty means that its header tells
	Encoding Encoding // Auto unless stated

	delimiter byte
	columns   map[string]column // by the file's header
	ignore    []string          // headers that are not read
	dates     dateFormat
	numbers   numberFormat
	constants [manyColumns]string
	values    [manyColumns]map[string]string // what the file writes → what is meant
}

// column returns the column that a header names.
func (m *Mapping) column(name string) (column, bool) {
	if m != nil {
		if c, ok := m.columns[name]; ok {
			return c, true
		}
	}
	return columnNamed(name)
}

func (m *Mapping) ignored(name string) bool { return m != nil && slices.Contains(m.ignore, name) }

var delimiters = map[string]byte{"comma": ',', "semicolon": ';', "tab": '\t', "pipe": '|'}

// constantColumns may be filled by a mapping: what is the same for all rows of a lender.
var constantColumns = []column{language, timezone, country, region, locality, product, currency, annualRate, penaltyMultiplier, channel, provider}

// ReadMapping reads a mapping file, described in docs/formats/ledger.md. The error is document.MistakeErrors, all
// of them with file, line and column.
func ReadMapping(file string, text []byte) (*Mapping, error) {
	d, err := document.Parse(file, text)
	if err != nil {
		return nil, err
	}
	m := &Mapping{Encoding: Auto, delimiter: ',', columns: map[string]column{}, dates: isoDate}
	if v := d.Root; v.Keys("kind", "encoding", "delimiter", "columns", "ignore", "dates", "numbers", "constants", "values") {
		m.read(v)
	}
	if err := d.Err(); err != nil {
		return nil, err
	}
	return m, nil
}

func (m *Mapping) read(v document.Value) {
	if k := v.Key("kind"); k.Given() {
		m.Kind = Kind(k.OneOf(kindWords()...))
	}
	if e := v.Key("encoding"); e.Given() {
		m.Encoding = Encoding(e.OneOf(string(Auto), string(UTF8), string(GB18030)))
	}
	if e := v.Key("delimiter"); e.Given() {
		m.delimiter = delimiters[e.OneOf("comma", "semicolon", "tab", "pipe")]
	}
	columns := v.Key("columns")
	for _, name := range columns.Names() {
		if c, ok := columnNamed(columns.Key(name).OneOf(columnNames[:]...)); ok {
			m.columns[strings.TrimSpace(name)] = c
		}
	}
	m.ignore = v.Key("ignore").Texts()
	for i, name := range m.ignore {
		if _, ok := m.columns[name]; ok {
			v.Key("ignore").List()[i].Wrong(fault.IgnoredToo, strconv.Quote(name))
		}
	}
	if e := v.Key("dates"); e.Given() {
		var ok bool
		if m.dates, ok = newDateFormat(e.Text()); !ok {
			e.Wrong(fault.NotationNoDate, strconv.Quote(e.Text()))
		}
	}
	m.numbers.read(v.Key("numbers"))
	m.constant(v.Key("constants"))
	values := v.Key("values")
	for _, name := range values.Names() {
		list := values.Key(name)
		c, ok := columnNamed(name)
		if !ok {
			list.Wrong(fault.ColumnNoneOf, strconv.Quote(name), strings.Join(columnNames[:], ", "))
			continue
		}
		m.values[c] = map[string]string{}
		for _, from := range list.Names() {
			m.values[c][from] = list.Key(from).Text()
		}
	}
}

func (m *Mapping) constant(v document.Value) {
	if !v.Given() {
		return
	}
	names := make([]string, len(constantColumns))
	for i, c := range constantColumns {
		names[i] = c.String()
	}
	if !v.Keys(names...) {
		return
	}
	for _, name := range v.Names() {
		if c, ok := columnNamed(name); ok && slices.Contains(constantColumns, c) {
			m.constants[c] = v.Key(name).Text()
		}
	}
}
