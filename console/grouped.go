package console

import (
	"fmt"
	"strings"
)

// grouped writes a whole number with commas between thousands, as both languages do.
func grouped(n any) string {
	digits, minus := fmt.Sprint(n), ""
	if rest, ok := strings.CutPrefix(digits, "-"); ok {
		digits, minus = rest, "-"
	}
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return minus + digits
}
