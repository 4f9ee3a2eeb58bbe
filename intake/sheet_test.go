package intake

import (
	"bytes"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/dulyhq/duly/measure"
)

func testSheet() SheetOf {
	return SheetOf{"cards", measure.Nth([]measure.Line{
		{Name: "01", Unit: "CNY", N: 400, Replied: 10, Stopped: 2, Paid: 100, Minor: 1234567},
		{Name: "10", N: 0, Paid: 0},
	})}
}

func TestWriteCSV(t *testing.T) {
	s := testSheet()
	s.Portfolio = "=cards"
	var b bytes.Buffer
	if err := WriteCSV(&b, []SheetOf{s}); err != nil {
		t.Fatal(err)
	}
	want := "portfolio,nth,sent,replied,reply_share,paid,paid_share,stops,complaints,amount,currency\n" +
		"'=cards,1,400,10,0.0250,100,0.2500,50.0,0.0,12345.67,CNY\n'=cards,10,0,0,,0,,,,,\n"
	if b.String() != want {
		t.Errorf("%s\nwant\n%s", b.String(), want)
	}
}

// TestWriteParquet reads back what was written, with its types.
func TestWriteParquet(t *testing.T) {
	s := testSheet()
	var b bytes.Buffer
	if err := WriteParquet(&b, &s); err != nil {
		t.Fatal(err)
	}
	type row struct {
		Portfolio  string   `parquet:"portfolio,optional"`
		Nth        string   `parquet:"nth,optional"`
		Sent       *int64   `parquet:"sent,optional"`
		ReplyShare *float64 `parquet:"reply_share,optional"`
		Stops      *float64 `parquet:"stops,optional"`
		Amount     *int64   `parquet:"amount,optional,decimal(2:18)"`
		Currency   string   `parquet:"currency,optional"`
	}
	rows, err := parquet.Read[row](bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil || len(rows) != 2 {
		t.Fatal(rows, err)
	}
	if r := rows[0]; r.Portfolio != "cards" || r.Nth != "1" || *r.Sent != 400 || *r.ReplyShare != 0.025 || *r.Stops != 50 || *r.Amount != 1234567 || r.Currency != "CNY" {
		t.Errorf("%+v", r)
	}
	if r := rows[1]; r.ReplyShare != nil || r.Amount != nil || *r.Sent != 0 {
		t.Errorf("%+v", r)
	}
	f, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil || !strings.Contains(f.Schema().String(), "DECIMAL(18,2)") {
		t.Errorf("%v %s", err, f.Schema())
	}
	s.Rows = append(s.Rows, []measure.Cell{{}, {}, {}, {}, {}, {}, {}, {}, {N: 1, Unit: "USD"}})
	if err := WriteParquet(&b, &s); err == nil {
		t.Error("two currencies go into one column")
	}
}
