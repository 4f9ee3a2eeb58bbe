package console

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/serve"
	"github.com/dulyhq/duly/words"
)

//go:embed pages
var pages embed.FS

// templates are the pages by name, each with the frame around it. They are read when the first is shown: no command but serve needs them.
var templates = sync.OnceValue(func() map[string]*template.Template {
	frame := template.Must(template.New("frame.html").Funcs(template.FuncMap{"n": grouped}).ParseFS(pages, "pages/frame.html"))
	out := map[string]*template.Template{}
	list, err := pages.ReadDir("pages")
	if err != nil {
		panic(err) // it is embedded
	}
	for _, f := range list {
		if name, ok := strings.CutSuffix(f.Name(), ".html"); ok && name != "frame" {
			out[name] = template.Must(template.Must(frame.Clone()).ParseFS(pages, "pages/"+f.Name()))
		}
	}
	return out
})

// What a browser may keep for ever has a name that changes with what it holds.
var (
	styleText   = mustRead("pages/style.css")
	scriptText  = mustRead("pages/keys.js")
	passkeyText = mustRead("pages/passkey.js")
	stylePath   = Path + "style-" + serve.Digest(styleText) + ".css"
	scriptPath  = Path + "keys-" + serve.Digest(scriptText) + ".js"
	passkeyPath = Path + "passkey-" + serve.Digest(passkeyText) + ".js"
)

func mustRead(name string) []byte {
	b, err := pages.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return b
}

// A shown is what a page's template is given.
type shown struct {
	Lang   string
	Title  string
	Style  string
	Script string
	Path   string // for the other language; empty: the page is an answer, which is not asked for again
	Name   string // the lender's
	User   string // the login; empty before the second factor
	Nav    []place
	Now    string // civil
	Data   any    // the page's own
	Error  string
	Done   string
	NoKeys bool // the visitor has turned keys of one letter off: WCAG 2.2, 2.1.4
	Unseen int  // changes of how the visitor signs in, of which they have not said that they know
}

// A place is one line of the navigation.
type place struct {
	To, Name, Key string
	Here          bool
	Count         int // what waits there; 0 shows nothing
}

// Passkeys is where the script for them is.
func (s *shown) Passkeys() string { return passkeyPath }

// Many says that there are so many places to go to that the header has no room for much else.
func (s *shown) Many() bool { return len(s.Nav) > manyPlaces }

// manyPlaces is how many fit beside the lender's name and the time at 1280 pixels.
const manyPlaces = 10

// T picks the wording of the language.
func (s *shown) T(zh, en string) string {
	if s.Lang == "en" {
		return en
	}
	return zh
}

// nav is what there is to go to, for who may.
func (v *visit) nav() (out []place) {
	if v.user == nil || !v.user.Inside || v.user.Given {
		return nil
	}
	for _, p := range []struct {
		need         access.Permission
		to, zh, en   string
		key          string
		alsoBeginsBy string
	}{
		{access.Today, "today", "今日", "Today", "t", ""},
		{access.Inbox, "inbox", "待办", "Inbox", "i", "inbox/"},
		{access.Borrowers, "borrowers", "借款人", "Borrowers", "b", "borrowers/"},
		{access.Reports, "reports", "报表", "Reports", "r", "reports/"},
		{access.Approve, "approvals", "待审批", "Approvals", "p", ""},
		{access.Export, "exports", "导出", "Exports", "e", "exports/"},
		{access.ExportTwo, "exports/second", "导出", "Exports", "e", ""},
		{access.Carriers, "carriers", "通道", "Carriers", "c", "carriers/"},
		{access.Import, "imports", "导入", "Import", "m", "imports/"},
		{access.Users, "users", "用户", "Users", "u", "users/"},
		{access.Strategies, "strategies", "策略", "Strategies", "s", "strategies/"},
		{access.Strategies, "templates", "文案", "Texts", "x", "templates/"},
		{access.Strategies, "rulebooks", "规则", "Rules", "l", "rulebooks/"},
		{access.Audit, "audit", "操作记录", "Audit", "a", ""},
	} {
		if !v.user.Grants.Anywhere(p.need) || !v.serves(p.to) || p.need == access.ExportTwo && v.user.Grants.Anywhere(access.Export) {
			continue // who may ask comes to what others asked for from there
		}
		here := strings.TrimPrefix(v.r.URL.Path, Path)
		out = append(out, place{To: Path + p.to, Name: v.say(p.zh, p.en), Key: p.key, Here: here == p.to || p.alsoBeginsBy != "" && strings.HasPrefix(here, p.alsoBeginsBy)})
	}
	return out
}

