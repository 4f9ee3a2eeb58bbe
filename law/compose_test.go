package law_test

import (
	"strings"
	"testing"

	"github.com/dulyhq/duly/law"
	"github.com/dulyhq/duly/ledger"
)

// place is a rulebook of a country with one binding rule.
func place(r law.Rule) law.Rulebook {
	r.ID, r.Confidence, r.Status, r.File, r.Line = "Z", law.Binding, "P", "zz.yaml", 3
	return law.Rulebook{ID: "zz", Jurisdiction: "ZZ", Rules: []law.Rule{r}, File: "zz.yaml"}
}

// TestLoosens tries a rule of the house of every kind against one of the law: what would allow more is refused, and what
// is as strict or stricter, or about something else, is not.
func TestLoosens(t *testing.T) {
	sms := []ledger.Channel{ledger.SMS}
	mon := law.Weekdays(0).Add(1)
	rate := func(limits string, b law.Bound) law.Rule {
		return law.Rule{Kind: law.Rate, Limits: limits, AtMost: b}
	}
	keep := func(years int, what string) law.Rule {
		return law.Rule{Kind: law.Records, Keep: law.Keep{Years: years, After: "record", What: what}}
	}
	for name, c := range map[string]struct {
		law, house law.Rule
		why        string
	}{
		"hours wider":                {law.Rule{Kind: law.Hours, Open: 480, Close: 1200}, law.Rule{Kind: law.Hours, Open: 420, Close: 1200}, "allows 07:00–20:00, more than the 08:00–20:00"},
		"hours on one day":           {law.Rule{Kind: law.Hours, Open: 480, Close: 720, Weekdays: mon}, law.Rule{Kind: law.Hours, Open: 480, Close: 1200}, ""},
		"hours on that day":          {law.Rule{Kind: law.Hours, Open: 480, Close: 720, Weekdays: mon}, law.Rule{Kind: law.Hours, Open: 480, Close: 1200, Weekdays: mon}, "allows 08:00–20:00"},
		"hours where the law's hold": {law.Rule{Kind: law.Hours, Open: 480, Close: 1200, When: &law.When{From: 3}}, law.Rule{Kind: law.Hours, Open: 420, Close: 1200}, ""},
		"days more":                  {law.Rule{Kind: law.Days, Weekdays: mon}, law.Rule{Kind: law.Days, Weekdays: mon.Add(2)}, "allows more days of the week than"},
		"days another calendar":      {law.Rule{Kind: law.Days, Workdays: true, Calendar: "a"}, law.Rule{Kind: law.Days, Workdays: true, Calendar: "b"}, "reads another calendar than"},
		"days fewer":                 {law.Rule{Kind: law.Days, Weekdays: mon.Add(2)}, law.Rule{Kind: law.Days, Weekdays: mon}, ""},
		"cap higher":                 {law.Rule{Kind: law.Cap, N: 1, Days: 1}, law.Rule{Kind: law.Cap, N: 2, Days: 1}, "allows 2 a calendar day, more than the 1 a calendar day"},
		"cap higher for a channel":   {law.Rule{Kind: law.Cap, N: 1, Days: 1}, law.Rule{Kind: law.Cap, N: 2, Days: 1, Channels: sms, Of: sms}, "allows 2 a calendar day"},
		"cap of a channel":           {law.Rule{Kind: law.Cap, N: 1, Days: 1, Channels: sms, Of: sms}, law.Rule{Kind: law.Cap, N: 2, Days: 1}, ""},
		"cap of something else":      {law.Rule{Kind: law.Cap, N: 1, Days: 1, Counts: law.Conversations}, law.Rule{Kind: law.Cap, N: 2, Days: 1}, ""},
		"cap by something else":      {law.Rule{Kind: law.Cap, N: 1, Days: 1, Per: law.PerDebt}, law.Rule{Kind: law.Cap, N: 2, Days: 1}, ""},
		"cap in a longer window":     {law.Rule{Kind: law.Cap, N: 1, Days: 1}, law.Rule{Kind: law.Cap, N: 2, Days: 7}, ""},
		"spacing shorter":            {law.Rule{Kind: law.Spacing, N: 1, Seconds: 86400}, law.Rule{Kind: law.Spacing, N: 1, Seconds: 3600}, "asks for 1 hour, less than the 1 × 24 hours of"},
		"spacing longer":             {law.Rule{Kind: law.Spacing, N: 1, Days: 2}, law.Rule{Kind: law.Spacing, N: 1, Days: 3}, ""},
		"consent to anything":        {law.Rule{Kind: law.Consent, Needs: []string{law.WrittenConsent}}, law.Rule{Kind: law.Consent, Needs: []string{law.AnyConsent}}, "is content with consent, more than the written_consent of"},
		"consent that never ages":    {law.Rule{Kind: law.Consent, Needs: []string{law.AnyConsent}, FreshDays: 60}, law.Rule{Kind: law.Consent, Needs: []string{law.AnyConsent}}, "is content with older ones than the 60 days of"},
		"consent fresher":            {law.Rule{Kind: law.Consent, Needs: []string{law.AnyConsent}, FreshDays: 60}, law.Rule{Kind: law.Consent, Needs: []string{law.AnyConsent}, FreshDays: 30}, ""},
		"a stop that reaches less":   {law.Rule{Kind: law.Stop, States: []string{"dispute"}, Reach: law.PerPerson}, law.Rule{Kind: law.Stop, States: []string{"dispute"}, Reach: law.PerDebt}, "reaches debt, less than the person of"},
		"another stop":               {law.Rule{Kind: law.Stop, States: []string{"dispute"}, Reach: law.PerPerson}, law.Rule{Kind: law.Stop, States: []string{"vip"}, Reach: law.PerDebt}, ""},
		"a duty later":               {law.Rule{Kind: law.Duty, Duty: "d", Within: 5}, law.Rule{Kind: law.Duty, Duty: "d", Within: 6}, "lets d wait longer than"},
		"a duty before":              {law.Rule{Kind: law.Duty, Duty: "d", Within: 5}, law.Rule{Kind: law.Duty, Duty: "d", Before: true}, ""},
		"kept shorter":               {keep(5, "records"), keep(3, "records"), "keeps 3y after record, shorter than the 5y after record of"},
		"something else kept":        {keep(5, "records"), keep(3, "messages"), ""},
		"a higher rate":              {rate(law.OverdueRate, law.Bound{Rate: 240_000}), rate(law.OverdueRate, law.Bound{Rate: 360_000}), "allows 36%, more than the 24% of"},
		"more times":                 {rate(law.OverdueRate, law.Bound{Times: 4_000_000, Series: "p"}), rate(law.OverdueRate, law.Bound{Times: 5_000_000, Series: "p"}), "allows 5 × p, more than the 4 × p of"},
		"another rate":               {rate(law.OverdueRate, law.Bound{Rate: 240_000}), rate(law.LateFee, law.Bound{Rate: 360_000}), ""},
		"another order":              {law.Rule{Kind: law.Allocation, Order: []string{"costs", "interest"}}, law.Rule{Kind: law.Allocation, Order: []string{"interest", "costs"}}, "has another order than the costs, interest of"},
		"a longer limitation":        {law.Rule{Kind: law.Limitation, Years: 3, Since: law.FromLastDue}, law.Rule{Kind: law.Limitation, Years: 4, Since: law.FromLastDue}, "counts 4 years, more than the 3 of"},
		"a bar":                      {law.Rule{Kind: law.Bar, Channels: sms}, law.Rule{Kind: law.Bar, Channels: sms}, ""},
		"another day":                {law.Rule{Kind: law.Hours, Open: 480, Close: 1200, To: 100}, law.Rule{Kind: law.Hours, Open: 420, Close: 1200, From: 100}, ""},
	} {
		_, err := law.Compose(place(c.law), house(c.house))
		switch {
		case c.why == "" && err != nil:
			t.Errorf("%s: refused: %v", name, err)
		case c.why != "" && (err == nil || !strings.Contains(err.Error(), c.why) || !strings.Contains(err.Error(), "a house rule may only be stricter")):
			t.Errorf("%s: got %v, want %q", name, err, c.why)
		}
		if _, err := law.Compose(place(c.law), law.Rulebook{ID: "k", Carriers: []string{"k"}, Rules: house(c.house).Rules}); err != nil {
			t.Errorf("%s: a carrier's limit is no permission: %v", name, err)
		}
	}
}

