package console

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/dulyhq/duly/access"
	"github.com/dulyhq/duly/decide"
	"github.com/dulyhq/duly/engine"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words"
)

// A strategyPage is one version of a strategy.
type strategyPage struct {
	versionLine
	Portfolio, Text string
	Editing         bool // the visitor may change it
	Mistakes        []engine.Mistake
	Fine            bool // nothing is wrong with it
	Prefer          []said
	Stages          []stageShown
	Limits          []said // what the law allows at most, whatever the strategy says
	MayAsk, MayEnd  bool
	MayDecide, Own  bool // it waits, and the visitor may put it in force, or wrote it
	MayBack         bool
	MayDraft        bool
	MayTry          bool
	Overtaken       bool
	Trials          []trialShown
	Running         bool
	MaySimulate     bool
}

// A said is one thing that is said, with its name.
type said struct{ Name, Is string }

// A stageShown is a stage as people read it.
type stageShown struct {
	Name, Days string
	Lines      []treatmentShown
}

type treatmentShown struct{ Name, Days, What, Template, When string }

// strategy shows one.
func (c *Console) strategy(v *visit) error { return v.showStrategy(http.StatusOK, "", "") }

// showStrategy shows the version of the address; a text that could not be kept takes the place of its own.
func (v *visit) showStrategy(status int, text, wrong string) error {
	one, h, err := v.version(store.StrategyKind)
	if err != nil {
		return err
	}
	p := strategyPage{versionLine: v.versionLine(&one), Portfolio: h.Ref, Text: string(one.Body)}
	if text != "" {
		p.Text = text
	}
	p.Editing = p.State == "draft" && p.Mine && v.may(access.Draft, h)
	p.MayAsk, p.MayEnd = p.Editing, p.Mine && (p.State == "draft" || p.State == "asked") && v.may(access.Draft, h)
	p.Own = p.State == "asked" && p.Mine
	p.MayDecide = p.State == "asked" && !p.Mine && v.may(access.Activate, h)
	p.MayDraft, p.MayTry = v.may(access.Draft, h), v.may(access.Borrowers, h)
	p.MaySimulate = v.Simulate != nil && (v.may(access.Draft, h) || v.may(access.Activate, h))
	shown := h
	if p.State != "active" {
		checked := h.WithStrategy([]byte(p.Text), ledger.Day(v.at.In(h.Zone)))
		p.Mistakes, p.Fine, shown = checked.Mistakes, len(checked.Mistakes) == 0, checked.Portfolio
		now, err := v.Gate.Store.InUse(v.r.Context(), h.Row())
		if err != nil {
			return err
		}
		for i := range now {
			if now[i].Lineage == one.Lineage {
				p.Overtaken = (p.State == "asked" || p.State == "draft") && now[i].ID != one.Base
			}
		}
	} else if v.may(access.Activate, h) {
		p.MayBack = one.Number > 1 || one.Base != 0
	}
	if shown != nil {
		p.Prefer, p.Stages = v.preferences(&shown.Strategy), v.stages(&shown.Strategy)
	}
	p.Limits = v.limits(h)
	if p.Trials, p.Running, err = v.trials(one.ID, one.Digest); err != nil {
		return err
	}
	return v.showWith(status, "strategy", "策略 "+h.Ref+" · 第"+strconv.FormatInt(one.Number, 10)+"版", "Strategy of "+h.Ref+", version "+strconv.FormatInt(one.Number, 10), p, wrong)
}

