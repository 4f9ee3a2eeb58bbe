package console

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"

	"github.com/dulyhq/duly/intake"
)

// importBad gives what is wrong with an import's rows as a file, in the language of the page: where, of which column, and why. It holds
// nothing of what the rows say of anybody.
func (c *Console) importBad(v *visit) error {
	x, err := v.draft()
	if err != nil {
		return err
	}
	bad := x.Bad
	if len(bad) == 0 {
		return errNowhere
	}
	var b bytes.Buffer
	b.WriteString("\ufeff") // without it spreadsheets take Chinese in UTF-8 for another encoding
	w := csv.NewWriter(&b)
	rows := [][]string{{v.say("文件", "file"), v.say("行", "line"), v.say("列", "column"), v.say("字段", "field"), v.say("原因", "reason")}}
	for i := range bad {
		r := &bad[i]
		rows = append(rows, []string{intake.Inert(r.File), strconv.Itoa(r.Line), strconv.Itoa(r.Column), intake.Inert(r.Field), intake.Inert(r.Why.In(v.lang))})
	}
	if more := x.Faults - len(bad); more > 0 { // whoever mends the file may see this list alone
		rows = append(rows, []string{"", "", "", "", fmt.Sprintf(v.say("另有%d处错误未列出；改正后请重新试算。", "Not listed: %d more. Mend these and try again."), more)})
	}
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	v.w.Header().Set("Content-Disposition", `attachment; filename="bad-rows.csv"`)
	_, _ = v.w.Write(b.Bytes()) // whoever went away needs no answer
	return nil
}
