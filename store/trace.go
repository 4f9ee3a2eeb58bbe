package store

import (
	"strings"

	"github.com/dulyhq/duly/ledger"
)

// fate is what an erasure does with the rows of a person.
type fate uint8

const (
	stays   fate = iota // it holds no more than numbers, days, amounts and keyed hashes: measures and reasons hang on it
	empties             // the box is sealed anew, with nothing in it
	goes                // the row is deleted
)

// A trace is a table in which something of a person stands. Conditions hold @p for the person, @b for a borrower and @f for a
// portfolio. TestTraces holds that no table is left out: a new one is entered here, so that it is erased and told of.
type trace struct {
	table string
	of    string // which rows are the person's
	fate  fate
	// What of it a borrower takes with them: the columns, and which rows are of one borrower in one portfolio, where these are not
	// all of the person's. Without columns why says where else it stands, or why it does not.
	columns, mine string
	why           string
}

const (
	theirs   = `borrower IN (SELECT id FROM borrower WHERE person = @p)`
	ofLoans  = `loan IN (SELECT l.id FROM loan l JOIN borrower b ON b.id = l.borrower WHERE b.person = @p)`
	ofMine   = `loan IN (SELECT id FROM loan WHERE borrower = @b)`
	ofTexts  = `EXISTS (SELECT 1 FROM message m WHERE m.person = @p AND m.id = `
	ofOver   = `person = @p AND of IN ('state', 'lifted') AND row_id IN (SELECT id FROM state WHERE person = @p AND (gone_at <> 0 OR until <> 0 AND until <= @now))`
	ofNumber = `address IN (SELECT f.address FROM borrower_fact f JOIN borrower b ON b.id = f.borrower WHERE b.person = @p AND f.address <> 0)`
	here     = `person = @p AND portfolio = @f`
)

