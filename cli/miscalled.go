package cli

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
)

// unknownCommand is what cobra says of a word that is no command. Its error has no type.
var unknownCommand = regexp.MustCompile(`^unknown command ("(?:[^"\\]|\\.)*") for "([^"]*)"$`)

// miscalled says what was wrong with a call, of what cobra and pflag found. What they say that is not known here stays in their words.
func miscalled(err error) error {
	var (
		nowhere *pflag.NotExistError
		bare    *pflag.ValueRequiredError
		bad     *pflag.InvalidValueError
		form    *pflag.InvalidSyntaxError
	)
	switch {
	case errors.As(err, &nowhere):
		if all := nowhere.GetSpecifiedShortnames(); all != "" {
			return fail(Usage, "unknown shorthand flag: %q in -%s; see duly --help", nowhere.GetSpecifiedName()[0], all)
		}
		return fail(Usage, "unknown flag: --%s; see duly --help", nowhere.GetSpecifiedName())
	case errors.As(err, &bare):
		if all := bare.GetSpecifiedShortnames(); all != "" {
			return fail(Usage, "flag needs an argument: %q in -%s; see duly --help", bare.GetSpecifiedName()[0], all)
		}
		return fail(Usage, "flag needs an argument: --%s; see duly --help", bare.GetSpecifiedName())
	case errors.As(err, &bad):
		return badValue(bad)
	case errors.As(err, &form):
		return fail(Usage, "bad flag syntax: %s; see duly --help", form.GetSpecifiedFlag())
	}
	text := strings.TrimSpace(err.Error())
	first, rest, _ := strings.Cut(text, "\n")
	m := unknownCommand.FindStringSubmatch(first)
	if m == nil {
		return fail(Usage, "%w; see duly --help", err)
	}
	name, unquoted := strconv.Unquote(m[1])
	if unquoted != nil {
		name = m[1]
	}
	near := strings.Fields(strings.TrimPrefix(strings.TrimSpace(rest), "Did you mean this?"))
	if len(near) == 0 {
		return fail(Usage, "unknown command %q for %q; see duly --help", name, m[2])
	}
	return fail(Usage, "unknown command %q for %q; did you mean %s?; see duly --help", name, m[2], either(near))
}

// badValue says of a flag what is wrong with its value.
func badValue(bad *pflag.InvalidValueError) error {
	flag, value := bad.GetFlag().Name, bad.GetValue()
	var number *strconv.NumError
	if !errors.As(bad, &number) {
		return fail(Usage, "invalid argument %q for \"--%s\" flag: %w; see duly --help", value, flag, bad.Unwrap())
	}
	switch kind := strings.TrimPrefix(number.Func, "Parse"); {
	case errors.Is(number.Err, strconv.ErrRange):
		return fail(Usage, "--%s does not go as far as %q; see duly --help", flag, value)
	case kind == "Bool":
		return fail(Usage, "--%s is true or false, and not %q; see duly --help", flag, value)
	case kind == "Float":
		return fail(Usage, "--%s takes a number, and %q is none; see duly --help", flag, value)
	}
	return fail(Usage, "--%s takes a whole number, and %q is none; see duly --help", flag, value)
}
