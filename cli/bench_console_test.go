package cli

import (
	"strings"
	"testing"
)

// TestBenchConsole: the benchmark comes in, and asks each page of a small book.
func TestBenchConsole(t *testing.T) {
	if testing.Short() {
		t.Skip("fills a book")
	}
	var out, errs strings.Builder
	code := Main(t.Context(), []string{"bench", "console", "--borrowers", "500", "--messages", "1000000", "--waiting", "3", "--times", "1"}, strings.NewReader(""), &out, &errs)
	if code != 0 {
		t.Fatalf("%d: %s", code, errs.String())
	}
	for _, want := range []string{"today_ms", "reports_ms", "borrower_ms", "search_name_ms", "conversation_bytes", "slowest_ms"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in\n%s", want, out.String())
		}
	}
}
