// Package compose writes the words of a message: typed templates, compiled once, rendered with the facts of
// the minute at which the message is handed over. It is pure. A missing value is an error and never blank.
//
// Compile reads a document of templates (docs/formats/template.md), Set.Pick chooses one by name and language,
// Template.Render writes the text, and Check says which required elements the text lacks.
package compose

import (
	"time"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/ledger"
)

// Vars is every value that a template may use. A zero field is missing: a template that asks for it does not
// render, unless it asks inside an {if}.
type Vars struct {
	Surname  string // borrower.surname: surname only, never the whole name
	Title    string // borrower.title: 先生, 女士, Mr, Ms; may be missing
	Creditor string // creditor.name: the lender's name as its licence has it
	Sign     string // creditor.signature: the registered signature, shown as 【…】 in Chinese
	Phone    string // contact.phone: where a person answers
	Verify   string // contact.verify: the official way to check that this message is real
	Officer  string // officer.name: the person who looks after this borrower
	Approver string // claim.approved_by: who approved this claim; nobody approved it when it is missing
	Assignee string // assignee.name: the new creditor, where the loan is assigned
	StopWord string // stop.word: what to reply so as to stop texts

	Currency ledger.Currency
	Due      assess.Due  // due.total, due.principal, due.interest, due.penalty, due.fees, due.breakdown
	PerDay   int64       // due.per_day: minor units that each further day adds
	PayBy    ledger.Date // due.pay_by: a day for which due.pay_by_total holds
	PayByDue int64       // due.pay_by_total
	DueOn    ledger.Date // due.on: the oldest unpaid due date, or the coming one
	AsOf     time.Time   // due.as_of: the minute for which the amounts hold, in the borrower's zone
	DPD      int         // dpd
	Loans    []LoanVars  // each loan that the message speaks of, oldest lateness first
	RetryOn  ledger.Date // debit.retry_on: a debit failed, and is tried again on this day; zero means that none did
	NextStep string      // next_step: a real, authorised, dated step of this loan; nothing else may name a consequence
	NextOn   ledger.Date // next_step.on
	Link     string      // portal.link: opens the page of this borrower alone; missing where a link may not stand in a text
	Code     string      // portal.code: what to type at the page's fixed address
	Address  string      // portal.address: that address, without https://; missing where there is no page

	// AskedStop is stop.asked: the stop word again where a rule asks every text for it, also one that answers; missing elsewhere.
	AskedStop string

	Agreed   int64       // agreed.total: what was promised or agreed, minor units
	AgreedOn ledger.Date // agreed.on: the day of it, or of the first part
	Plan     string      // agreed.plan: the instalments in words; see PlanWords
	Offers   string      // plan.offers: the plans to choose from, in words
	AnswerBy ledger.Date // answer.by: the day by which a person answers
}

// LoanVars is one loan in an {each loans}.
type LoanVars struct {
	Masked string      // loan.masked: the last four characters of the contract number and nothing else of it
	Total  int64       // loan.total
	DueOn  ledger.Date // loan.due_on
}
