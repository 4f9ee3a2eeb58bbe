package receive

// How the model's guess becomes a meaning.
const (
	stopShare = 0.45 // a stop that no rule knows needs this share where there are words that rest on texts,
	stopAlone = 0.60 // and this one where there are none
	doubtful  = 0.20 // where the meanings that protect have this share together, the likeliest of them wins
	faint     = 0.20 // below this share nothing is settled
)

func (g *guess) share(m Meaning) float64 {
	for k, one := range meanings {
		if one == m {
			return g.shares[k]
		}
	}
	return 0
}

// best returns the likeliest meaning, but never a stop: that needs words that ask for one.
func (g *guess) best() Meaning {
	best := len(meanings) - 1
	for k := range meanings {
		if g.shares[k] > g.shares[best] && meanings[k] != Stop {
			best = k
		}
	}
	return meanings[best]
}

// bereaved says that one who speaks of a death speaks of a loss of their own: the borrower lives.
func (g *guess) bereaved() bool {
	return g.share(Vulnerable) > 0.5 && g.share(Vulnerable) > 2*g.share(Deceased)
}

// stops says whether the model's own stop is believed. What takes a stop back ("a bus stop", "not stop") is heard first.
func (g *guess) stops(said *spoken) (Reading, bool) {
	share := g.share(Stop)
	switch {
	case said[stopVeto] != "":
		return Reading{}, false
	case said[stopHint] != "" && share >= stopShare:
		return Reading{Meaning: Stop, Confidence: share, Why: said[stopHint]}, true
	case share >= stopAlone:
		return Reading{Meaning: Stop, Confidence: share, Why: g.why[0]}, g.why[0] != ""
	}
	return Reading{}, false
}

// settle decides. A meaning that protects wins when in doubt; a promise needs words that commit to a payment.
func (g *guess) settle(l *lexed, said *spoken) Reading {
	if r, ok := g.stops(said); ok {
		return r
	}
	best := g.best()
	if !best.Protects() {
		likely, sum := 0, 0.0
		for k := 1; k < protecting; k++ {
			sum += g.shares[k]
			if g.shares[k] > g.shares[likely] || likely == 0 {
				likely = k
			}
		}
		if sum >= doubtful && 2*g.shares[likely] > sum {
			best = meanings[likely]
		}
	}
	if best == Promise && !l.commits() {
		best = g.next(Promise)
	}
	if best == Paid && l.asks() {
		best = Question
	}
	k := 0
	for meanings[k] != best {
		k++
	}
	if g.known == 0 || len(l.tokens) == 0 || g.shares[k] < faint && !best.Protects() {
		return Reading{Meaning: Other, Confidence: sureOther}
	}
	if best == Other {
		return Reading{Meaning: Other, Confidence: g.shares[k]}
	}
	return Reading{Meaning: best, Confidence: g.shares[k], Why: g.why[k]}
}

// next returns the likeliest meaning that is neither a stop nor m.
func (g *guess) next(m Meaning) Meaning {
	best := -1
	for k, one := range meanings {
		if one != m && one != Stop && (best < 0 || g.shares[k] > g.shares[best]) {
			best = k
		}
	}
	return meanings[best]
}

// asks says that a reply ends in a question.
func (l *lexed) asks() bool {
	for i := len(l.tokens) - 1; i >= 0; i-- {
		t := l.tokens[i]
		switch {
		case t.kind == sign && t.char == '?':
			return true
		case t.kind == sign:
			continue
		case t.kind == han:
			return t.char == '吗' || t.char == '么' && l.char(i-1) != '什' && l.char(i-1) != '那' && l.char(i-1) != '这' || t.char == '嘛' && l.char(i-1) == '行' ||
				l.hanAt(i-2, "行不行") || l.hanAt(i-2, "可不可以") || l.hanAt(i-1, "行不") || l.hanAt(i-2, "好不好")
		}
		return false
	}
	return false
}

var (
	askers  = set("can", "could", "may", "is", "are", "would", "will", "do", "does", "what", "when", "where", "how", "why", "if", "should", "who", "which", "did")
	commits = set("ill", "il", "will", "gonna", "going", "pay", "paying", "promise", "expect", "paid", "sending", "commit", "agree", "intend", "plan", "handle", "can", "get", "have",
		"payment", "shall", "wil", "should", "consider", "about", "way", "till", "until", "make", "making", "transferring", "settling")
	moneyed = set("pay", "paying", "paid", "payment", "send", "sending", "transfer", "settle", "clear", "sort", "money", "deposit", "do", "it", "balance", "cash", "payday",
		"salary", "check", "current", "transferring", "catch", "u", "make", "care", "handle", "amount", "installment", "instalment", "rest", "half", "debit", "funds", "something")
)

// commits says that a reply can be a promise: it speaks of paying, is no question and no "if".
func (l *lexed) commits() bool {
	if l.asks() || l.isWord(0, askers) && l.word(1) != "do" && l.word(0) != "will" && (l.word(0) != "can" || l.word(1) != "pay") {
		return false
	}
	if l.chinese() {
		for i, t := range l.tokens {
			if t.kind == han && (l.pays(i, true) || t.char == '处' && l.hanAt(i, "处理") || t.char == '补' || t.char == '扣' || t.char == '给' || t.char == '结' || t.char == '凑' || t.char == '办' || t.char == '到' && l.hanAt(i, "到账")) {
				return true
			}
		}
		return false
	}
	commit, money := false, false
	for i := range l.tokens {
		commit = commit || l.isWord(i, commits)
		money = money || l.isWord(i, moneyed)
	}
	for _, m := range l.marks {
		money = money || m.money
		commit = commit || m.money
	}
	return commit && money
}
