package compose

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dulyhq/duly/wire/sms"
)

// compound holds the Chinese surnames of two characters that are met today.
var compound = func() map[string]bool {
	m := map[string]bool{}
	for _, s := range strings.Fields(`欧阳 歐陽 司马 司馬 诸葛 諸葛 上官 司徒 东方 東方 独孤 獨孤 南宫 南宮 万俟 萬俟 闻人 聞人
		夏侯 尉迟 尉遲 公羊 赫连 赫連 澹台 澹臺 皇甫 宗政 濮阳 濮陽 公冶 太叔 申屠 公孙 公孫 慕容 仲孙 仲孫 钟离 鍾離 长孙 長孫
		宇文 鲜于 鮮于 闾丘 閭丘 司空 亓官 司寇 子车 子車 颛孙 顓孫 端木 巫马 巫馬 公西 漆雕 乐正 樂正 壤驷 壤駟 公良 拓跋
		夹谷 夾谷 谷梁 榖梁 百里 呼延 东郭 東郭 南门 南門 羊舌 微生 左丘 西门 西門 令狐 梁丘 纳兰 納蘭 轩辕 軒轅 贺兰 賀蘭
		第五 耶律 段干 完颜 完顏 达奚 達奚 褚师 褚師 叱干`) {
		m[s] = true
	}
	return m
}()

// compoundFirst has a bit for each usual Chinese character that a compound surname begins with: most names begin with another.
var compoundFirst = func() (bits [(0xA000 - 0x4E00) / 64]uint64) {
	for s := range compound {
		r, _ := utf8.DecodeRuneInString(s)
		bits[(r-0x4E00)/64] |= 1 << (r % 64)
	}
	return bits
}()

// mayBeCompound says whether some compound surname begins with a character.
func mayBeCompound(r rune) bool {
	return r < 0x4E00 || r >= 0xA000 || compoundFirst[(r-0x4E00)/64]&(1<<(r%64)) != 0
}

// titles are words before or after a Latin name that are no part of it.
var titles = map[string]bool{
	"mr": true, "mrs": true, "ms": true, "miss": true, "dr": true, "prof": true, "sir": true, "mx": true,
	"jr": true, "sr": true, "ii": true, "iii": true, "iv": true, "phd": true, "md": true, "esq": true,
}

// particles belong to the surname that follows them: "van Dijk", "de la Cruz".
var particles = map[string]bool{
	"van": true, "von": true, "der": true, "den": true, "de": true, "del": true, "della": true, "di": true,
	"da": true, "dos": true, "du": true, "la": true, "le": true, "st": true, "bin": true, "ibn": true, "al": true,
}

// Surname returns the surname in a whole name, for "surname and title only", or "" when it cannot be told, which
// makes a template greet neutrally. A Chinese name of two to four characters gives its first character or its
// compound surname; names with a middle dot (阿依古丽·买买提) have no surname. A Latin name gives its last word with
// its particles, or the word before a comma. Names that an English text could not carry without changing its
// alphabet, and half the length of its segments, count as unknown in English.
func Surname(name string, lang Language) string {
	if n := plainHan(name); n >= 2 && n <= 4 {
		if lang == English {
			return "" // no Chinese character is in the GSM alphabet
		}
		return hanSurname(name, n)
	}
	name = strings.Join(strings.Fields(name), " ")
	s := ""
	switch {
	case name == "" || !utf8.ValidString(name):
	case allHan(strings.ReplaceAll(name, " ", "")):
		name = strings.ReplaceAll(name, " ", "")
		s = hanSurname(name, utf8.RuneCountInString(name))
	case allLatin(name):
		s = latinSurname(name)
	}
	if lang == English {
		if a, _, _ := sms.Measure(s); a != sms.GSM7 {
			return ""
		}
	}
	return s
}

// hanSurname reads a name of n characters, all of them Chinese.
func hanSurname(name string, n int) string {
	r, first := utf8.DecodeRuneInString(name)
	_, second := utf8.DecodeRuneInString(name[first:])
	switch {
	case n >= 3 && n <= 4 && mayBeCompound(r) && compound[name[:first+second]]:
		return name[:first+second]
	case n == 2 || n == 3:
		return name[:first]
	}
	return "" // one character may be either name; four may be a married name or a transliteration
}

// plainHan returns how many characters a name has that is made of the usual Chinese characters alone (U+4E00 to
// U+9FFF, three octets each), and 0 for any other.
func plainHan(name string) int {
	if len(name)%3 != 0 {
		return 0
	}
	for i := 0; i < len(name); i += 3 {
		a, b, c := name[i], name[i+1], name[i+2]
		if a < 0xE4 || a > 0xE9 || a == 0xE4 && b < 0xB8 || b&0xC0 != 0x80 || c&0xC0 != 0x80 {
			return 0
		}
	}
	return len(name) / 3
}

// latinSurname reads a name in Latin letters.
func latinSurname(name string) string {
	before, _, comma := strings.Cut(name, ",")
	words := strings.Fields(name)
	if comma && !onlyTitles(name[len(before)+1:]) {
		words = strings.Fields(before) // "Cruz, Maria": the surname stands first
		if len(words) == 0 || onlyTitles(before) {
			return ""
		}
		return capitalised(strings.Join(words, " "))
	}
	kept := words[:0:0]
	for _, w := range words {
		if w = strings.TrimRight(w, ".,"); w != "" && !titles[strings.ToLower(w)] {
			kept = append(kept, w)
		}
	}
	last := len(kept) - 1
	if last < 1 || utf8.RuneCountInString(kept[last]) < 2 {
		return "" // a single word may be a given name, and a single letter is an initial
	}
	for last > 1 && particles[strings.ToLower(kept[last-1])] {
		last--
	}
	return capitalised(strings.Join(kept[last:], " "))
}

func onlyTitles(s string) bool {
	for _, w := range strings.Fields(s) {
		if !titles[strings.ToLower(strings.TrimRight(w, ".,"))] {
			return false
		}
	}
	return true
}

// capitalised returns a surname written all in capitals with small letters after the first of each word, as a
// person writes it; others stay as they are (McDonald, d'Arcy).
func capitalised(s string) string {
	if s != strings.ToUpper(s) || utf8.RuneCountInString(s) < 3 {
		return s
	}
	begin := true
	return strings.Map(func(r rune) rune {
		if !begin {
			r = unicode.ToLower(r)
		}
		begin = r == ' ' || r == '-' || r == '\''
		return r
	}, s)
}

func allHan(s string) bool {
	for _, r := range s {
		if !unicode.Is(unicode.Han, r) {
			return false
		}
	}
	return s != ""
}

func allLatin(s string) bool {
	letters := 0
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Latin, r):
			letters++
		case r != ' ' && r != '-' && r != '\'' && r != '’' && r != '.' && r != ',':
			return false
		}
	}
	return letters > 1
}