// traces are in the order in which an erasure goes through them: what is found by another table comes before it.
var traces = []trace{
	{table: "import_chunk", of: `1 = 0`, fate: goes, why: "a file of the lender's on its way into the books: who is in it is not known yet, and it is erased within a day"},
	{table: "import_draft", of: `1 = 0`, fate: goes, why: "what a file of the lender's on its way came to: lines and reasons, without anybody's"},
	{table: "proof", of: theirs, fate: goes, columns: "kind, known_at", mine: "borrower = @b"},
	{table: "portal_session", of: `portal_key IN (SELECT id FROM portal_key WHERE ` + theirs + `)`, fate: goes, why: "it ends within the hour"},
	{table: "portal_event", of: theirs, fate: goes, columns: "at, what, fence", mine: "borrower = @b"},
	{table: "portal_key", of: theirs, fate: goes, columns: "way, made_at, ends_at, fence", mine: "borrower = @b"},
	{table: "own_wish", of: theirs, fate: goes, columns: "known_at, wish, language, file_wish, file_language", mine: "borrower = @b"},
	{table: "late_cause", of: `person = @p`, fate: goes, columns: "at, cause, source", mine: here},
	{table: "sealed_reason", of: `audit IN (SELECT id FROM audit WHERE subject IN (SELECT 'person p' || id FROM person WHERE id = @p)
		OR subject IN (SELECT 'borrower ' || id FROM borrower WHERE person = @p))`, fate: goes, why: "it says why one of our people looked at something"},
	{
		table: "sealed_state", of: `digest IN (SELECT digest FROM state WHERE person = @p)`, fate: empties,
		why: "notes of our people may speak of others: a person gives them on asking",
	},
	{table: "hook_event", of: `event IN (SELECT id FROM event_out WHERE ` + ofOver + `)`, fate: goes, why: "what the lender's systems have not taken yet"},
	{table: "event_out", of: ofOver, fate: goes, columns: "of, row_id, at", mine: here + ` AND (borrower = 0 OR borrower = @b)`},
	{table: "sealed_answer", of: ofTexts + `sealed_answer.message)`, fate: goes, why: "under messages, as handed over"},
	{table: "find_tail", of: theirs, fate: goes, why: "a keyed hash of the end of the phone, by which our people find it"},
	{table: "find_key", of: theirs, fate: goes, why: "a keyed hash of the name, by which our people find it"},
	{
		table: "state", of: `person = @p AND (gone_at <> 0 OR until <> 0 AND until <= @now)`, fate: goes,
		columns: "kind, since, until, loan, channel, owner, review_on, cause, known_at, gone_at, lifted_on, lifted_by",
		mine:    "(borrower = @b OR borrower = 0 AND person = @p AND portfolio = @f)",
	},
	{table: "sealed_text", of: ofTexts + `sealed_text.fence >> 3)`, fate: empties, why: "under messages"},
	{table: "sealed_reply", of: `reply IN (SELECT id FROM reply WHERE person = @p)`, fate: empties, why: "under said"},
	{
		table: "sealed_borrower", of: `id IN (SELECT f.id FROM borrower_fact f JOIN borrower b ON b.id = f.borrower WHERE b.person = @p)`, fate: empties,
		why: "under borrower and earlier_names",
	},

	{table: "person", of: `id = @p`, why: "a number of ours"},
	{table: "person_key", of: `person = @p`, why: "keyed hashes, by which a stop is known when the person comes back"},
	{table: "address", of: `id IN (SELECT f.address FROM borrower_fact f JOIN borrower b ON b.id = f.borrower WHERE b.person = @p)`, why: "keyed hashes"},
	{table: "borrower", of: `person = @p`, columns: "ref", mine: "id = @b"},
	{table: "borrower_fact", of: theirs, columns: "known_at, language, zone, country, region, locality, age, phone_kind, wish", mine: "borrower = @b"},
	{table: "loan", of: theirs, columns: "ref, currency", mine: "borrower = @b"},
	{table: "loan_fact", of: ofLoans, mine: ofMine, columns: `loan, known_at, product, opened_on, principal, annual_rate, penalty_multiplier, closed_on, core_due,
		core_on, debit_until, next_step, next_step_on, next_step_by, assigned_to`},
	{table: "instalment", of: ofLoans, columns: "loan, number, known_at, due_on, principal, interest, fees", mine: ofMine},
	{table: "payment", of: ofLoans, columns: "loan, key, known_at, paid_on, minor", mine: ofMine},
	{table: "standing", of: `person = @p`, why: "worked out from the loans, which stand under loans with their working"},
	{table: "message", of: `person = @p`, columns: "id, loan, stage, treatment, planned_on", mine: here + ` AND borrower = @b`},
	{table: "requeue", of: ofTexts + `requeue.message)`, why: "when a message is tried again"},
	{table: "closed", of: ofTexts + `closed.message)`, columns: "message, at, state, rule, reason", mine: ofTexts + `closed.message AND m.borrower = @b)`},
	{table: "fence", of: ofTexts + `fence.id >> 3)`, columns: "id, at, not_after, minor, currency, parts", mine: ofTexts + `fence.id >> 3 AND m.borrower = @b)`},
	{table: "outcome", of: ofTexts + `outcome.fence >> 3)`, columns: "fence, at, kind, code, carrier", mine: ofTexts + `outcome.fence >> 3 AND m.borrower = @b)`},
	{table: "receipt", of: ofTexts + `receipt.id >> 11)`, columns: "id, at, kind, code, cause", mine: ofTexts + `receipt.id >> 11 AND m.borrower = @b)`},
	{table: "reconciled", of: ofTexts + `reconciled.fence >> 3)`, columns: "fence, at, word, cause, again", mine: ofTexts + `reconciled.fence >> 3 AND m.borrower = @b)`},
	{
		table: "contact", of: `subject = CAST(@p AS BIGINT) << 8`, columns: "at, day, message, channel, treatment, loan, result, party",
		mine: `subject = CAST(@p AS BIGINT) << 8 AND portfolio = @f AND (loan = 0 OR ` + ofMine + `)`,
	},
	{table: "reply", of: `person = @p`, columns: "at, carrier, channel, meaning, confidence, language, minor, currency, said_on", mine: here + ` AND borrower = @b`},
	{table: "answer", of: `person = @p`, columns: "message, kind, reply, arrangement, answer_by", mine: ofTexts + `answer.message AND m.borrower = @b)`},
	{table: "task", of: `person = @p`, columns: "loan, kind, stage, made_on, made_at, done_at", mine: here + ` AND borrower = @b`},
	{table: "decision", of: `person = @p`, why: "under decided"},
	{table: "decision_before", of: `person = @p`, why: "under decided"},
	{table: "decided", columns: "at, edition, action, stage, treatment, rule, reason", mine: here},
	{table: "holdout", of: `person = @p`, columns: "held, at", mine: here},
	{table: "consent", of: `person = @p`, columns: "channel, withdrawn, at, how, until, known_at, gone_at", mine: "borrower = @b"},
	{table: "recorded", of: `person = @p`, columns: "loan, at, day, channel, maker, result, known_at, gone_at", mine: "borrower = @b"},
	{
		table: "number_check", of: ofNumber, columns: "provider, checked_on, status, expires_on, known_at, gone_at",
		mine: `address IN (SELECT address FROM borrower_fact WHERE borrower = @b AND address <> 0)`,
	},
	{table: "number_now", of: ofNumber, why: "under number_check"},
	{table: "duty", of: `person = @p`, columns: "loan, duty, at, channel, known_at, gone_at", mine: "borrower = @b"},
	{
		table: "notice", of: `person = @p`, columns: "fence, channel, duty, template, language, address_kind, approved_by, approved_on",
		mine: ofTexts + `notice.fence >> 3 AND m.borrower = @b)`,
	},
	{table: "notice_loan", of: ofTexts + `notice_loan.fence >> 3)`, columns: "fence, loan", mine: ofTexts + `notice_loan.fence >> 3 AND m.borrower = @b)`},
	{table: "arrangement", of: `person = @p`, columns: "id, kind, currency, due, minor, waived, made_at, made_on, grace, resumes, source, status", mine: "borrower = @b"},
	{
		table: "arrangement_part", of: `arrangement IN (SELECT id FROM arrangement WHERE person = @p)`, columns: "arrangement, number, due_on, minor",
		mine: `arrangement IN (SELECT id FROM arrangement WHERE borrower = @b)`,
	},
	{
		table: "arrangement_event", of: `arrangement IN (SELECT id FROM arrangement WHERE person = @p)`, columns: "arrangement, at, status, minor, decided_on, who, reason",
		mine: `arrangement IN (SELECT id FROM arrangement WHERE borrower = @b)`,
	},
	{table: "desk", of: `person = @p`, columns: "id, kind, opened_at, due_at, urgent, hours, open", mine: here + ` AND borrower = @b`},
	{
		table: "desk_event", of: `desk IN (SELECT id FROM desk WHERE person = @p)`, columns: "desk, at, who, what, word",
		mine: `desk IN (SELECT id FROM desk WHERE borrower = @b)`,
	},
	{table: "desk_owner", of: `desk IN (SELECT id FROM desk WHERE person = @p)`, why: "which of our people looks after it"},
	{table: "answer_text", of: ofTexts + `answer_text.message)`, columns: "message, desk, at, who, minor", mine: ofTexts + `answer_text.message AND m.borrower = @b)`},
	{
		table: "opinion", of: `reply IN (SELECT id FROM reply WHERE person = @p)`, columns: "reply, at, model, meaning",
		mine: `reply IN (SELECT id FROM reply WHERE borrower = @b)`,
	},
	{
		table: "correction", of: `reply IN (SELECT id FROM reply WHERE person = @p)`, columns: "reply, at, meaning",
		mine: `reply IN (SELECT id FROM reply WHERE borrower = @b)`,
	},
	{table: "export_ask", of: theirs, columns: "asked_at, format, decided_at, allowed, fetched_at", mine: "borrower = @b"},
	{table: "erasure", of: `person = @p`, columns: "asked_at, keep_until, done_at", mine: `person = @p`},
}

// whose is who a condition is about.
type whose struct {
	person    ledger.PersonID
	borrower  ledger.BorrowerID
	portfolio int64
	now       int64
}

// bind puts question marks for the names of a condition, and returns what they stand for.
func (w *whose) bind(cond string) (string, []any) {
	var args []any
	var b strings.Builder
	for {
		i := strings.IndexByte(cond, '@')
		if i < 0 {
			break
		}
		b.WriteString(cond[:i] + "?")
		cond = cond[i+1:]
		switch {
		case strings.HasPrefix(cond, "now"):
			args, cond = append(args, w.now), cond[3:]
		case cond[0] == 'p':
			args, cond = append(args, int64(w.person)), cond[1:]
		case cond[0] == 'b':
			args, cond = append(args, int64(w.borrower)), cond[1:]
		default:
			args, cond = append(args, w.portfolio), cond[1:]
		}
	}
	return b.String() + cond, args
}
