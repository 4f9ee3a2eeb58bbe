package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/receive"
)

// classifyLine is docs/formats/reply.md. Amount, currency and date are null where the reply does not say them.
type classifyLine struct {
	Text       string           `json:"text"`
	Meaning    receive.Meaning  `json:"meaning"`
	Confidence float64          `json:"confidence"`
	Amount     *string          `json:"amount"`
	Currency   *ledger.Currency `json:"currency"`
	Date       *ledger.Date     `json:"date"`
	Lang       string           `json:"lang"`
	Why        string           `json:"why"`
}

func (a *app) classifyCommand() *cobra.Command {
	lang, asJSON := "auto", false
	c := &cobra.Command{
		Use:   "classify",
		Short: "Tell what replies mean, with the amount and the day that they say",
		Long: `Reads replies from standard input, one a line, in Chinese or English, and says for each what it means, how sure
that is (0 to 1), the amount and the day that it says, and the words that decided.

The meanings that protect a borrower, and win over the others when in doubt:
  stop wrong_person deceased representation vulnerable complaint dispute
The others:
  paid promise hardship plan_request question call_me abuse ack other

Nothing is stored and no configuration is needed. Days such as "next Friday" or 月底 are counted from the date of --now in
its own zone; weeks begin on Monday, so next Friday is the Friday of the week after this one. A day that is not
certain ("next week", 发工资那天) is none. An amount in Chinese without a currency is in yuan.`,
		Example: "  echo '下周五发工资还500' | duly classify --now 2026-11-25T10:00:00+08:00 --json",
		Args:    exactly(0, "classify takes no arguments; give the replies on standard input, one a line"),
		RunE:    func(*cobra.Command, []string) error { return a.classify(lang, asJSON) },
	}
	a.nowFlag(c)
	c.Flags().StringVar(&lang, "lang", "auto", "the language of the replies: zh, en, or auto to tell it from each")
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line, in the order of the replies")
	return c
}

func (a *app) classify(lang string, asJSON bool) error {
	given := receive.Given{Today: ledger.Day(a.clock.time())}
	speak := tongue(lang)
	switch lang {
	case "zh", "en":
		given.Language = lang
	case "auto":
		var err error
		if speak, err = a.tongue(); err != nil {
			return err
		}
	default:
		return fail(Usage, "--lang is zh, en or auto, not %q", lang)
	}
	w := bufio.NewWriter(a.out)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	err := eachLine(a.in, func(text string) error {
		r := receive.Read(text, given)
		if asJSON {
			return enc.Encode(classified(text, r))
		}
		_, err := fmt.Fprintln(w, speak.reading(text, r))
		return err
	})
	return errors.Join(err, w.Flush())
}

func classified(text string, r receive.Reading) classifyLine {
	l := classifyLine{Text: text, Meaning: r.Meaning, Confidence: math.Round(r.Confidence*100) / 100, Lang: r.Language, Why: r.Why}
	if r.HasAmount {
		amount := r.Amount.Decimal()
		l.Amount = &amount
		if r.Amount.Currency != "" {
			l.Currency = &r.Amount.Currency
		}
	}
	if r.Date != 0 {
		l.Date = &r.Date
	}
	return l
}

// reading is a line for people: the meaning, how sure it is, what is said, and the reply.
func (t tongue) reading(text string, r receive.Reading) string {
	s := fmt.Sprintf("%s %3.0f %%", t.condition(string(r.Meaning)), 100*r.Confidence)
	if r.Danger {
		s += "  " + t.say("DANGER TO LIFE: a person must look at once", "涉及人身安全：须立即人工处理")
	}
	if r.HasAmount {
		if r.Amount.Currency != "" {
			s += "  " + t.money(r.Amount.Minor, r.Amount.Currency)
		} else {
			s += "  " + r.Amount.Decimal()
		}
	}
	if r.Date != 0 {
		s += "  " + r.Date.String()
	}
	if r.Why != "" {
		s += "  " + t.say("by ", "依据：") + "“" + r.Why + "”"
	}
	return s + "  | " + text
}
