package decide

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strconv"
	"time"

	"github.com/dulyhq/duly/assess"
	"github.com/dulyhq/duly/document"
	"github.com/dulyhq/duly/ledger"
	"github.com/dulyhq/duly/words/fault"
)

// The sizes that a document may have. They are far beyond what a lender wants, and keep a check of it short.
const (
	maxStages     = 50
	maxTreatments = 200
	maxDays       = 3660
)

var (
	weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} // by time.Weekday
	tones    = []string{string(assess.Lenient), string(assess.Standard), string(assess.Firm), string(assess.Human)}
	tasks    = []string{"call", "visit", "letter", "review", "court"}
	channels = []string{string(ledger.SMS), string(ledger.Voice), string(ledger.Email), string(ledger.App), string(ledger.Post), string(ledger.Task)}
)

// ParseStrategy reads one strategy and checks it by itself: stages that overlap or leave a day out, treatments
// outside their stage, treatments that can never be chosen. The name is that of the file, for messages. The
// error is document.MistakeErrors, each with file, line and column. What has to be checked against other documents
// is CheckTemplates and CheckAgainst.
func ParseStrategy(name string, doc []byte) (Strategy, error) {
	d, err := document.Parse(name, doc)
	if err != nil {
		return Strategy{}, err
	}
	sum := sha256.Sum256(doc)
	s := Strategy{Digest: hex.EncodeToString(sum[:]), File: name}
	root := d.Root
	if root.Keys("id", "version", "title", "prefer", "min_due", "after_reply_days", "silent_tries", "gentle", "holdout", "stages", "notices") {
		s.ID, s.Version = root.Key("id").Text(), root.Key("version").Text()
		if t := root.Key("title"); t.Keys("en", "zh") {
			t.Key("en").Text()
			t.Key("zh").Text()
		}
		s.Prefer = preference(root.Key("prefer"))
		if v := root.Key("min_due"); v.Given() {
			s.MinDue = int64(v.Int(0, math.MaxInt32))
		}
		if v := root.Key("after_reply_days"); v.Given() {
			s.AfterReply = v.Int(0, 366)
		}
		if v := root.Key("silent_tries"); v.Given() {
			s.SilentTries = v.Int(0, 100)
		}
		s.Gentle = gentleness(root.Key("gentle"))
		if v := root.Key("holdout"); v.Given() {
			s.Holdout = holdout(v)
		}
		index, named := map[int]string{}, map[string]int{}
		s.stages(root.Key("stages"), index, named)
		s.notices(root.Key("notices"), index, named)
	}
	if err := d.Err(); err != nil {
		return Strategy{}, err
	}
	s.checkReach(root.Key("stages"))
	s.checkGentle(root)
	if err := d.Err(); err != nil {
		return Strategy{}, err
	}
	return s, nil
}

func preference(v document.Value) Preference {
	var p Preference
	if !v.Keys("hours", "workdays", "weekdays", "never", "spacing") {
		return p
	}
	p.Open, p.Close = v.Key("hours").Hours()
	p.Workdays = v.Key("workdays").Bool()
	p.Weekdays = days(v.Key("weekdays"))
	if len(p.Weekdays) == 0 && p.Workdays {
		p.Weekdays = []bool{false, true, true, true, true, true, false}
	}
	p.Spacing = v.Key("spacing").Int(1, 366)
	never := v.Key("never")
	if !never.Given() || !never.Keys("weekdays", "hours", "holidays") {
		return p
	}
	p.NeverDays = days(never.Key("weekdays"))
	p.NeverHolidays = never.Key("holidays").Bool()
	if h := never.Key("hours"); h.Given() {
		p.NeverFrom, p.NeverTo = h.Hours()
		if p.NeverFrom < p.Close && p.Open < p.NeverTo {
			h.Wrong(fault.NeverOverlaps, h.Text(), v.Key("hours").Text())
		}
	}
	left := len(p.NeverDays) == 0
	for i, no := range p.NeverDays {
		left = left || !no && (len(p.Weekdays) == 0 || p.Weekdays[i])
	}
	if !left {
		never.Key("weekdays").Wrong(fault.NeverAll)
	}
	return p
}

func days(v document.Value) []bool {
	if !v.Given() {
		return nil
	}
	out := make([]bool, 7)
	for _, name := range v.Texts(weekdays...) {
		for i, w := range weekdays {
			out[time.Weekday(i)] = out[i] || w == name
		}
	}
	return out
}

func holdout(v document.Value) Holdout {
	var h Holdout
	if !v.Keys("percent", "salt") {
		return h
	}
	text := v.Key("percent").Text()
	rate, err := ledger.ParseRate(text)
	if err != nil || rate > 100*million || rate%100 != 0 {
		v.Key("percent").Wrong(fault.HoldoutShare, strconv.Quote(text))
		return h
	}
	h.Millionths = int64(rate) / 100
	h.Salt = v.Key("salt").Optional()
	if h.Millionths > 0 && h.Salt == "" {
		v.Key("salt").Wrong(fault.HoldoutSalt)
	}
	return h
}

