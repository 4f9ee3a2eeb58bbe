package lint

import (
	"regexp"
	"slices"

	"github.com/dulyhq/duly/compose"
)

// An element is what a rulebook may ask a text to hold: which code says that it is missing, what carries it where
// the values are known, and what it looks like where they are not.
type element struct {
	code  Code
	holds []compose.Element // any of them; none: only the look can tell
	looks *regexp.Regexp
}

const (
	anAmount = `(?i)\d[\d,，]*(\.\d+)?\s*(元|块|圆|万|yuan|dollars?|usd|rmb|cny|eur|euros?|gbp|pounds?|inr|rupees?|rs|pesos?|php|mxn|idr|sgd|hkd|港元|美元)|(¥|￥|\$|€|£|₹|₱|rp|rs\.?|rm|cny|usd|eur|gbp|inr|php|mxn|idr|sgd|hkd)\s*\d`
	aDate    = `(?i)\d{1,2}\s*月\s*\d{1,2}\s*[日号]|\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}|\d{1,2}(st|nd|rd|th)?\s+(of\s+)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d{1,2}|今[天日]|today`
	aContact = `(?i)\+?\(?\d{2,5}\)?[ -]\d{3,4}[ -]?\d{3,5}|\+\d{7,15}|\b\d{7,13}\b|\d{11}|\b9[56]\d{3}\b|\b1[02]\d{3}\b|[\w.+-]+@[\w-]+\.\w+|https?://|www\.|\w+\.(com|cn|net|org)\b`
)

// elements are those that a rulebook may ask for, by its word.
var elements = map[string]element{
	"identity": {NoIdentity, []compose.Element{compose.Identity}, regexp.MustCompile(`【[^】]+】|^\s*\[[^\]]+\]|^\s*[A-Z][\w&.,'’ -]{1,40}:|` +
		`(?i)\b(this is|from|i am|we are) .{0,30}\b(bank|finance|financial|lending|loans?|credit|capital|ltd|inc|llc|co)\b|(我|这里|我们)是.{0,12}(银行|金融|公司|小贷|信用社|贷款)`)},
	"debt_collector":        {NoIdentity, nil, regexp.MustCompile(`(?i)debt collector|collection agency|受.{0,20}委托|催收机构`)},
	"collection_purpose":    {NoIdentity, nil, regexp.MustCompile(`(?i)collect a debt|information obtained|催收目的`)},
	"client_address":        {NoIdentity, nil, regexp.MustCompile(`(?i)\b\d{5}\b|address|anschrift|地址`)},
	"supervisory_authority": {NoIdentity, nil, regexp.MustCompile(`(?i)aufsichtsbeh|supervisory authority|supervised by|监管机构`)},
	"address_source":        {NoIdentity, nil, regexp.MustCompile(`(?i)adresse|we have your address from|source of (your )?address|地址来源`)},
	"amount":                {NoAmount, []compose.Element{compose.Amount}, regexp.MustCompile(anAmount)},
	"due_date":              {NoAmount, []compose.Element{compose.DueDate}, regexp.MustCompile(aDate)},
	"as_of":                 {NoAmount, []compose.Element{compose.AsOf}, regexp.MustCompile(`(?i)截至|截止|as of`)},
	"breakdown":             {NoAmount, []compose.Element{compose.Breakdown}, regexp.MustCompile(`(?i)本金|利息|principal|interest`)},
	"contract":              {NoAmount, []compose.Element{compose.Contract}, regexp.MustCompile(`(?i)(合同|尾号|contract|agreement|account|loan|\*|ending)\D{0,12}\d{3,4}`)},
	"claim_basis":           {NoAmount, []compose.Element{compose.Contract}, regexp.MustCompile(`(?i)contract|agreement|vertrag|合同`)},
	"cost_breakdown":        {NoAmount, nil, regexp.MustCompile(`(?i)fees?|costs?|kosten|费用`)},
	"interest_calculation":  {NoAmount, nil, regexp.MustCompile(`(?i)interest|zinsen|利息`)},
	"higher_rate_reason":    {NoAmount, nil, regexp.MustCompile(`(?i)(interest|zins|rate|利率).{0,60}(because|since|reason|weil|grund|因)`)},
	"vat_note":              {NoAmount, nil, regexp.MustCompile(`(?i)\bvat\b|umsatzsteuer|增值税`)},
	"time_barred_notice":    {NoAmount, nil, regexp.MustCompile(`(?i)time.barred|too old to|will not sue|limitation|时效`)},
	"contact":               {NoContact, []compose.Element{compose.Help}, regexp.MustCompile(aContact)},
	"verify":                {NoContact, []compose.Element{compose.Verify}, regexp.MustCompile(`(?i)核实|官方|check it is us|verify|official`)},
	"validation_ref":        {NoContact, nil, regexp.MustCompile(`(?i)dispute|validation|异议`)},
	"optout": {NoOptOut, []compose.Element{compose.OptOut}, regexp.MustCompile(`(?i)(回复|回|发送)\s*["“']?(R|T|TD|N|退订|拒收|停止)|退订|拒收|` +
		`(reply|text|send)\s+["“']?(stop|end|quit|cancel|unsubscribe|opt ?-?out)|unsubscribe|opt(ing)? ?-?out`)},
}

// missing finds what the rules ask for and the text lacks. An element that is not known cannot be found, and so
// is missing.
func missing(text string, lang compose.Language, f *Facts) []Finding {
	var found []Finding
	for i := range f.Rules {
		r := &f.Rules[i]
		if r.Element == "" || !f.inForce(r) || has(text, lang, r.Element, f.Values) {
			continue
		}
		found = append(found, lacking(r))
	}
	// Where a binding and an advisory rule ask for the same, the binding one is named.
	slices.SortStableFunc(found, func(a, b Finding) int { return int(a.Severity) - int(b.Severity) })
	return found
}

// lacking is what is found where what a rule asks for is not there.
func lacking(r *Rule) Finding {
	one := Finding{Code: NoContact, Rule: r.ID, Source: r.Source, Severity: Warning}
	if e, ok := elements[r.Element]; ok {
		one.Code = e.code
	} else {
		one.Message = Said{"规则要求的“" + r.Element + "”无法识别。", "The rule asks for " + r.Element + ", which nobody can look for."}
	}
	if r.Binding {
		one.Severity = Error
	}
	return one
}

func has(text string, lang compose.Language, name string, v *compose.Vars) bool {
	e, ok := elements[name]
	if !ok {
		return false
	}
	if v == nil || len(e.holds) == 0 {
		return e.looks.MatchString(text)
	}
	return slices.ContainsFunc(e.holds, func(one compose.Element) bool {
		return len(compose.Check(text, lang, []compose.Element{one}, v)) == 0
	})
}