// saidWords are what people call the fields of a strategy.
var saidWords = map[string][2]string{
	"hours": {"优先时段", "preferred hours"}, "weekdays": {"优先星期", "preferred days"}, "workdays": {"只在工作日", "working days only"}, "never_weekdays": {"不联系的星期", "never on"},
	"never_hours": {"不联系的时段", "never at"}, "never_holidays": {"节假日不联系", "never on public holidays"}, "spacing": {"两次联系至少相隔（天）", "days between contacts"},
	"min_due": {"低于此金额不联系（分）", "left alone below (minor units)"}, "after_reply_days": {"回复后静默（天）", "days of rest after a reply"},
	"silent_tries": {"几次未回应后换渠道", "unanswered tries before another channel"}, "gentle_causes": {"从轻对待的原因", "gentle where the cause is"},
	"gentle_kept": {"守约几次后从轻", "gentle after so many kept promises"}, "gentle_tone": {"从轻的语气", "gentle tone"}, "gentle_spacing": {"从轻的间隔（天）", "gentle spacing (days)"},
	"holdout": {"对照组", "holdout"}, "days": {"逾期天数", "days past due"}, "stage": {"阶段", "stage"}, "every": {"每隔（天）重复", "again every (days)"}, "channel": {"渠道", "channel"},
	"task": {"人工任务", "task"}, "template": {"文案", "text"}, "gentle_template": {"从轻的文案", "gentle text"}, "tones": {"只对语气", "only for tones"}, "causes": {"只对原因", "only for causes"},
	"silent": {"是否未回应", "only where silent"}, "next_step": {"已授权的下一步", "authorised next step"}, "states": {"状态", "states"}, "duty": {"履行的义务", "duty done"},
	"always": {"不受对照组和静默限制", "not barred by holdout or rest"},
}

// field names a field of a strategy.
func (v *visit) field(what string) string {
	if w, ok := saidWords[what]; ok {
		return v.say(w[0], w[1])
	}
	return what
}

func (v *visit) value(what, is string) string {
	switch {
	case is == "true":
		return v.say("是", "yes")
	case what == "silent":
		return map[string]string{"yes": v.say("未回应", "yes"), "no": v.say("有过回应", "no: something was answered")}[is]
	case what == "channel":
		return v.channel(is, "")
	case what == "next_step":
		return words.In(stepWords, is, v.lang)
	case v.lang == "en" && strings.HasSuffix(what, "weekdays"):
		return capitals(is)
	case v.lang == "en" && strings.HasSuffix(what, "causes"):
		return strings.ReplaceAll(is, "_", " ")
	case v.lang != "zh":
		return is
	}
	table := map[string]map[string]string{"weekdays": dayWords, "never_weekdays": dayWords, "causes": words.Causes, "gentle_causes": words.Causes}[what]
	var out []string
	for _, one := range strings.Split(is, ", ") {
		switch what {
		case "tones", "gentle_tone":
			out = append(out, words.In(words.Tones, one, v.lang))
		case "task":
			out = append(out, words.In(taskWords, one, v.lang))
		default:
			out = append(out, plainOne(table, one))
		}
	}
	return strings.Join(out, "、")
}

// capitals begins each of a list with a capital letter.
func capitals(list string) string {
	all := strings.Split(list, ", ")
	for i := range all {
		all[i] = capital(all[i])
	}
	return strings.Join(all, ", ")
}

// plainOne is the Chinese word for an id, else the id as it stands.
func plainOne(table map[string]string, id string) string {
	if w := table[id]; w != "" {
		return w
	}
	return id
}

var dayWords = map[string]string{"mon": "周一", "tue": "周二", "wed": "周三", "thu": "周四", "fri": "周五", "sat": "周六", "sun": "周日"}

// taskWords are what people call work of their own.
var taskWords = map[string][2]string{
	"call": {"a person calls", "人工致电"}, "visit": {"a person visits", "上门"}, "letter": {"a letter", "寄信"}, "review": {"a person looks at the case", "人工复核"}, "court": {"to the lawyers", "移交法务"},
}

// stepWords are steps that the lender has authorised for a loan.
var stepWords = map[string][2]string{
	"credit_report": {"credit reporting", "报送征信"}, "acceleration": {"the whole loan falls due", "贷款提前到期"}, "assignment": {"assignment of the debt", "债权转让"}, "court": {"a claim in court", "起诉"},
	"legal_letter": {"a lawyer's letter", "律师函"}, "agency": {"an agency takes over", "委外处置"},
}

// channel is by what a treatment reaches somebody.
func (v *visit) channel(channel, task string) string {
	if task != "" {
		return words.In(taskWords, task, v.lang)
	}
	if channel == string(ledger.SMS) && v.lang == "en" {
		return "text message"
	}
	return words.One(words.Channels, channel, v.lang)
}

func (v *visit) preferences(s *decide.Strategy) (out []said) {
	for _, f := range s.Says() {
		if f.Where == "prefer" {
			out = append(out, said{v.field(f.What), v.value(f.What, f.Is)})
		}
	}
	return out
}