// TestBindAndAdvise lets a house change what rules are worth, and refuses what it may not.
func TestBindAndAdvise(t *testing.T) {
	books := []law.Rulebook{{ID: "zz", Jurisdiction: "ZZ", File: "zz.yaml", Rules: []law.Rule{
		{ID: "ADVICE", Kind: law.Cap, Confidence: law.Advisory, N: 1, Days: 1},
		{ID: "CAP", Kind: law.Cap, Confidence: law.Binding, N: 1, Days: 1},
		{ID: "HOURS", Kind: law.Hours, Confidence: law.Binding, Open: 480, Close: 1200},
		{ID: "STOP", Kind: law.Stop, Confidence: law.Binding, States: []string{"stop"}},
		{ID: "WHO", Kind: law.Identity, Confidence: law.Binding, States: []string{law.ThirdParty}},
		{ID: "SUM", Kind: law.Amount, Confidence: law.Binding, States: []string{law.StaleLedger}},
		{ID: "DAYS", Kind: law.Days, Confidence: law.Binding, Weekdays: 2},
		{ID: "NAME", Kind: law.Element, Confidence: law.Binding, Element: "identity"},
		{ID: "PHONE", Kind: law.Element, Confidence: law.Binding, Element: "contact"},
		{ID: "OUT", Kind: law.Element, Confidence: law.Binding, Element: "optout"},
	}}}
	with := func(bind, advise string) (law.Lawbook, error) {
		h := law.Rulebook{ID: "acme", File: "acme.yaml"}
		if bind != "" {
			h.Bind = []law.Change{{Rule: bind, Line: 8}}
		}
		if advise != "" {
			h.Advise = []law.Change{{Rule: advise, Reason: "counsel said so", Line: 9}}
		}
		return law.Compose(append(books, h)...)
	}
	for want, c := range map[string][2]string{
		"acme.yaml:8: there is no rule NONE": {"NONE", ""}, "acme.yaml:8: rule CAP binds already": {"CAP", ""},
		"acme.yaml:9: rule ADVICE is advisory already": {"", "ADVICE"}, "acme.yaml:9: rule HOURS cannot be weakened": {"", "HOURS"},
		"rule STOP cannot": {"", "STOP"}, "rule WHO cannot": {"", "WHO"}, "rule SUM cannot": {"", "SUM"}, "rule DAYS cannot": {"", "DAYS"},
		"rule NAME cannot": {"", "NAME"}, "rule PHONE cannot": {"", "PHONE"},
	} {
		if _, err := with(c[0], c[1]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	l, err := with("ADVICE", "CAP")
	if err != nil {
		t.Fatal(err)
	}
	changed := l.Changed()
	if len(changed) != 2 || changed[0].BoundBy != "acme" || changed[0].Confidence != law.Binding ||
		changed[1].AdvisedBy != "acme" || changed[1].Why != "counsel said so" || changed[1].Confidence != law.Advisory {
		t.Errorf("%+v", changed)
	}
	if books[0].Rules[0].Confidence != law.Advisory || l.Shelf().Books[0].Rules[0].BoundBy != "" {
		t.Error("a house has changed the rulebook itself")
	}
	if _, err := with("", "OUT"); err != nil {
		t.Error(err)
	}
}

// TestPlaces says which rulebooks hold where: the country's, the region's, the locality's also where it is not known,
// the carrier's also where it is not known.
func TestPlaces(t *testing.T) {
	book := func(id, jurisdiction string, carriers ...string) law.Rulebook {
		return law.Rulebook{ID: id, Jurisdiction: jurisdiction, Carriers: carriers, Rules: []law.Rule{{ID: id, Kind: law.Bar, Confidence: law.Binding}}}
	}
	l := compose(t, book("us", "US"), book("ny", "US-NY"), book("nyc", "US-NY-NYC"), book("ma", "US-MA"), book("cn", "CN"),
		book("twilio", "", "twilio"), book("us-twilio", "US", "twilio", "telnyx"), book("acme", ""))
	for want, s := range map[string]law.Scope{
		"us ny nyc acme":                  {Country: "US", Region: "US-NY", Locality: "US-NY-NYC", Carrier: "direct"},
		"us ny acme":                      {Country: "US", Region: "US-NY", Locality: "US-NY-BUF", Carrier: law.ByHand},
		"us ny nyc twilio us-twilio acme": {Country: "US", Region: "US-NY"},
		"us ma us-twilio acme":            {Country: "US", Region: "US-MA", Carrier: "telnyx"},
		"us acme":                         {Country: "US", Region: "US-TX", Carrier: "direct"},
		"cn twilio acme":                  {Country: "CN", Carrier: "twilio"},
	} {
		var got []string
		for _, r := range l.For(s).All() {
			got = append(got, r.ID)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%+v: %v, want %s", s, got, want)
		}
	}
	if gap := l.For(law.Scope{Country: "US"}).Gap(); !strings.Contains(gap, "rules by region") {
		t.Error(gap)
	}
}
