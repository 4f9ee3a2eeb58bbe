package intake

import (
	"cmp"
	"strings"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// buildRecord reads a row of the files that say what bars contact or permits it.
func (f *file) buildRecord(r *Row) {
	switch f.sum.Kind {
	case States:
		f.state(&r.State)
		f.judge(r.State.Faults())
		key := borrowerID
		if r.State.BorrowerID == "" {
			key = region
		}
		f.emit(States, key)
	case Consents:
		f.consent(&r.Consent)
		f.judge(r.Consent.Faults())
		f.emit(Consents, borrowerID)
	case Contacts:
		f.contact(&r.Contact)
		f.judge(r.Contact.Faults())
		f.emit(Contacts, borrowerID)
	case Numbers:
		f.number(&r.Number)
		f.judge(r.Number.Faults())
		f.emit(Numbers, phone)
	case Duties:
		r.Duty = ledger.DutyRow{
			BorrowerID: f.get(borrowerID), LoanID: f.get(loanID), Duty: f.get(duty), DoneAt: f.instant(doneAt, begins), How: ledger.Channel(f.get(how)),
		}
		f.judge(r.Duty.Faults())
		f.emit(Duties, borrowerID)
	case Borrowers, Loans, Instalments, Payments, Overdue:
	}
}

func (f *file) state(r *ledger.StateRow) {
	*r = ledger.StateRow{
		BorrowerID: f.get(borrowerID), Region: strings.ToUpper(f.get(region)), LoanID: f.get(loanID), Channel: ledger.Channel(f.get(channel)),
		Kind: f.get(stateKind), From: f.instant(fromTime, begins), Until: f.instant(untilTime, ends), Reason: f.get(reason), Owner: f.get(owner),
		Note: f.get(note), ReviewOn: f.date(reviewOn), LiftedOn: f.instant(liftedOn, begins), LiftedBy: f.get(liftedBy),
	}
	r.Phone, r.PhoneKind = normalise(f.get(phone), f.home())
}

func (f *file) consent(r *ledger.ConsentRow) {
	*r = ledger.ConsentRow{
		BorrowerID: f.get(borrowerID), Channel: ledger.Channel(f.get(channel)), At: f.instant(atTime, begins), How: f.get(how),
		ExpiresOn: f.instant(expiresOn, begins),
	}
	switch f.get(action) {
	case "given":
	case "withdrawn":
		r.Withdrawn = true
	case "":
		f.wrong(action, fault.Empty)
	default:
		f.wrong(action, fault.NoneOf, "given, withdrawn")
	}
	r.Address = strings.ToLower(f.get(address))
	if r.Address == "" || strings.Contains(r.Address, "@") {
		return
	}
	var kind ledger.PhoneKind
	if r.Address, kind = normalise(r.Address, f.home()); kind == ledger.PhoneInvalid {
		f.wrong(address, fault.AddressUnknown)
	}
}

func (f *file) contact(r *ledger.ContactRow) {
	*r = ledger.ContactRow{
		BorrowerID: f.get(borrowerID), LoanID: f.get(loanID), At: f.instant(atTime, begins), Channel: ledger.Channel(f.get(channel)),
		Result: f.get(result), By: f.get(byWhom),
	}
	r.Phone, r.PhoneKind = normalise(f.get(phone), f.home())
}

func (f *file) number(r *ledger.NumberRow) {
	*r = ledger.NumberRow{
		Status: f.get(status), CheckedOn: f.date(checkedOn), ExpiresOn: f.date(expiresOn), Provider: f.get(provider),
	}
	r.Phone, r.PhoneKind = normalise(f.get(phone), f.home())
}

// home returns the country of which a number without a country code is.
func (f *file) home() string { return cmp.Or(f.cols.constant[country], f.opts.Country) }