func (v *visit) stages(s *decide.Strategy) (out []stageShown) {
	all := s.Stages
	if len(s.Notices.Treatments) > 0 {
		all = append(all[:len(all):len(all)], s.Notices)
	}
	rest := map[string]string{}
	for _, f := range s.Says() {
		switch f.What {
		case "every", "tones", "causes", "silent", "spacing", "next_step", "states", "always", "gentle_template":
			if rest[f.Where] != "" {
				rest[f.Where] += v.say("；", "; ")
			}
			rest[f.Where] += v.field(f.What) + v.say("：", ": ") + v.value(f.What, f.Is)
		}
	}
	for i := range all {
		st := &all[i]
		one := stageShown{Name: v.stageName(st.Name), Days: v.span(st.From, st.To)}
		if i == len(s.Stages) {
			one.Name = v.say("法定通知", "statutory notices")
		}
		for j := range st.Treatments {
			t := &st.Treatments[j]
			one.Lines = append(one.Lines, treatmentShown{t.Name, v.span(t.From, t.To), v.channel(string(t.Channel), t.Task), t.Template, rest["treatment "+t.Name]})
		}
		out = append(out, one)
	}
	return out
}

// span says in words from which day to which of a loan's lateness something is done; days before the due day are negative.
func (v *visit) span(from, to int) string {
	day := func(n int) string {
		switch {
		case n < 0:
			return fmt.Sprintf(v.say("到期前%d天", plural(-n, "%d day before due", "%d days before due")), -n)
		case n == 0:
			return v.say("到期当天", "the due day")
		}
		return fmt.Sprintf(v.say("逾期%d天", plural(n, "%d day past due", "%d days past due")), n)
	}
	switch {
	case to >= decide.NoEnd:
		return fmt.Sprintf(v.say("逾期%d天起", "from day %d past due"), from)
	case from == to:
		return day(from)
	case from > 0:
		return fmt.Sprintf(v.say("逾期%d–%d天", "%d–%d days past due"), from, to)
	case to < 0:
		return fmt.Sprintf(v.say("到期前%d–%d天", "%d–%d days before due"), -to, -from)
	}
	return day(from) + v.say("至", " to ") + day(to)
}

// limits are the hours and caps that bind in the portfolio, whatever a strategy says.
func (v *visit) limits(h *engine.Portfolio) (out []said) {
	for _, r := range h.Limits(ledger.Day(v.at.In(h.Zone))) {
		title := r.Title[v.lang]
		if title == "" {
			title = r.Title["en"]
		}
		out = append(out, said{r.ID, title})
	}
	return out
}

// saveStrategy keeps what was typed. It is kept whatever is wrong with it, and what is wrong is on the page.
func (c *Console) saveStrategy(v *visit) error {
	one, h, err := v.version(store.StrategyKind)
	if err != nil {
		return err
	}
	if !v.may(access.Draft, h) {
		return errDenied
	}
	text := v.form("body", 60_000) + "\n"
	err = c.Gate.Store.Redraft(v.r.Context(), one.ID, []byte(text), v.act())
	if said, known := v.refusal(err); known {
		return v.showStrategy(http.StatusConflict, text, said)
	}
	if err != nil {
		return err
	}
	v.away("strategies/" + strconv.FormatInt(one.ID, 10) + "?done=saved")
	return nil
}

// refusal is why the store does not do something with a version, as people read it.
func (v *visit) refusal(err error) (string, bool) {
	for _, r := range []struct {
		is     error
		zh, en string
	}{
		{store.ErrSameHand, "自己编写的版本须由他人启用。", "Nobody puts in force what they wrote: somebody else does."},
		{store.ErrNotAsked, "这个版本没有提交启用，或已经处理。", "Nobody asks for this version, or it was decided on already."},
		{store.ErrOvertaken, "拟稿期间已有别的版本生效，请从现行版本重新拟稿。", "Another version was put in force since this one was begun. Begin a new draft from that."},
		{store.ErrStands, "已提交的版本不能再改。", "A version that was asked for stands as it is."},
		{store.ErrNotYours, "草稿只能由拟稿人修改。", "A draft is changed by who began it."},
		{store.ErrGoneBack, "生效版本已经变化，请先查看现行版本。", "Another version is in force by now. Look at that one first."},
		{store.ErrNoFormer, "没有更早生效过的版本。", "No other version was in force before."},
	} {
		if errors.Is(err, r.is) {
			return v.say(r.zh, r.en), true
		}
	}
	return "", false
}
