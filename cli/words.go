package cli

import (
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// A tongue is the language in which a command speaks to people: "zh" or "en". JSON, logs and errors are English.
type tongue string

// say picks the wording of the language.
func (t tongue) say(en, zh string) string {
	if t == "zh" {
		return zh
	}
	return en
}

// tongueOf returns the language asked for by --lang, else the one of the environment.
func tongueOf(flag string) (tongue, error) {
	switch flag {
	case "zh", "en":
		return tongue(flag), nil
	case "":
	default:
		return "", fail(Usage, "--lang is zh or en, not %q", flag)
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			if strings.HasPrefix(v, "zh") {
				return "zh", nil
			}
			return "en", nil
		}
	}
	return "en", nil
}

// langFlag adds --lang to a command.
func (a *app) langFlag(c *cobra.Command, to *string) {
	c.Flags().StringVar(to, "lang", "", "zh or en (default: the language of the environment)")
}

// stateWords are the words for where a message stands.
var stateWords = map[string][2]string{
	"waiting":     {"waiting", "待发"},
	"fenced":      {"on its way", "交付中"},
	"accepted":    {"accepted by the carrier", "通道已接收"},
	"unknown":     {"unknown: it may have arrived, and is not sent again", "结果未知：可能已送达，不会重发"},
	"delivered":   {"delivered", "已送达"},
	"undelivered": {"not delivered", "未送达"},
	"refused":     {"refused by the carrier", "通道拒收"},
	"cancelled":   {"cancelled", "已取消"},
	"expired":     {"expired", "已过时"},
}

func (t tongue) state(s string) string {
	w, ok := stateWords[s]
	if !ok {
		return s
	}
	return t.say(w[0], w[1])
}

// ruleWords are Duly's own reasons, those that no rulebook names.
var ruleWords = map[string][2]string{
	"strategy:nothing_due":   {"Nothing is overdue and nothing is coming.", "没有逾期，也没有临近到期的还款。"},
	"strategy:too_small":     {"The amount is below what the strategy asks for.", "金额低于策略规定的提醒下限。"},
	"strategy:holdout":       {"This person is in the holdout, to measure against.", "属于对照组，不发送提醒，用于衡量效果。"},
	"strategy:grace":         {"The days of grace are not over.", "仍在宽限期内。"},
	"strategy:replied":       {"They answered lately; the strategy lets them be.", "近期有回复，按策略暂不打扰。"},
	"strategy:spacing":       {"The last contact was too short a while ago.", "距上次联系时间过短。"},
	"strategy:stage_done":    {"Everything that this stage has to say was said.", "本阶段的步骤已全部完成。"},
	"strategy:not_yet":       {"The next step of this stage comes later.", "本阶段的下一步尚未到时间。"},
	"strategy:no_treatment":  {"No stage of the strategy covers this.", "策略没有适用于此情形的阶段。"},
	"strategy:amount_broken": {"The loan's rows contradict each other; a person has to look.", "贷款数据自相矛盾，须人工核查。"},
	"strategy:superseded":    {"A person took over before the message left.", "发送前已转人工处理。"},
	"strategy:hours":         {"No hour that the strategy permits is left for this step.", "策略允许的时段内已无可用时间。"},
	"strategy:prefer":        {"The strategy's next preferred hour is more than a day away.", "策略偏好的下一时段在一天以后。"},
	"duly:rulebook":          {"No rulebook settles this contact, so it waits.", "没有规则可适用于此次联系，暂不联系。"},
	"duly:zone":              {"Where the borrower is, and so what time it is there, is not known.", "借款人所在时区不明，暂不联系。"},
	"duly:state":             {"Something bars contact that no rulebook names.", "存在规则未列明的禁止联系情形。"},
	"duly:instant":           {"No lawful hour was found.", "找不到合规的时间。"},
	"duly:text":              {"The text could not be written as it must be.", "短信内容无法按要求生成。"},
	"duly:tries":             {"The carrier asked for patience too often.", "通道多次限流，不再尝试。"},
	"duly:stale_standing":    {"The borrower's day has changed; planned at the next run.", "借款人所在地已跨日，下次运行时安排。"},
	"duly:waiting":           {"A message to this person is planned and has not left.", "已有一条待发短信。"},
	"stale":                  {"Its hour passed before it could be handed over.", "错过发送时间，已作废。"},
	"the worker died":        {"The process that handed it over died before the carrier's answer was stored.", "交付进程在记录通道应答之前中断。"},
	"stop":                   {"A stop came before it was written to the carrier.", "交付前收到退订。"},
}
