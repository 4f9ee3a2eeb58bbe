package lint

import (
	"slices"

	"github.com/dulyhq/duly/compose"
)

// advice is why something is wrong, and what to write instead.
type advice struct{ why, better Said }

// advices are by code, or by the name that a pattern gives (as=NAME).
var advices = map[string]advice{
	string(Threat): {
		Said{"以暴力或伤害相威胁，任何情况下都不得发送。", "It threatens harm, which may never be sent."},
		Said{"您的还款已逾期，我们想和您商量可行的安排，方便时请回电。", "Your payment is late. Please call us, and we will look for a way that works for you."},
	},
	"vague": {
		Said{"以未说明的后果相威胁；后果只能写贷款真实、已获授权并注明日期的下一步。", "It threatens consequences without naming them; only the loan's real, authorised and dated next step may be named."},
		Said{"如有困难，请在还款日前致电我们商定分期；有疑问也请告诉我们。", "If paying is difficult, call us to agree a plan; if something is wrong, tell us."},
	},
	"stalk": {
		Said{"暗示监视、跟踪借款人或其家人，构成威胁。", "It hints that the reader or their family is watched, which is a threat."},
		Said{"为更新资料，请您在方便时与我们核对联系方式。", "Please check with us that your contact details are up to date."},
	},
	"visit": {
		Said{"以上门、堵门相威胁；上门核实须事先预约并征得同意。", "It threatens with a visit; a visit needs an appointment and consent."},
		Said{"如您愿意面谈，请告诉我们方便的时间和地点。", "If you would rather meet in person, tell us a time and place that suit you."},
	},
	"flood": {
		Said{"以反复拨打、发送相威胁，构成骚扰。", "It threatens to call or write over and over, which is harassment."},
		Said{"请告诉我们方便联系您的时间，我们只在那时联系。", "Tell us when it suits you to talk, and we will keep to it."},
	},
	string(Insult): {
		Said{"侮辱、贬低借款人的人格。", "It insults the reader."},
		Said{"我们注意到还款尚未到账，想了解您是否遇到了困难。", "Your payment has not reached us, and we would like to know whether something made it difficult."},
	},
	string(FalseAuthority): {
		Said{"冒充司法、行政机关或律师，或自称受其委托。", "It pretends to be, or to act for, police, a court, government or a lawyer."},
		Said{"您好，这里是【机构名称】，关于您的还款，请致电【官方电话】核实。", "This is [lender's name] about your payment. To check that it is us, call [official number]."},
	},
	string(FalseLegal): {
		Said{"写了不实或没有依据的法律后果。", "It names a legal consequence that is untrue or has no ground."},
		Said{"根据合同，逾期会产生违约利息，具体金额请致电我们了解。", "Under your agreement late interest is added; call us for the figure."},
	},
	"crime": {
		Said{"欠款属于民事债务，不得以拘捕、判刑、报警等刑事后果相告。", "Owing a debt is a civil matter; arrest, prison and police may not be held out."},
		Said{"这是一笔民事债务，我们希望与您协商解决，请回电。", "This is a civil debt and we would like to settle it with you; please call."},
	},
	"seize": {
		Said{"查封、冻结、扣划只能由法院依法裁定，不得宣称自行或即将为之。", "Only a court can order that property, accounts or wages be taken; a creditor may not announce it."},
		Said{"如双方协商不成，我们可能依据合同通过诉讼解决；在此之前欢迎来电商量。", "If we cannot agree, we may ask a court to decide under the agreement. Call us before then."},
	},
	"list": {
		Said{"失信、限制消费名单只能由法院依法决定，不得以此相告。", "Such lists are for a court or a register to keep; they may not be held out as a threat."},
		Said{"逾期信息会按规定如实报送征信系统，如有异议请联系我们。", "A missed payment may be reported to the credit bureau as it is; tell us if you think it is wrong."},
	},
	"kin": {
		Said{"债务不牵连子女、亲属，不得以其前途相告。", "A debt does not fall on children or relatives; their future may not be held out."},
		Said{"这笔借款只与您本人有关，请与我们商量还款安排。", "This loan concerns you alone; please talk to us about paying it."},
	},
	"suit": {
		Said{"写了诉讼等后果，而没有已获授权并注明日期的下一步支持。", "It announces court action that no authorised, dated next step of the loan backs."},
		Said{"如协商不成，我们可能依据合同约定向人民法院提起诉讼；我们更希望与您商量。", "If we cannot agree, we may bring a claim in court under the agreement. We would rather find a plan with you."},
	},
	"barred": {
		Said{"该笔债务的诉讼时效已过，不得以诉讼相告。", "A suit over this debt is time-barred and may not be mentioned."},
		Said{"这笔款项仍有余额，是否归还由您决定；如愿商量，请来电。", "There is still a balance on this account; whether to pay is for you to decide. Call us if you would like to talk."},
	},
	"credit": {
		Said{"夸大或虚构征信后果，或没有下一步支持。", "It overstates what credit reporting does, or no next step backs it."},
		Said{"逾期信息会按规定如实报送征信系统，可能影响您的信用记录。", "A missed payment may be reported to the credit bureaus, which can affect your credit score."},
	},
	string(ThirdPerson): {
		Said{"向他人透露债务，或要求他人代为催收、偿还。", "It tells others of the debt, or wants them to act or pay."},
		Said{"我们只与您本人联系，请您在方便时回电。", "We speak about this with you alone; please call us when it suits you."},
	},
	string(Shaming): {
		Said{"公开借款人的信息，或以公开羞辱相威胁。", "It exposes the reader, or threatens to."},
		Said{"您的信息我们会保密，还款安排请致电我们商量。", "Your details stay private. Call us to talk about a way to pay."},
	},
	string(Personal): {
		Said{"写了身份证号、银行卡号等个人信息；只可写末四位。", "It holds an identity, card or social security number; at most the last four characters may stand there."},
		Said{"尾号0000", "ending 0000"},
	},
	"mobile": {
		Said{"写了不属于本机构的手机号码；只可写官方联系方式。", "It holds a mobile number that is not the creditor's own; give an official one."},
		Said{"请致电【官方电话】。", "Please call [official number]."},
	},
	string(Borrowing): {
		Said{"催促借款人另行举债还款。", "It urges the reader to borrow elsewhere."},
		Said{"请勿借新还旧；如有困难，我们可以商量分期或延期。", "Please do not borrow to pay this. We can spread the payments or give you more time."},
	},
	string(Deception): {
		Said{"制造虚假紧迫感、许诺做不到的事，或隐瞒来意。", "It makes up urgency, promises what cannot be done, or hides why it was sent."},
		Said{"您可以在还款日前按现有方案还款，如需调整请致电我们。", "You can pay under the present terms; call us if you need other ones."},
	},
	string(Upsell): {
		Said{"推销产品会使提醒变为商业信息，须另行征得同意。", "Selling makes a reminder a commercial message, which needs a consent of its own."},
		Said{"（删去推销内容）", "(leave the offer out)"},
	},
	string(Tone): {
		Said{"语气冷硬或命令式；客气的提醒更有效。", "It is cold or commanding; a kind reminder works better."},
		Said{"您的还款尚未到账，方便时请安排；如有困难，请告诉我们。", "Your payment has not reached us yet. Please pay when you can, or tell us if it is difficult."},
	},
	string(TooLong): {
		Said{"短信超过允许的段数。", "It takes more segments than it may."},
		Said{"只保留事由、金额、日期、联系方式和退订方式。", "Keep the fact, the amount, the date, how to reach you and how to opt out."},
	},
	string(NoIdentity): {
		Said{"没有写明是哪家机构。", "It does not say who writes."},
		Said{"在开头写明【机构名称】。", "Begin with the lender's name."},
	},
	string(NoAmount): {
		Said{"没有写明应还金额或其要素。", "It does not say how much is due, and of what."},
		Said{"写明应还金额、到期日和截至时间。", "Say the amount, the due date and the time for which it holds."},
	},
	string(NoContact): {
		Said{"没有写明如何联系到人工或核实真伪。", "It does not say how to reach a person or check that it is real."},
		Said{"写明官方电话和核实方式。", "Give the official number and the way to check."},
	},
	string(NoOptOut): {
		Said{"没有写明如何退订。", "It does not say how to stop such texts."},
		Said{"在末尾写明：拒收请回复R", "End with: Reply STOP to opt out."},
	},
}

