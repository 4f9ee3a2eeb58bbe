// Package opinion asks a language model what a reply means, where the rules and the model of package receive are in doubt: any server that
// speaks OpenAI's chat completions. Nothing personal leaves: numbers, names, addresses and amounts are masked before. What comes back is one word of
// those that were offered, or nothing; a server that is slow, away or talks nonsense is as if there were none.
package opinion

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/dulyhq/duly/receive"
)

// masks are what is masked by its form, in this order. What looks like a number in words or in digits goes, whatever it is of: a meaning does not
// hang on it.
var masks = []struct {
	form *regexp.Regexp
	by   string
}{
	{regexp.MustCompile(`(?i)https?://\S+|www\.\S+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|cn|net|org|io|co|me|example)\b\S*`), "[link]"},
	{regexp.MustCompile(`(?i)[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+`), "[mail]"},
	{regexp.MustCompile(`(?i)(?:微信|vx|wx|qq|wechat|whatsapp|telegram)(?:号|号码|id)?(?:是|:|：)?\s*[A-Za-z0-9_-]{4,}`), "[account]"},
	{regexp.MustCompile(`(?:[A-Za-z]{1,6}-?)?[0-9０-９][0-9０-９A-Za-z,，.:：/()（）+-]*(?: +[0-9０-９][0-9０-９,，.:：/()（）+-]*)*`), "[number]"},
	{regexp.MustCompile(`[零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟]{2,}`), "[number]"},
	{regexp.MustCompile(`(?i)\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand)(?:[ -]+(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|hundred|thousand|and))+\b`), "[number]"},
	{regexp.MustCompile(`[\p{Han}]{1,3}(先生|女士|小姐|律师|经理|老师|医生)`), "[name]${1}"},
	{regexp.MustCompile(`(我是|我叫|本人|名字是|姓名|叫做|找|联系|转告)\s*[\p{Han}]{2,4}(先生|女士|小姐|经理|律师|老师|医生)?`), "${1}[name]${2}"},
	{regexp.MustCompile(`(?i)\b(my name is|this is|i am|i'm|ask for|attorney|lawyer|solicitor|mr|mrs|ms|dr)\.?\s+(?:[A-Z][\p{L}'’-]+)(?:\s+[A-Z][\p{L}'’-]+)*`), "${1} [name]"},
	{regexp.MustCompile(`[\p{Han}]{2,}(?:省|市|区|县|镇|乡|村|路|街|巷|弄|号楼|小区|花园)`), "[place]"},
}

// shortest is the least length of a name that is masked wherever it stands: shorter ones are words.
const shortest = 2

// Mask takes out of a text what says of whom it is. known are names, keys and numbers that the lender knows the writer by.
func Mask(text string, known ...string) string {
	text = receive.Plain(strings.ToValidUTF8(text, ""))
	for _, k := range known {
		k = receive.Plain(strings.ToValidUTF8(k, ""))
		for _, word := range append(strings.Fields(k), k) {
			if word = strings.TrimSpace(word); len([]rune(word)) >= shortest {
				text = regexp.MustCompile(`(?i)`+regexp.QuoteMeta(word)).ReplaceAllString(text, "[name]")
			}
		}
		if given := []rune(strings.TrimSpace(k)); len(given) >= 3 && unicode.Is(unicode.Han, given[0]) {
			text = strings.ReplaceAll(text, string(given[1:]), "[name]") // without the surname
		}
	}
	for _, m := range masks {
		text = m.form.ReplaceAllString(text, m.by)
	}
	if r := []rune(text); len(r) > mostAsked {
		text = string(r[:mostAsked])
	}
	return text
}

// mostAsked is how many characters of a reply are asked about.
const mostAsked = 500
