package cli

import (
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words/fault"
)

// ConfigName is the configuration's file name.
const ConfigName = "duly.yaml"

// WitnessName is the witness's file name in the folder of the keys, unless the configuration names another file.
const WitnessName = "witness"

// loadConfig reads the configuration of --config, else of DULY_CONFIG, else of the current folder.
func (a *app) loadConfig() (*Config, error) {
	path := a.config
	if path == "" {
		path = os.Getenv("DULY_CONFIG")
	}
	if path == "" {
		path = ConfigName
	}
	c, err := Load(path)
	if err == nil {
		c.wire = a.clock.read
	}
	return c, err
}

// Load reads and checks a configuration. Every mistake is named by file, line and column.
func Load(path string) (*Config, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fail(Input, "there is no %s; duly init makes one, --config or DULY_CONFIG names another place", path)
	}
	if err != nil {
		return nil, fail(Input, "the configuration cannot be read: %w", err)
	}
	c, err := ParseConfig(path, text)
	if err != nil {
		return nil, fail(Input, "the configuration is wrong:\n%w", err)
	}
	return c, nil
}

// ParseConfig reads the text of a configuration that lies at path. The error is document.MistakeErrors.
func ParseConfig(path string, text []byte) (*Config, error) {
	d, err := document.Parse(path, text)
	if err != nil {
		return nil, err
	}
	r := configReader{folder: filepath.Dir(path)}
	c := r.config(d.Root)
	c.File, c.Text = path, text
	if err := d.Err(); err != nil {
		return nil, err
	}
	return c, nil
}

type configReader struct{ folder string }

// database reads where PostgreSQL is.
func (r *configReader) database(v document.Value) Database {
	if !v.Keys("url", "password_env", "password_file") {
		return Database{}
	}
	d := Database{
		URL: v.Key("url").Text(), PasswordEnv: v.Key("password_env").Optional(), PasswordFile: r.path(v.Key("password_file").Optional()),
	}
	u, err := url.Parse(d.URL)
	switch {
	case d.URL == "":
	case err != nil || !store.IsURL(d.URL):
		v.Key("url").Wrong(fault.DatabaseURL)
	case u.User == nil || u.User.Username() == "":
		v.Key("url").Wrong(fault.DatabaseUser)
	case hasPassword(u):
		v.Key("url").Wrong(fault.DatabasePassword)
	}
	if d.PasswordEnv != "" && d.PasswordFile != "" {
		v.Wrong(fault.PasswordTwice)
	}
	return d
}

func hasPassword(u *url.URL) bool {
	_, with := u.User.Password()
	return with || u.Query().Has("password")
}

func (r *configReader) config(v document.Value) *Config {
	c := &Config{}
	if !v.Keys("data", "database", "keys", "witness", "creditor", "portfolios", "carriers", "serve", "portal", "console", "events", "opinion", "retention") {
		return c
	}
	c.Keys, c.KeySources = r.keys(v.Key("keys"))
	if c.Witness = r.path(v.Key("witness").Optional()); c.Witness == "" {
		c.Witness = filepath.Join(c.Keys, WitnessName)
	}
	c.Serve = r.serving(v.Key("serve"))
	c.Serve.Retention.Rows = rowRetention(v.Key("retention"))
	c.Portal = portalConfig(v.Key("portal"))
	c.Console = r.console(v.Key("console"))
	c.Events = r.events(v.Key("events"))
	c.Opinion = r.opinion(v.Key("opinion"))
	if d := v.Key("database"); d.Given() {
		c.Database = r.database(d)
		if v.Key("data").Given() {
			v.Key("data").Wrong(fault.DataDatabase)
		}
	} else {
		c.Data = r.path(v.Key("data").Text())
	}
	if c.Data != "" && c.Data == c.Keys {
		v.Key("keys").Wrong(fault.KeysInData)
	}
	if cr := v.Key("creditor"); cr.Keys("id", "name") {
		c.Creditor = Creditor{ID: ident(cr.Key("id")), Name: text(cr.Key("name"), true)}
	}
	for _, item := range v.Key("carriers").List() {
		k := r.carrier(item)
		if k.ID != "" && c.Carrier(k.ID) != nil {
			item.Key("id").Wrong(fault.CarrierTwice, strconv.Quote(k.ID))
		}
		c.Carriers = append(c.Carriers, k)
	}
	list := v.Key("portfolios")
	if len(list.List()) == 0 {
		list.Wrong(fault.PortfoliosNone)
	}
	for _, item := range list.List() {
		p := r.portfolio(item)
		for i := range c.Portfolios {
			if p.ID != "" && c.Portfolios[i].ID == p.ID {
				item.Key("id").Wrong(fault.PortfolioTwice, strconv.Quote(p.ID))
			}
		}
		if p.Carrier != "" && c.Carrier(p.Carrier) == nil {
			item.Key("carrier").Wrong(fault.CarrierUnknown, strconv.Quote(p.Carrier))
		}
		c.Portfolios = append(c.Portfolios, p)
	}
	c.linksAllowed(v)
	return c
}