// serves says whether there is a page of that name.
func (c *Console) serves(name string) bool {
	for _, r := range c.routes() {
		if r.pattern == "GET "+Path+name {
			return true
		}
	}
	return false
}

// show renders a page whole before the first byte leaves, so that nobody sees half of one.
func (v *visit) show(status int, name, zh, en string, data any) error {
	return v.showWith(status, name, zh, en, data, "")
}

// showWith shows a page with what was wrong in a form.
func (v *visit) showWith(status int, name, zh, en string, data any, wrong string) error {
	s := &shown{
		Lang: v.lang, Style: stylePath, Script: scriptPath, Path: v.r.URL.Path, Name: v.Name.In(v.lang), Data: data, Error: wrong, Nav: v.nav(),
		Now: v.minute(v.at), Done: v.told(),
	}
	if v.user != nil && v.user.Inside {
		s.User, s.Unseen, s.NoKeys = v.user.Login, v.user.Unseen, v.user.NoKeys
	}
	if v.r.Method != http.MethodGet {
		s.Path = ""
	}
	s.Title = s.T(zh, en)
	var b bytes.Buffer
	if err := templates()[name].ExecuteTemplate(&b, "frame.html", s); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.Header().Set("Content-Language", map[string]string{"zh": "zh-CN", "en": "en"}[v.lang])
	v.w.WriteHeader(status)
	if v.r.Method != http.MethodHead {
		_, _ = v.w.Write(b.Bytes()) // whoever went away needs no answer
	}
	return nil
}

// showLive answers a script that asks what would become of the words that are being typed: with that alone, so that nothing else of the page is
// read, and kept in the audit as read, at every pause. nil: there are no words yet.
func (v *visit) showLive(p *preview) error {
	var b bytes.Buffer
	if err := templates()["write"].ExecuteTemplate(&b, "live", p); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err := v.w.Write(b.Bytes())
	return err
}

// done are what a page says after something was done, by the code in its address.
var done = map[string][2]string{
	"password":       {"密码已更改。", "The password is changed."},
	"sso":            {"已允许用统一登录，对方须在7天内首次登录。", "They may sign in with your organisation's sign-in; the first time within seven days."},
	"ssoend":         {"已取消统一登录，改用密码或通行密钥。", "They sign in by password or passkey again, and not with your organisation's sign-in."},
	"held":           {"已暂停，所选范围内不再发出信息。", "It is stopped: nothing of it leaves any more."},
	"released":       {"已恢复发送。", "It goes on."},
	"agreed":         {"已约定，立即生效，期间不再催收。", "It is agreed and holds from now on; as long as it is kept nobody is reminded."},
	"proposed":       {"已提交，待他人审批。", "It waits for a second person's approval."},
	"approved":       {"已批准，立即生效。", "It is approved, and holds from now on."},
	"refused":        {"未批准。", "It is refused."},
	"taken":          {"已由您处理。", "It is yours now."},
	"handed":         {"已转交。", "It is handed on."},
	"answered":       {"已排定发出；交付前会再次核对，未能发出会退回待办。", "It is planned. It is judged once more before it leaves, and comes back here if it does not."},
	"roles":          {"角色已更改，对方须重新登录。", "The roles are changed. They sign in anew."},
	"locked":         {"已锁定，即刻不能登录。", "They are locked, and come in no more."},
	"unlocked":       {"已解锁，可以登录。", "They may come in again."},
	"signedout":      {"已结束其全部登录。", "All their sessions are ended."},
	"factorreset":    {"已重置二次验证，对方下次用密码登录后重新设置。", "The second factor is gone. They set up another when they come in with their password next."},
	"ended":          {"已停用，不能再登录。", "The account is closed for good."},
	"written":        {"已排定发出；交付前会再次核对，未能发出会列入待办。", "It is planned. It is judged once more before it leaves, and comes to the inbox if it does not."},
	"letgo":          {"已放弃，文件已删除，没有任何更改。", "It is let go: the files are gone, and nothing has changed."},
	"closed":         {"已办结。", "It is closed."},
	"drafted":        {"草稿已建立，内容与底稿相同，可以开始修改。", "The draft is there, and says what it was begun from."},
	"saved":          {"已保存。", "It is kept."},
	"asked":          {"已提交，待他人启用。", "It waits for a second person."},
	"activated":      {"已启用，从下一次发送起生效。", "It is in force, from the next message on."},
	"asked-text":     {"已提交，待合规签署。", "It waits for compliance to sign it."},
	"signed":         {"已签署，从下一次发送起使用。", "It is signed, and used from the next message on."},
	"filed":          {"报备状态已记录。", "What the carrier has on file is noted."},
	"booksigned":     {"已签署。", "It is signed."},
	"askedbook":      {"已提交，待另一位合规人员签署。", "It waits for somebody else of compliance to sign it."},
	"bound":          {"已签署，规则效力已改变。", "It is signed, and the rule binds as was asked for."},
	"given-up":       {"已结束，不会启用。", "It is given up, and does not come into force."},
	"back":           {"已回退，这个版本重新生效。", "This version is in force again."},
	"unsimulated":    {"模拟已停止。", "The simulation is ended."},
	"simulating":     {"模拟已开始，可稍后刷新查看。", "It has begun. Look again in a while."},
	"bill":           {"账单已保存。", "The bill is kept."},
	"said":           {"已认定；需要时可以撤销。", "It is kept; a later word takes it back."},
	"passkey":        {"通行密钥已登记，其他登录均已结束。", "The passkey is added, and every other session of yours has ended."},
	"unkeyed":        {"通行密钥已移除，其他登录均已结束。", "The passkey is removed, and every other session of yours has ended."},
	"renamed":        {"通行密钥已改名。", "The passkey has its new name."},
	"proved":         {"已确认是您本人，5分钟内可更改登录方式。", "It is you: for five minutes you may change how you sign in."},
	"app":            {"身份验证器已启用，其他登录均已结束。", "The authenticator app is in use, and every other session of yours has ended."},
	"unapped":        {"身份验证器已移除，其他登录均已结束。", "The app is removed, and every other session of yours has ended."},
	"keys":           {"单键快捷键已启用。", "Keys of one letter are on."},
	"no-keys":        {"单键快捷键已关闭。", "Keys of one letter are off."},
	"seen":           {"好的，不再提示。", "Good. This is not shown again."},
	"corrected":      {"已更正，后续已生效。", "It is put right, and what follows has happened."},
	"export-asked":   {"已提交，待他人同意。", "It waits for a second person."},
	"export-allowed": {"已同意，申请人可在24小时内下载一次。", "It may be fetched once within 24 hours, by who asked for it."},
	"export-refused": {"已拒绝。", "It is refused."},
}

