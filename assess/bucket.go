package assess

// The default buckets of days past due. PreDue is decided by the next due date and not by BucketOf: a loan
// in it is Current with an instalment about to fall due.
const (
	Current    = "current"
	PreDue     = "pre-due"
	Days1To3   = "1-3"
	Days4To7   = "4-7"
	Days8To15  = "8-15"
	Days16To30 = "16-30"
	Days31To60 = "31-60"
	Days61To90 = "61-90"
	Days91Up   = "91+"
)

// BucketOf returns the default bucket of dpd days past due; 0 and less are Current.
func BucketOf(dpd int) string {
	switch {
	case dpd <= 0:
		return Current
	case dpd <= 3:
		return Days1To3
	case dpd <= 7:
		return Days4To7
	case dpd <= 15:
		return Days8To15
	case dpd <= 30:
		return Days16To30
	case dpd <= 60:
		return Days31To60
	case dpd <= 90:
		return Days61To90
	}
	return Days91Up
}
