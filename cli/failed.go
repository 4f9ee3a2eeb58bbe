package cli

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/dulyhq/duly/words/fault"
)

// asked is the language that a refusal is said in: the one of --lang wherever it stands, for what was wrong may have ended the reading of the
// flags before it; else the environment's.
func (a *app) asked(args []string) string {
	lang := ""
	for i, s := range args {
		if s == "--" {
			break
		}
		value, ok := strings.CutPrefix(s, "--lang=")
		if s == "--lang" && i+1 < len(args) {
			value, ok = args[i+1], true
		}
		if ok && speaks(value) {
			lang = value
		}
	}
	if lang != "" {
		return lang
	}
	around, err := environment()
	if err != nil {
		return "en"
	}
	return string(around)
}

// In is the sentence in a language. What is wrong in a file or a document is said in it wherever it has words, and the sentence around it
// where failures has one.
func (e *Error) In(lang string) string {
	if lang != "zh" || e.format == "" {
		return e.Sentence
	}
	args := make([]any, len(e.args))
	for i, a := range e.args {
		switch a := a.(type) {
		case error:
			args[i] = errors.New(inChinese(a))
		case interface{ In(lang string) string }:
			args[i] = a.In(lang)
		case string:
			args[i] = cmp.Or(failures[a], a)
		default:
			args[i] = a
		}
	}
	return fmt.Errorf(cmp.Or(failures[e.format], e.format), args...).Error()
}

// both is a value of a sentence that has words in both languages, such as a number of things.
type both [2]string

// String is the value in English.
func (b both) String() string { return b[0] }

// In is the value in a language.
func (b both) In(lang string) string { return tongue(lang).say(b[0], b[1]) }

// sentences are reasons, each of which is a whole sentence.
func sentences(reasons []fault.Reason) both {
	return both{fault.Sentences(reasons, "en"), fault.Sentences(reasons, "zh")}
}

// spaced is a list after a colon that has a space before each name: English wants the first, Chinese does not.
func spaced(names string) both { return both{names, strings.TrimSpace(names)} }

// either names what may be meant.
func either(names []string) both {
	return both{strings.Join(names, " or "), strings.Join(names, " 或 ")}
}

// failures are the sentences of fail, and those of errors of the parts below, in Chinese, by their English. One that is missing is said in
// English; TestEveryFailure finds it.
var failures = together(callFailures, workFailures, belowFailures)

func together(tables ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}
