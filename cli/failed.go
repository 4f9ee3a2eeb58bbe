package cli

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/dulyhq/duly/words/fault"
)

// asked is the language that a command was asked to speak: English where it speaks no other.
func asked(c *cobra.Command) string {
	if c == nil {
		return "en"
	}
	f := c.Flags().Lookup("lang")
	if f == nil {
		return "en"
	}
	lang, err := tongueOf(f.Value.String())
	if err != nil {
		return "en"
	}
	return string(lang)
}

// In is the sentence in a language. What is wrong in a file or a document is said in it wherever it has words, and the sentence around it
// where failures has one.
func (e *Error) In(lang string) string {
	if lang != "zh" || e.format == "" {
		return e.Sentence
	}
	args := make([]any, len(e.args))
	for i, a := range e.args {
		switch a := a.(type) {
		case error:
			args[i] = errors.New(fault.Say(a, lang))
			continue
		case string:
			args[i] = cmp.Or(failures[a], a)
			continue
		}
		args[i] = a
	}
	return fmt.Errorf(cmp.Or(failures[e.format], e.format), args...).Error()
}

// failures are the sentences of fail in Chinese, by their English. One that is missing is said in English.
var failures = map[string]string{
	"portfolio %s: %w":                     "资产组合 %s：%w",
	"the configuration is wrong:\n%w":      "配置有误：\n%w",
	"the configuration cannot be read: %w": "配置无法读取：%w",
	"there is no %s; duly init makes one, --config or DULY_CONFIG names another place": "没有 %s；可用 duly init 生成，或用 --config 或 DULY_CONFIG 指定其他位置",
	"the script has mistakes:\n%w":  "脚本有误：\n%w",
	"the script cannot be read: %w": "脚本无法读取：%w",
	"the file cannot be read: %w":   "文件无法读取：%w",
	"%s cannot be read: %w":         "%s 无法读取：%w",
	"%s cannot be read again: %w":   "%s 无法再次读取：%w",
	"%s exists and may hold bad rows of an earlier import; name another file with --skip-bad":        "%s 已存在，可能是以前导入的错误行；请用 --skip-bad 指定另一个文件",
	"the bad rows cannot be put aside, so nothing was imported: %w":                                  "错误行无法另存，尚未导入：%w",
	"the files are imported, but the loans could not all be assessed; duly plan makes up for it: %w": "文件已导入，但有贷款未能计算；duly plan 会补算：%w",
	"an import is either a --delta or a --snapshot":                                                  "--delta 与 --snapshot 只能选一个",
	"--snapshot and --skip-bad do not go together: a loan left out as bad would be closed":           "--snapshot 与 --skip-bad 不能同时使用：因错误而略过的贷款会被结清",
	"--as-of %q is not a time such as 2026-09-24T06:00:00+08:00":                                     "--as-of %q 不是时间，例如 2026-09-24T06:00:00+08:00",
	"--as-of %s is later than now, %s; nobody knows the payments of a time to come":                  "--as-of %s 晚于现在（%s）；将来的还款无人知晓",
	"%s is a folder; name its files, such as %s":                                                     "%s 是目录；请写其中的文件，例如 %s",
	"import needs files, such as: duly import loans.csv payments.csv":                                "导入须指定文件，例如：duly import loans.csv payments.csv",
	"%s, so nothing was imported; say --yes if that is right":                                        "%s，尚未导入；确认无误请加 --yes",
	"interrupted; nothing was imported":                                                              "已中断，尚未导入",
	"nothing was imported: %w":                                                                       "尚未导入：%w",
	"left out as bad: %s":                                                                            "因错误而略过：%s",
	"interrupted; nothing that was not finished has been kept":                                       "已中断；未完成的均未保存",
	"no portfolio is called %q; there are:%s":                                                        "没有名为 %q 的资产组合；现有：%s",
	"there are several portfolios; say which with --portfolio, one of:%s":                            "有多个资产组合；请用 --portfolio 指定其一：%s",
	"no carrier is called %q":                                                                        "没有名为 %q 的通道",
	"%s has no carrier %q":                                                                           "%s 中没有通道 %q",
	"a month is written as 2026-09, not %q":                                                          "月份写作 2026-09，而不是 %q",
	"--parts is how many parts the bill counts, such as 1204833, not %d":                             "--parts 是账单的计费段数，例如 1204833，而不是 %d",
	"--total is what the bill asks for, such as 54217.49, and %q is no amount in %q; --currency says it where the carrier's cost does not": "--total 是账单金额，例如 54217.49；%q 不是以 %q 计的金额；通道的单价未注明币种时，请用 --currency 指定",
	"bill takes a carrier and a month, such as: duly bill main 2026-09 --parts 1204833 --total 54217.49":                                   "请写通道和月份，例如：duly bill main 2026-09 --parts 1204833 --total 54217.49",
	"--by names a role or a number of staff, such as compliance:17; leave names out":                                                       "--by 应为岗位或工号，例如 compliance:17；请勿填写姓名",
	"%q is not what a carrier says of a text: pending, registered or refused":                                                              "%q 不是报备结果；可用的值：pending, registered, refused",
	"portfolio %s has no text %s; duly template list says which there are, by name and language":                                           "资产组合 %s 没有文案 %s；可用 duly template list 查看名称和语言",
	"portfolio %s has no version %s of %s; %s says which there are":                                                                        "资产组合 %s 没有第 %s 版（%s）；可用 %s 查看",
	"portfolio %s has no rulebook %s; duly rulebook list says which there are":                                                             "资产组合 %s 没有规则集 %s；可用 duly rulebook list 查看",
	"rulebook %s has no rule %s; duly rulebook show %s says which it has":                                                                  "规则集 %s 没有规则 %s；可用 duly rulebook show %s 查看",
	"no rulebook of portfolio %s has a rule %s; duly rulebook show BOOK says which it has":                                                 "资产组合 %s 的各规则集中没有规则 %s；可用 duly rulebook show BOOK 查看",
	"a rule is to bind, advise or be as-written, not %s":                                                                                   "规则的效力为 bind、advise 或 as-written，而不是 %s",
	"the rule binds as its rulebook has it already":                                                                                        "这条规则本来就按规则集原文执行",
	"%s cannot be": "不能这样认定：%s",
	"nobody of the book has what this text says, so that it cannot be shown: %w":                              "账簿中没有人具备这条文案所需的内容，无法展示：%w",
	"the text takes more parts than it may":                                                                   "文案超过允许的段数",
	"%s may not do this; docs/security.md says which role may (%s)":                                           "%s 无权这样做；各角色的权限见 docs/security.md（%s）",
	"%s may not do this in portfolio %s; docs/security.md says which role may (%s)":                           "%s 无权在资产组合 %s 这样做；各角色的权限见 docs/security.md（%s）",
	"say with --reason what changes, and why":                                                                 "请用 --reason 说明更改的内容和原因",
	"say with --reason why it is refused":                                                                     "请用 --reason 说明不启用的原因",
	"say with --reason why you go back":                                                                       "请用 --reason 说明回退的原因",
	"something is wrong in this version, and it is not put in force: %s":                                      "这一版有误，未启用：%s",
	"something is wrong in version %d by now, and it is not put in force: %s":                                 "第%d版现在有误，未启用：%s",
	"version %d was in force or is given up; %s says which waits":                                             "第%d版曾经生效或已结束；可用 %s 查看待启用的版本",
	"nobody puts in force what they wrote; somebody else does":                                                "不能启用自己起草的版本；须由他人启用",
	"this version does not wait for a second person: it is a draft, is or was in force, or was given up":      "这一版并未等待他人启用：它是草稿、正在生效、曾经生效或已结束",
	"another version was put in force since this one was begun; begin a new one from that":                    "起草之后已有另一版本生效；请从该版本重新起草",
	"no other version was in force before":                                                                    "此前没有其他版本生效过",
	"this version is not in force any more: look at which one is":                                             "这一版已不再生效；请查看现行版本",
	"--json and --portfolio are for --against":                                                                "--json 与 --portfolio 只用于 --against",
	"--against takes two days such as 2026-09-01..2026-09-30, not %q":                                         "--against 须写两个日期，例如 2026-09-01..2026-09-30，而不是 %q",
	"--against ends before it begins: %s":                                                                     "--against 的结束早于开始：%s",
	"retention.%s: %d months are shorter than rule %s (%s) lets portfolio %s forget: %s":                      "retention.%s：%d个月短于规则 %s（%s）对资产组合 %s 要求的期限：%s",
	"no %s called %q ships with Duly; give the path of a file, such as ./%s.yaml":                             "Duly 没有随附 %s %q；请写文件路径，例如 ./%s.yaml",
	"no set of templates called %q ships with Duly; give the path of a file, such as ./%s.yaml":               "Duly 没有随附文案集 %q；请写文件路径，例如 ./%s.yaml",
	"there is no book to simulate: no payments were imported yet; duly import takes them in":                  "没有可供模拟的账簿：尚未导入还款；请用 duly import 导入",
	"--days is a number from 1 to 366, not %d":                                                                "--days 为1到366之间的整数，而不是 %d",
	"--lift, --reply and --stop are shares from 0 to 1":                                                       "--lift、--reply 与 --stop 为0到1之间的比例",
	"the configuration has %d portfolios; say with --portfolio which one the strategies are tried on":         "配置中有%d个资产组合；请用 --portfolio 指定在哪一个上试用策略",
	"%d of %d messages are not unknown, or this was said of them already":                                     "共有%[2]d条短信，其中%[1]d条并非结果未知，或此前已有同样的结论",
	"--say is arrived, not_arrived or open, not %q":                                                           "--say 为 arrived、not_arrived 或 open，而不是 %q",
	"--hour: %q is not a time such as 2026-09-24T10:00:00+08:00":                                              "--hour：%q 不是时间，例如 2026-09-24T10:00:00+08:00",
	"--reason tells how it was found out":                                                                     "请用 --reason 说明如何得知",
	"give --say or --statement, not both":                                                                     "--say 与 --statement 只能写一个",
	"name the messages, or a --carrier and an --hour":                                                         "请写短信编号，或写 --carrier 与 --hour",
	"carrier %s is not a simulator: --now is refused, because real people are not written to in virtual time": "通道 %s 不是模拟通道：不接受 --now，因为不能在虚拟时间联系真实的人",
	"the key files in %s cannot be used: %w":                                                                  "%s 中的密钥文件不能使用：%w",
	"the keys that %s names cannot be used: %w":                                                               "%s 指定的密钥不能使用：%w",
	"the data in %s cannot be opened: %w":                                                                     "%s 中的数据无法打开：%w",
}
