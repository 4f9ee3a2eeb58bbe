package receive

// words is a set of words.
type words map[string]bool

func set(list ...string) words {
	w := make(words, len(list))
	for _, one := range list {
		w[one] = true
	}
	return w
}

var (
	// stopWords are those that carriers and the rules of the FCC (47 CFR 64.1200(a)(10)) take as a stop by themselves.
	stopWords = set("stop", "stopall", "quit", "end", "revoke", "optout", "cancel", "unsubscribe", "unsub", "td", "arret", "remove")
	// strongWords mean messages wherever they stand; the others may be about anything.
	strongWords = set("stopall", "optout", "unsubscribe", "unsub", "unsubcribe", "unsuscribe", "unsubscribed")
	filler      = set("please", "now", "just", "ok", "okay", "thanks", "thank", "you", "hi", "hello", "hey", "and", "so", "then", "already", "immediately",
		"i", "said", "say", "told", "it", "all", "this", "the", "me", "must", "need", "needs", "to", "want", "yes", "no", "sir", "madam", "dear", "team",
		"reply", "replying", "again", "them", "these", "that", "at", "once", "today", "ffs", "fucking", "fuckin", "bloody", "damn", "would", "like", "have", "asked", "im", "asking", "from", "here", "everything", "kindly", "should", "better", "will", "id", "can", "could", "forever", "guys", "really")
	texting = set("texting", "contacting", "sending", "calling", "emailing", "mailing", "spamming", "harassing", "bothering", "bugging",
		"pestering", "phoning", "writing", "reminding", "disturbing", "chasing", "hounding", "ringing", "annoying", "notifying", "hassling", "stalking")
	texts = set("text", "texts", "reminder", "reminders", "spam", "notification", "notifications", "alerts", "communication",
		"communications", "contact", "harassment", "emails", "email", "calls", "newsletter", "spamming")
	determiner  = set("the", "these", "those", "this", "all", "your", "any", "with", "such", "more", "sending", "me", "of", "further", "future", "automated", "daily", "stupid", "damn", "fucking", "bloody", "annoying", "from", "receiving", "getting", "to", "be", "debt", "collection", "payment", "marketing", "sms", "get", "receive", "want", "so", "many", "anymore", "other", "unwanted", "text", "loan")
	sends       = set("text", "contact", "send", "call", "email", "bother", "disturb", "harass", "remind", "spam", "write", "phone", "ring", "message", "bug", "pester", "notify", "mail")
	toMe        = set("me", "us", "again", "anymore", "here", "this", "my", "any")
	prevents    = set("dont", "mustnt", "never")
	inTime      = set("at", "on", "during", "before", "after", "until", "till", "when", "while", "if", "unless", "today", "tonight", "tomorrow", "now", "because", "about", "for", "later", "so", "in", "by", "with", "that", "yet", "late", "early", "then", "like", "during", "cos", "coz", "cuz")
	first       = set("i", "ill", "id", "ive", "im", "we", "well", "he", "she", "they", "shell", "hell")
	asked       = set("ask", "asked", "asking", "prefer", "want", "please", "request", "requested", "requesting", "told", "rather", "demand", "said", "insist", "must", "should")
	compound    = set("bus", "pit", "full", "non", "truck", "tube", "train", "tram", "rest", "week", "weeks", "month", "months", "year", "years", "day", "days", "weekend", "by", "at", "one", "rear", "front", "door", "back", "coach", "next", "last", "first", "my", "f", "high", "low", "book", "until", "till", "before", "in")
	notTexts    = set("payment", "payments", "card", "cards", "cheque", "check", "account", "autopay", "debit", "loan", "interest", "fees", "fee", "work", "working", "smoking", "music", "timer", "alarm", "by", "over", "off", "sign", "gap", "of", "date", "up", "game", "playing", "song", "lying", "worrying", "crying", "charging", "talking", "charges", "transfer", "order", "direct", "drinking", "being", "in", "motion", "watch", "loss", "direct", "auto")
	opening     = set("i", "im", "ive", "you", "it", "this", "that", "please", "now")
	instructing = set("reply", "text", "send", "visit", "click", "type", "rply", "call")
	owners      = set("my", "all", "any", "the", "prior")
	plurals     = set("texts", "alerts", "notifications")
	auxiliary   = set("will", "can", "would", "have", "should", "could", "had", "must", "already")
	sent        = set("me", "us", "these", "this", "those", "them", "anything", "notices", "it")
	adverbs     = set("ever", "please", "you", "longer", "dare", "even", "also")
	wanting     = set("want", "wish", "need", "consent", "wanna", "agree", "like", "care")
	numbers     = set("number", "phone", "name", "contact", "cell", "mobile", "no")
	lists       = set("list", "lists", "database", "mailing", "contacts", "system", "records")
	curses      = set("the", "hell", "fuck", "fucking", "bloody")
	cancelled   = set("subscription", "subscriptions", "service", "text", "texts", "reminder", "reminders", "notification", "notifications", "alerts", "contact", "consent")
)