func (r *configReader) portfolio(v document.Value) Portfolio {
	var p Portfolio
	if !v.Keys("id", "strategy", "rulebooks", "templates", "language", "zone", "currency", "party", "signature", "phone", "verify",
		"officer", "stop_word", "ledger_max_age", "stale_after", "spread", "terms", "carrier", "approvals", "pay", "talk") {
		return p
	}
	p = Portfolio{
		ID: ident(v.Key("id")), Strategy: r.document(v.Key("strategy").Text()), Language: v.Key("language").OneOf("zh", "en"),
		Zone: zone(v.Key("zone")), Currency: currency(v.Key("currency")), Party: v.Key("party").OneOf("creditor", "agency"),
		Signature: text(v.Key("signature"), true), Phone: v.Key("phone").Text(), Verify: text(v.Key("verify"), true),
		Officer: text(v.Key("officer"), false), StopWord: text(v.Key("stop_word"), true),
		LedgerMaxAge: duration(v.Key("ledger_max_age"), true), StaleAfter: duration(v.Key("stale_after"), false), Spread: duration(v.Key("spread"), false),
		Terms: terms(v.Key("terms")), Carrier: v.Key("carrier").Text(),
	}
	for _, s := range v.Key("rulebooks").Texts() {
		p.Rulebooks = append(p.Rulebooks, r.document(s))
	}
	if len(p.Rulebooks) == 0 {
		v.Key("rulebooks").Wrong(fault.RulebooksNone)
	}
	for _, a := range v.Key("approvals").List() {
		p.Approvals = append(p.Approvals, approval(a))
	}
	p.Pay = payConfig(v.Key("pay"))
	p.Talk = talk(v.Key("talk"), p.Currency)
	for _, s := range v.Key("templates").Texts() {
		p.Templates = append(p.Templates, r.path(s))
	}
	return p
}

// DirectProvider is the provider of a bind to the operator itself, or to one who carries for the lender alone.
const DirectProvider = "direct"

var digestForm = regexp.MustCompile(`^[0-9a-f]{16,64}$`)

func approval(v document.Value) Approval {
	if !v.Keys("template", "language", "text", "by", "on") {
		return Approval{}
	}
	a := Approval{
		Template: v.Key("template").Text(), Language: v.Key("language").OneOf("zh", "en"), Text: v.Key("text").Text(), By: v.Key("by").Text(), On: v.Key("on").Date(),
	}
	if a.Text != "" && !digestForm.MatchString(a.Text) {
		v.Key("text").Wrong(fault.DigestForm, strconv.Quote(a.Text))
	}
	if strings.ContainsAny(a.By, " \t\u3000") {
		v.Key("by").Wrong(fault.NotStaff)
	}
	if a.On == 0 && !v.Key("on").Given() {
		v.Key("on").Wrong(fault.ApprovalDay)
	}
	return a
}

