package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/wire/sms"
)

type segmentsLine struct {
	Text     string `json:"text"`
	Alphabet string `json:"alphabet"`
	Units    int    `json:"units"`
	Segments int    `json:"segments"`
}

func (a *app) segmentsCommand() *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use:   "segments",
		Short: "Count the segments that texts take as short messages",
		Long: `Reads texts from standard input, one a line, and says for each in which alphabet it travels, how many units it
has and how many segments it takes. One character outside the GSM alphabet makes the whole text UCS-2, where a
segment holds 70 units and not 160.`,
		Example: "  echo '【晨光银行】您的账单已到期。' | duly segments",
		Args:    exactly(0, "segments takes no arguments; give the texts on standard input, one a line"),
		RunE:    func(*cobra.Command, []string) error { return a.segments(asJSON) },
	}
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line, in the order of the texts")
	return c
}

func (a *app) segments(asJSON bool) error {
	w := bufio.NewWriter(a.out)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	err := eachLine(a.in, func(text string) error {
		alphabet, units, segments := sms.Measure(text)
		if asJSON {
			return enc.Encode(segmentsLine{text, alphabet.String(), units, segments})
		}
		_, err := fmt.Fprintf(w, "%2d %-4s %4d  %s\n", segments, alphabet, units, text)
		return err
	})
	return errors.Join(err, w.Flush())
}

// maxLine is the longest line that is read from standard input, in bytes.
const maxLine = 1 << 20

// eachLine calls f for each line of r, without its line end.
func eachLine(r io.Reader, f func(string) error) error {
	in := bufio.NewReaderSize(r, maxLine)
	for n := 1; ; n++ {
		line, err := in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			return fail(Input, "line %d is longer than %d bytes", n, maxLine)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return fail(Dependency, "standard input cannot be read: %w", err)
		}
		if len(line) > 0 {
			if e := f(strings.TrimSuffix(strings.TrimSuffix(string(line), "\n"), "\r")); e != nil {
				return e
			}
		}
		if err != nil {
			return nil
		}
	}
}
