package compose

import "github.com/dulyhq/duly/ledger"

// A variable is a value that a body may name.
type variable uint8

const (
	noVariable variable = iota
	borrowerSurname
	borrowerTitle
	creditorName
	creditorSignature
	contactPhone
	contactVerify
	officerName
	claimApprovedBy
	assigneeName
	stopWord
	dueTotal
	duePrincipal
	dueInterest
	duePenalty
	dueFees
	dueBreakdown
	duePerDay
	duePayBy
	duePayByTotal
	dueOn
	dueAsOf
	debitRetryOn
	daysPastDue
	nextStep
	nextStepOn
	loanList
	loanMasked
	loanTotal
	loanDueOn
	portalLink
	portalCode
	portalAddress
	stopAsked
	agreedTotal
	agreedOn
	agreedPlan
	planOffers
	answerBy
	variableCount
)

var variableNames = [variableCount]string{
	borrowerSurname:   "borrower.surname",
	borrowerTitle:     "borrower.title",
	creditorName:      "creditor.name",
	creditorSignature: "creditor.signature",
	contactPhone:      "contact.phone",
	contactVerify:     "contact.verify",
	officerName:       "officer.name",
	claimApprovedBy:   "claim.approved_by",
	assigneeName:      "assignee.name",
	stopWord:          "stop.word",
	dueTotal:          "due.total",
	duePrincipal:      "due.principal",
	dueInterest:       "due.interest",
	duePenalty:        "due.penalty",
	dueFees:           "due.fees",
	dueBreakdown:      "due.breakdown",
	duePerDay:         "due.per_day",
	duePayBy:          "due.pay_by",
	duePayByTotal:     "due.pay_by_total",
	dueOn:             "due.on",
	dueAsOf:           "due.as_of",
	debitRetryOn:      "debit.retry_on",
	daysPastDue:       "dpd",
	nextStep:          "next_step",
	nextStepOn:        "next_step.on",
	loanList:          "loans",
	loanMasked:        "loan.masked",
	loanTotal:         "loan.total",
	loanDueOn:         "loan.due_on",
	portalLink:        "portal.link",
	portalCode:        "portal.code",
	portalAddress:     "portal.address",
	stopAsked:         "stop.asked",
	agreedTotal:       "agreed.total",
	agreedOn:          "agreed.on",
	agreedPlan:        "agreed.plan",
	planOffers:        "plan.offers",
	answerBy:          "answer.by",
}

// String returns the name as a body writes it.
func (id variable) String() string { return variableNames[id] }

// ofLoan says that the variable has a value only inside {each loans}.
func (id variable) ofLoan() bool { return id == loanMasked || id == loanTotal || id == loanDueOn }

// speaksOfDebt says that a text with the variable tells that something is owed, or to whom it is addressed:
// neither may stand in a confirmation, which may reach a stranger.
func (id variable) speaksOfDebt() bool {
	// The rest are handled after it.
	//exhaustive:ignore
	switch id {
	case creditorName, creditorSignature, contactPhone, contactVerify, stopWord, stopAsked, portalAddress, answerBy:
		return false
	}
	return true
}

// lookup returns the variable of that name, or noVariable.
func lookup(name string) variable {
	for id := noVariable + 1; id < variableCount; id++ {
		if variableNames[id] == name {
			return id
		}
	}
	return noVariable
}

// has says that the variable has a value. Money must be more than zero, because no message asks for nothing.
func (v *Vars) has(id variable, loan *LoanVars) bool {
	// The rest are handled after it.
	//exhaustive:ignore
	switch id {
	case dueBreakdown:
		return v.Due.Principal > 0 || v.Due.Interest > 0 || v.Due.Penalty > 0 || v.Due.Fees > 0
	case dueAsOf:
		return !v.AsOf.IsZero()
	case daysPastDue:
		return v.DPD > 0
	case loanList:
		return len(v.Loans) > 0
	case dueTotal, duePrincipal, dueInterest, duePenalty, dueFees, duePerDay, duePayByTotal, loanTotal, agreedTotal:
		return v.money(id, loan) > 0 && v.Currency != ""
	case duePayBy, dueOn, debitRetryOn, nextStepOn, loanDueOn, agreedOn, answerBy:
		return v.date(id, loan) != 0
	}
	return v.text(id, loan) != ""
}

// text returns the value of a variable that is text.
func (v *Vars) text(id variable, loan *LoanVars) string {
	// The rest are handled after it.
	//exhaustive:ignore
	switch id {
	case borrowerSurname:
		return v.Surname
	case borrowerTitle:
		return v.Title
	case creditorName:
		return v.Creditor
	case creditorSignature:
		return v.Sign
	case contactPhone:
		return v.Phone
	case contactVerify:
		return v.Verify
	case officerName:
		return v.Officer
	case claimApprovedBy:
		return v.Approver
	case assigneeName:
		return v.Assignee
	case stopWord:
		return v.StopWord
	case nextStep:
		return v.NextStep
	case portalLink:
		return v.Link
	case portalCode:
		return v.Code
	case portalAddress:
		return v.Address
	case stopAsked:
		return v.AskedStop
	case agreedPlan:
		return v.Plan
	case planOffers:
		return v.Offers
	case loanMasked:
		if loan != nil {
			return loan.Masked
		}
	}
	return ""
}

// money returns the value of a variable that is an amount, in minor units.
func (v *Vars) money(id variable, loan *LoanVars) int64 {
	// The rest are handled after it.
	//exhaustive:ignore
	switch id {
	case dueTotal:
		return v.Due.Total
	case duePrincipal:
		return v.Due.Principal
	case dueInterest:
		return v.Due.Interest
	case duePenalty:
		return v.Due.Penalty
	case dueFees:
		return v.Due.Fees
	case duePerDay:
		return v.PerDay
	case duePayByTotal:
		return v.PayByDue
	case agreedTotal:
		return v.Agreed
	case loanTotal:
		if loan != nil {
			return loan.Total
		}
	}
	return 0
}

// date returns the value of a variable that is a day.
func (v *Vars) date(id variable, loan *LoanVars) ledger.Date {
	// The rest are handled after it.
	//exhaustive:ignore
	switch id {
	case duePayBy:
		return v.PayBy
	case dueOn:
		return v.DueOn
	case debitRetryOn:
		return v.RetryOn
	case nextStepOn:
		return v.NextOn
	case agreedOn:
		return v.AgreedOn
	case answerBy:
		return v.AnswerBy
	case loanDueOn:
		if loan != nil {
			return loan.DueOn
		}
	}
	return 0
}