func (r *configReader) carrier(v document.Value) Carrier {
	var c Carrier
	if !v.Keys("id", "kind", "provider", "address", "system_id", "password_env", "password_file", "source", "window", "rate", "sessions", "simulator", "registered_only", "cost") {
		return c
	}
	c = Carrier{
		ID: ident(v.Key("id")), Kind: v.Key("kind").OneOf("smpp"), Address: v.Key("address").Text(), SystemID: v.Key("system_id").Text(),
		PasswordEnv: v.Key("password_env").Optional(), PasswordFile: r.path(v.Key("password_file").Optional()),
		Source: v.Key("source").Text(), Window: 1000, Simulator: v.Key("simulator").Bool(), RegisteredOnly: v.Key("registered_only").Bool(), Provider: DirectProvider,
	}
	if p := v.Key("provider"); p.Given() {
		c.Provider = ident(p)
	}
	if host, port, err := net.SplitHostPort(c.Address); c.Address != "" && (err != nil || host == "" || !isPort(port)) {
		v.Key("address").Wrong(fault.CarrierAddress, strconv.Quote(c.Address))
	}
	if (c.PasswordEnv == "") == (c.PasswordFile == "") {
		v.Wrong(fault.PasswordOutside)
	}
	if w := v.Key("window"); w.Given() {
		c.Window = w.Int(1, 1000)
	}
	if w := v.Key("rate"); w.Given() {
		c.Rate = w.Int(0, 1_000_000)
	}
	if n := v.Key("sessions"); n.Given() {
		c.Sessions = n.Int(1, 1000)
	}
	if cost := v.Key("cost"); cost.Given() && cost.Keys("amount", "currency") {
		c.Cost = price(cost)
	}
	return c
}

// price reads the cost of a segment, which may be less than a minor unit: it is kept in millionths of one.
func price(v document.Value) Cost {
	cur := currency(v.Key("currency"))
	digits, ok := cur.Digits()
	if !ok {
		return Cost{}
	}
	rate, err := ledger.ParseRate(v.Key("amount").Text())
	if err != nil {
		v.Key("amount").Wrong(fault.CostForm, strconv.Quote(v.Key("amount").Text()))
		return Cost{}
	}
	micro := int64(rate)
	for range digits {
		micro *= 10
	}
	return Cost{Micro: micro, Currency: cur}
}

var identForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,31}$`)

func ident(v document.Value) string {
	s := v.Text()
	if s != "" && !identForm.MatchString(s) {
		v.Wrong(fault.IdentForm, strconv.Quote(s))
		return ""
	}
	return s
}

// text reads a text for borrowers: one string for both languages, or a mapping of zh and en.
func text(v document.Value, required bool) Text {
	switch {
	case !v.Given() && !required:
		return Text{}
	case len(v.Names()) == 0:
		s := v.Text()
		return Text{s, s}
	case !v.Keys("zh", "en"):
		return Text{}
	}
	t := Text{v.Key("zh").Optional(), v.Key("en").Optional()}
	if t.ZH == "" && t.EN == "" {
		v.Wrong(fault.TextMissing)
	}
	return t
}

func zone(v document.Value) *time.Location {
	name := "Asia/Shanghai"
	if v.Given() {
		name = v.Text()
	}
	l, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		v.Wrong(fault.TimeZoneForm, strconv.Quote(name))
		return nil
	}
	return l
}

func currency(v document.Value) ledger.Currency {
	c := ledger.Currency("CNY")
	if v.Given() {
		c = ledger.Currency(v.Text())
	}
	if _, ok := c.Digits(); !ok && c != "" {
		v.Wrong(fault.CurrencyCode, strconv.Quote(string(c)))
		return ""
	}
	return c
}

func duration(v document.Value, required bool) time.Duration {
	if !v.Given() && !required {
		return 0
	}
	s := v.Text()
	d, err := time.ParseDuration(s)
	if s != "" && (err != nil || d <= 0) {
		v.Wrong(fault.DurationForm, strconv.Quote(s))
		return 0
	}
	return d
}

var components = map[string]assess.Component{
	"fees": assess.Fees, "penalty": assess.Penalty, "interest": assess.Interest, "principal": assess.Principal,
}

func terms(v document.Value) assess.Terms {
	var t assess.Terms
	if !v.Given() || !v.Keys("grace_days", "day_count", "order") {
		return t
	}
	if g := v.Key("grace_days"); g.Given() {
		t.GraceDays = g.Int(0, 90)
	}
	if d := v.Key("day_count"); d.Given() {
		t.DayCount, _ = strconv.Atoi(d.OneOf("360", "365"))
	}
	for _, s := range v.Key("order").Texts("fees", "penalty", "interest", "principal") {
		t.Order = append(t.Order, components[s])
	}
	return t
}

func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}

// path makes a path of the file relative to the file's folder.
func (r *configReader) path(s string) string {
	if s == "" || filepath.IsAbs(s) {
		return s
	}
	return filepath.Join(r.folder, s)
}

// document returns the id of a document that ships as it stands, and the path of another.
func (r *configReader) document(s string) string {
	if identForm.MatchString(s) {
		return s
	}
	return r.path(s)
}
