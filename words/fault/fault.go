// Package fault says what is wrong with a row, a file or a document, by a code and what the sentence has to name. The words of each code
// stand in one table, in both languages, so that none can be added in one alone. It stands above all others: ledger, document, intake and
// store find faults, and the command line and the console say them in the reader's language.
package fault

import (
	"fmt"
	"maps"
	"strings"
)

// A Code names one thing that may be wrong.
type Code string

// A Reason is what is wrong. The zero value says nothing.
type Reason struct {
	Code Code `json:"code"`
	// Args are what the sentence names, in the order of its words: values, columns, places. One that is empty stands for a value that may not
	// be shown, because it could be somebody's.
	Args []string `json:"args,omitempty"`
	// Inner are those arguments that have words of their own, by their place; Args has "" there.
	Inner map[int]Reason `json:"inner,omitempty"`
}

// Of returns a reason. A string is named as it is, a Reason in the reader's language, anything else as fmt prints it.
func Of(c Code, args ...any) Reason {
	r := Reason{Code: c}
	if len(args) == 0 {
		return r
	}
	r.Args = make([]string, len(args))
	for i, a := range args {
		switch a := a.(type) {
		case string:
			r.Args[i] = a
		case Reason:
			if r.Inner == nil {
				r.Inner = map[int]Reason{}
			}
			r.Inner[i] = a
		default:
			r.Args[i] = fmt.Sprint(a)
		}
	}
	return r
}

// String is the reason in English.
func (r Reason) String() string { return r.In("en") }

// In says the reason in a language: "zh", else English. A code that nobody has words for says itself.
func (r Reason) In(lang string) string {
	w, ok := words[r.Code]
	switch {
	case !ok:
		return strings.TrimSpace(string(r.Code) + " " + strings.Join(r.Args, " "))
	case lang == "zh":
		return r.fill(w[1], lang)
	}
	return r.fill(w[0], lang)
}

// tables are the words of every code, by what may be wrong.
var tables = []map[Code][2]string{
	rowWords, fileWords, bookWords, documentWords, rulebookWords, strategyWords, templateWords, caseWords, configWords, arrangementWords,
}

var words = together(tables...)

func together(tables ...map[Code][2]string) map[Code][2]string {
	all := map[Code][2]string{}
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}

// hidden is what is said of a value that may not be shown.
var hidden = [2]string{"what stands here", "此处内容"}

// fill puts the arguments where {0}, {1} … stand. A value that holds such a mark itself stays as it is: what was put in is not read again.
func (r Reason) fill(text, lang string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		n := -1
		if len(rest) > 1 && rest[0] >= '0' && rest[0] <= '9' && rest[1] == '}' {
			n = int(rest[0] - '0')
		}
		if n < 0 || n >= len(r.Args) {
			b.WriteByte('{')
			text = rest
			continue
		}
		text = rest[2:]
		inner, more := r.Inner[n]
		switch {
		case more:
			b.WriteString(inner.In(lang))
		case r.Args[n] != "":
			b.WriteString(r.Args[n])
		case lang == "zh":
			b.WriteString(hidden[1])
			text = strings.TrimPrefix(text, " ") // two Chinese words are not parted
		default:
			b.WriteString(hidden[0])
		}
	}
}

// Sentences are reasons that are whole sentences, one after the other.
func Sentences(all []Reason, lang string) string {
	said := make([]string, len(all))
	for i := range all {
		said[i] = all[i].In(lang)
	}
	if lang == "zh" {
		return strings.Join(said, "")
	}
	return strings.Join(said, " ")
}

// At puts the name of a field before a reason, as the language does.
func At(field string, r Reason, lang string) string {
	switch {
	case field == "":
		return r.In(lang)
	case lang == "zh":
		return field + "：" + r.In(lang)
	}
	return field + ": " + r.In(lang)
}

// An Error is a reason as an error.
type Error struct {
	Reason
	Class error // what errors.Is finds; nil: none
}

// Unwrap returns the class.
func (e *Error) Unwrap() error { return e.Class }

// As returns a reason as an error of a class.
func As(class error, c Code, args ...any) error { return &Error{Of(c, args...), class} }

// Wrong returns a reason as an error.
func Wrong(c Code, args ...any) error { return &Error{Reason: Of(c, args...)} }

// Error is the reason in English.
func (e *Error) Error() string { return e.In("en") }

// spoken is what has words in both languages.
type spoken interface{ In(lang string) string }

// Say says an error in a language: all of it where it has words there, as a list of bad rows has and an Error; of several joined, each by
// itself; else as it is, in English.
func Say(err error, lang string) string {
	text, _ := say(err, lang)
	return text
}

// say also says whether the error has words of its own.
func say(err error, lang string) (text string, ok bool) {
	switch e := err.(type) { //nolint:errorlint // the tree is walked here
	case spoken:
		return e.In(lang), true
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			if text, ok = say(inner, lang); ok {
				return text, true
			}
		}
	case interface{ Unwrap() []error }:
		return sayAll(err, e.Unwrap(), lang)
	}
	return err.Error(), false
}

// sayAll says each of several errors on a line of its own, where they were joined so; where one wraps several in a sentence, the first that has
// words.
func sayAll(err error, all []error, lang string) (text string, ok bool) {
	texts, lines := make([]string, len(all)), make([]string, len(all))
	for i, one := range all {
		said, has := say(one, lang)
		texts[i], lines[i] = one.Error(), said
		if ok = ok || has; has && text == "" {
			text = said
		}
	}
	switch {
	case err.Error() == strings.Join(texts, "\n"):
		return strings.Join(lines, "\n"), ok
	case ok:
		return text, true
	}
	return err.Error(), false
}