func (v *visit) told() string {
	w, ok := done[v.r.URL.Query().Get("done")]
	if !ok || v.r.Method != http.MethodGet {
		return ""
	}
	return v.say(w[0], w[1])
}

func (v *visit) denied() error {
	return v.show(http.StatusForbidden, "denied", "您没有这项权限", "You may not do this", nil)
}

func (v *visit) nowhere() error {
	return v.show(http.StatusNotFound, "nowhere", "没有这个页面", "There is no such page", nil)
}

// failed says that something went wrong here.
func (v *visit) failed() {
	if err := v.show(http.StatusInternalServerError, "failed", "暂时无法显示", "This cannot be shown just now", nil); err != nil {
		http.Error(v.w, "503", http.StatusServiceUnavailable)
	}
}

// lost answers for what is not there.
func (c *Console) lost(*visit) error { return errNowhere }

// home is the first page that somebody may see.
func (c *Console) home(v *visit) error {
	if nav := v.nav(); len(nav) > 0 {
		v.away(strings.TrimPrefix(nav[0].To, Path))
		return nil
	}
	v.away("me")
	return nil
}

func (v *visit) money(minor int64, c ledger.Currency) string {
	return string(compose.AppendMoney(nil, minor, c, compose.Language(v.lang)))
}

// zone is where the creditor's days are.
func (v *visit) zone() *time.Location {
	if all := v.Desk.Portfolios(); len(all) > 0 {
		return all[0].Zone
	}
	return time.UTC
}

// minute writes a time of the creditor's zone.
func (v *visit) minute(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if v.lang == "en" {
		return t.In(v.zone()).Format("2 Jan 2006, 15:04")
	}
	return t.In(v.zone()).Format("2006年1月2日 15:04")
}

// soon writes a time as short as the day allows.
func (v *visit) soon(t time.Time) string {
	t = t.In(v.zone())
	if ledger.Day(t) == ledger.Day(v.at.In(v.zone())) {
		return v.say("今天 ", "today, ") + t.Format("15:04")
	}
	return v.say(t.Format("1月2日 15:04"), t.Format("2 Jan, 15:04"))
}

// dayOf writes a day.
func (v *visit) dayOf(d ledger.Date) string {
	t := d.At(0, 0, time.UTC)
	return v.say(t.Format("2006年1月2日"), t.Format("2 Jan 2006"))
}

// capital begins a heading with a capital letter, where its language has them.
func capital(text string) string {
	r, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[n:]
}

// stageName is what people call a stage.
func (v *visit) stageName(name string) string { return words.Stage(name, v.lang) }