// Advice is the better wording as somebody who reads a language is told it: what is asked of the writer is said in theirs, and words that may
// stand in the text stay in the text's.
func (f *Finding) Advice(lang compose.Language) string {
	a := advices[string(f.Code)].better
	if slices.Contains([]Code{NoIdentity, NoAmount, NoContact, TooLong}, f.Code) && (f.Suggestion == a.ZH || f.Suggestion == a.EN) {
		return a.In(lang)
	}
	return f.Suggestion
}

// severities are those of the house, where no rule of a rulebook says more.
func (c Code) severity() Severity {
	switch c {
	case Tone, TooLong:
		return Warning
	case Marks:
		return Info
	case Threat, Insult, FalseAuthority, FalseLegal, ThirdPerson, Shaming, Personal, Borrowing, Deception, Upsell,
		NoIdentity, NoAmount, NoContact, NoOptOut:
	}
	return Error
}

// judge gives each finding its rule, severity, message and better wording. What the house forbids stays
// forbidden where a rulebook only advises: the strictest wins.
func (f *Facts) judge(found []Finding, lang compose.Language) {
	for i := range found {
		one := &found[i]
		key := one.Suggestion
		a, ok := advices[key]
		if !ok {
			a = advices[string(one.Code)]
		}
		if one.Message == (Said{}) {
			one.Message, one.Suggestion = a.why, a.better.In(lang)
		}
		if one.Rule != "" {
			continue
		}
		one.Rule, one.Source, one.Severity = HouseWording, houseSource, one.Code.severity()
		if one.Code == Tone || one.Code == Marks || one.Code == TooLong {
			one.Rule = HouseForm
		}
		if one.Code == TooLong && f.MaxSegments > 0 {
			one.Severity = Error
		}
		if r := f.ruleOn(one.Code); r != nil && (r.Binding || one.Severity > Warning) {
			one.Rule, one.Source, one.Severity = r.ID, r.Source, Warning
			if r.Binding {
				one.Severity = Error
			}
		} else if r != nil {
			one.Source.ZH += "，参照" + r.ID + "：" + r.Source.ZH
			one.Source.EN += ", with " + r.ID + ": " + r.Source.EN
			if one.Severity == Warning {
				one.Rule, one.Source = r.ID, r.Source
			}
		}
	}
}

// inForce says whether a rule counts on the day.
func (f *Facts) inForce(r *Rule) bool { return f.On == 0 || r.From <= f.On }

// ruleOn returns the rule that forbids a code: the first binding one, else the first advisory one.
func (f *Facts) ruleOn(c Code) *Rule {
	var advises *Rule
	for i := range f.Rules {
		r := &f.Rules[i]
		if !f.inForce(r) {
			continue
		}
		for _, one := range r.Codes {
			switch {
			case one != c:
			case r.Binding:
				return r
			case advises == nil:
				advises = r
			}
		}
	}
	return advises
}
