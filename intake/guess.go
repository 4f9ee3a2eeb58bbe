package intake

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/dulyhq/duly/words/fault"
)

// Headers reads the names of a file's columns, and says by which character they are divided where the mapping of the options does not. The
// error is a FileErrors, or one of reading.
func Headers(r io.Reader, name string, opts Options) (names []string, delimiter string, err error) {
	opts.Bad = nil
	f := &file{name: name, opts: &opts, in: newRecords(r, &opts)}
	if err := f.in.next(&f.current); err == io.EOF { //nolint:errorlint // records returns it bare
		return nil, "", FileErrors{{File: name, Line: 1, Column: 1, Why: fault.Of(fault.FileHasNothing)}}
	} else if err != nil {
		return nil, "", fmt.Errorf("intake: reading %s: %w", name, err)
	}
	delimiter = "comma"
	if opts.Mapping == nil {
		delimiter = dividedBy(f.current.raw)
		f.in.delimiter = delimiters[delimiter]
	}
	var faults FileErrors
	opts.Bad = func(b BadRow) error { b.Raw = nil; faults = append(faults, b); return nil }
	if !f.split() {
		return nil, "", faults
	}
	for _, cell := range f.fields {
		names = append(names, trim(cell.text))
	}
	return names, delimiter, nil
}

// dividedBy guesses what divides the columns: the candidate that stands most often in the first row.
func dividedBy(row []byte) string {
	best, most := "comma", 0
	for _, name := range []string{"comma", "semicolon", "tab", "pipe"} {
		if n := bytes.Count(row, []byte{delimiters[name]}); n > most {
			best, most = name, n
		}
	}
	return best
}

// ColumnNames are Duly's own names of columns, in the order of the alphabet.
func ColumnNames() []string { return slices.Sorted(slices.Values(columnNames[:])) }

// DateForms are notations of days that a form may offer; a mapping file may say others.
func DateForms() []string {
	return []string{"YYYY-MM-DD", "YYYYMMDD", "YYYY/M/D", "DD.MM.YYYY", "DD/MM/YYYY", "MM/DD/YYYY"}
}

// A Plain mapping is what somebody says of a file in a form.
type Plain struct {
	Columns   map[string]string // by the file's header: Duly's column
	Ignore    []string          // headers that are not read
	Delimiter string            // "comma", "semicolon", "tab" or "pipe"
	Dates     string            // such as YYYY-MM-DD
}

// Mapping returns it as one; the error is a fault.Error, which says what is no column, notation or divider.
func (p Plain) Mapping() (*Mapping, error) {
	m := &Mapping{Encoding: Auto, columns: map[string]column{}, ignore: p.Ignore}
	for name, to := range p.Columns {
		c, ok := columnNamed(to)
		if !ok {
			return nil, fault.Wrong(fault.ColumnNone, strconv.Quote(to))
		}
		m.columns[name] = c
	}
	var ok bool
	if m.dates, ok = newDateFormat(p.Dates); !ok {
		return nil, fault.Wrong(fault.NotationNoDate, strconv.Quote(p.Dates))
	}
	if m.delimiter, ok = delimiters[p.Delimiter]; !ok {
		return nil, fault.Wrong(fault.DividerNone, strconv.Quote(p.Delimiter))
	}
	return m, nil
}

// Guess says which of Duly's columns a header most likely means; empty where that cannot be said. What is guessed is shown to a person, and
// never taken for granted.
func Guess(header string) string {
	plain := strings.Trim(strings.NewReplacer(" ", "_", "-", "_", ".", "_", "（", "(", "）", ")").Replace(strings.ToLower(strings.TrimSpace(header))), "_")
	if at := strings.IndexByte(plain, '('); at > 0 {
		plain = strings.Trim(plain[:at], "_") // 金额（元）
	}
	if c, ok := columnNamed(plain); ok {
		return c.String()
	}
	return called[plain]
}

// called are other names by which lenders' systems call their columns.
var called = map[string]string{
	"客户号": "borrower_id", "客户编号": "borrower_id", "借款人编号": "borrower_id", "借款人id": "borrower_id", "customer_id": "borrower_id", "customer_no": "borrower_id", "cust_id": "borrower_id", "client_id": "borrower_id",
	"姓名": "name", "客户姓名": "name", "借款人姓名": "name", "借款人": "name", "customer_name": "name", "full_name": "name", "borrower_name": "name",
	"手机": "phone", "手机号": "phone", "手机号码": "phone", "联系电话": "phone", "电话": "phone", "mobile": "phone", "mobile_no": "phone", "mobile_number": "phone", "msisdn": "phone", "phone_number": "phone", "telephone": "phone",
	"语言": "language", "lang": "language", "时区": "timezone", "time_zone": "timezone", "tz": "timezone", "国家": "country", "country_code": "country", "地区": "region", "省份": "region", "省": "region", "state": "region", "province": "region",
	"年龄": "age", "证件号": "identity", "证件号码": "identity", "身份证": "identity", "身份证号": "identity", "身份证号码": "identity", "id_number": "identity", "national_id": "identity", "称谓": "title", "称呼": "title", "salutation": "title",
	"借据号": "loan_id", "贷款编号": "loan_id", "合同号": "loan_id", "合同编号": "loan_id", "贷款账号": "loan_id", "借款编号": "loan_id", "loan_no": "loan_id", "loan_number": "loan_id", "contract_no": "loan_id", "contract_number": "loan_id", "account_no": "loan_id", "account_number": "loan_id",
	"产品": "product", "产品名称": "product", "产品类型": "product", "loan_type": "product", "币种": "currency", "ccy": "currency", "放款日": "opened_on", "放款日期": "opened_on", "起息日": "opened_on", "disbursed_on": "opened_on", "disbursement_date": "opened_on", "start_date": "opened_on",
	"结清日": "closed_on", "结清日期": "closed_on", "closed_date": "closed_on", "年利率": "annual_rate", "利率": "annual_rate", "interest_rate": "annual_rate", "罚息倍数": "penalty_multiplier",
	"期数": "number", "期次": "number", "期号": "number", "instalment_no": "number", "installment_no": "number", "installment_number": "number", "period": "number",
	"到期日": "due_on", "应还日": "due_on", "应还日期": "due_on", "到期日期": "due_on", "还款到期日": "due_on", "due_date": "due_on", "本金": "principal", "应还本金": "principal", "利息": "interest", "应还利息": "interest", "费用": "fees", "手续费": "fees", "fee": "fees",
	"金额": "amount", "应还金额": "amount", "逾期金额": "amount", "还款金额": "amount", "实还金额": "amount", "amount_due": "amount", "due_amount": "amount", "overdue_amount": "amount", "amount_paid": "amount", "payment_amount": "amount", "instalment_amount": "amount", "installment_amount": "amount",
	"流水号": "payment_id", "还款流水号": "payment_id", "交易号": "payment_id", "transaction_id": "payment_id", "txn_id": "payment_id", "payment_ref": "payment_id", "还款日": "paid_on", "还款日期": "paid_on", "实还日期": "paid_on", "paid_date": "paid_on", "payment_date": "paid_on",
	"出生日期": "birth_date", "生日": "birth_date", "date_of_birth": "birth_date", "dob": "birth_date", "城市": "locality", "city": "locality",
}