func (s *Strategy) stages(v document.Value, index map[int]string, named map[string]int) {
	list := v.List()
	if len(list) == 0 {
		v.Wrong(fault.StagesNone)
	}
	if len(list) > maxStages {
		v.Wrong(fault.StagesMany, maxStages)
		return
	}
	for i, item := range list {
		st := s.readStage(item, i == len(list)-1, index, named)
		if line, twice := named["stage "+st.Name]; twice && st.Name != "" {
			item.Wrong(fault.StageTwice, st.Name, line)
		}
		named["stage "+st.Name] = st.Line
		if i > 0 {
			if before := &s.Stages[i-1]; before.To < NoEnd && st.From <= before.To {
				item.Key("from").Wrong(fault.StageOverlaps, st.From, before.Name, before.To)
			} else if st.From > before.To+1 {
				item.Key("from").Wrong(fault.StageGap, st.From, before.To+1, st.From-1)
			}
		}
		s.Stages = append(s.Stages, st)
	}
}

func (s *Strategy) readStage(v document.Value, last bool, index map[int]string, named map[string]int) Stage {
	if !v.Keys("name", "bucket", "from", "to", "treatments") {
		return Stage{}
	}
	st := Stage{Name: v.Key("name").Text(), Bucket: v.Key("bucket").Optional(), From: v.Key("from").Int(-maxDays, maxDays), To: NoEnd, Line: v.Line()}
	if st.Bucket == "" {
		st.Bucket = st.Name
	}
	switch to := v.Key("to"); {
	case to.Given():
		if st.To = to.Int(-maxDays, maxDays); st.To < st.From {
			to.Wrong(fault.BeforeFrom, st.To, st.From)
		}
	case !last:
		to.Wrong(fault.ToMissing)
	}
	list := v.Key("treatments").List()
	if len(list) > maxTreatments {
		v.Key("treatments").Wrong(fault.TreatmentsMany, maxTreatments)
		return st
	}
	for _, item := range list {
		t := treatment(item, &st)
		same(item, &t, index, named)
		st.Treatments = append(st.Treatments, t)
	}
	return st
}

// same refuses an index or a name that is there already.
func same(item document.Value, t *Treatment, index map[int]string, named map[string]int) {
	if other, twice := index[t.Index]; twice && t.Index != 0 {
		item.Key("index").Wrong(fault.IndexTwice, t.Index, other)
	}
	if line, twice := named[t.Name]; twice && t.Name != "" {
		item.Key("name").Wrong(fault.NameTwice, t.Name, line)
	}
	index[t.Index], named[t.Name] = t.Name, t.Line
}

func treatment(v document.Value, st *Stage) Treatment {
	if !v.Keys("name", "index", "from", "to", "every", "channel", "template", "task", "tones", "causes", "gentle_template", "silent", "spacing", "always") {
		return Treatment{}
	}
	t := Treatment{
		Name: v.Key("name").Text(), Index: v.Key("index").Int(1, math.MaxInt16), From: st.From, To: st.To,
		Channel: ledger.Channel(v.Key("channel").OneOf(channels...)), Template: v.Key("template").Optional(),
		Always: v.Key("always").Bool(), Line: v.Line(),
	}
	reach(v, st, &t)
	if e := v.Key("every"); e.Given() {
		t.Every = e.Int(1, 366)
	}
	if sp := v.Key("spacing"); sp.Given() {
		t.Spacing = sp.Int(1, 366)
	}
	if sil := v.Key("silent"); sil.Given() {
		b := sil.Bool()
		t.Silent = &b
	}
	for _, name := range v.Key("tones").Texts(tones...) {
		t.Tones = append(t.Tones, assess.Tone(name))
	}
	t.Causes = causes(v.Key("causes"))
	if task := v.Key("task"); t.Channel == ledger.Task {
		t.Task = task.OneOf(tasks...)
	} else if task.Given() {
		task.Wrong(fault.TaskTreatment)
	}
	if t.Template == "" && (t.Channel != ledger.Task || t.Task == "letter") && t.Channel != "" {
		v.Key("template").Wrong(fault.TemplateMissing)
	}
	if g := v.Key("gentle_template"); g.Given() {
		soft := t
		if soft.Template = g.Text(); t.Template == "" {
			g.Wrong(fault.GentleSilent)
		}
		t.Soft = &soft
	}
	if len(t.Tones) == 1 && t.Tones[0] == assess.Human && t.Channel != ledger.Task {
		v.Key("channel").Wrong(fault.ToneHuman)
	}
	return t
}

// reach reads the first and last day of a treatment, which have to lie in its stage.
func reach(v document.Value, st *Stage, t *Treatment) {
	from, to := v.Key("from"), v.Key("to")
	if from.Given() {
		t.From = from.Int(-maxDays, maxDays)
	}
	if to.Given() {
		t.To = to.Int(-maxDays, maxDays)
	}
	switch {
	case t.To < t.From:
		to.Wrong(fault.BeforeFrom, t.To, t.From)
	case t.From < st.From || t.From > st.To:
		st.outside(from, t.From)
	case t.To > st.To:
		st.outside(to, t.To)
	}
}

// outside notes at a value that its day is none of the stage.
func (st *Stage) outside(v document.Value, day int) {
	if st.To >= NoEnd {
		v.Wrong(fault.OutsideOpen, day, st.Name, st.From)
		return
	}
	v.Wrong(fault.OutsideStage, day, st.Name, st.From, st.To)
}
