package arrange

// A Helpline is where somebody finds help whose life may be in danger. A lender checks it before it is used.
type Helpline struct {
	Name   map[string]string // by language, "en" and "zh"
	Number string
	Source string
}

// helplines are those of public bodies and of charities that they name, by country: the numbers that a source of a public body, of the charity itself
// or of the press bears out, looked up on 2026-11-25. Mexico's was taken out, as none did; Kenya and Nigeria have none here.
var helplines = map[string]Helpline{
	"CN": {map[string]string{"en": "national psychological support line", "zh": "全国统一心理援助热线"}, "12356", "National Health Commission, 2024-12-25, as China Daily reports it (2024-12-30)"},
	"US": {map[string]string{"en": "988 Suicide & Crisis Lifeline, call or text", "zh": "988 自杀与危机热线（电话或短信）"}, "988", "FCC and SAMHSA, in force since 2022-07-16"},
	"GB": {map[string]string{"en": "Samaritans", "zh": "撒玛利亚会"}, "116 123", "samaritans.org, Contact a Samaritan"},
	"DE": {map[string]string{"en": "TelefonSeelsorge", "zh": "电话心理援助"}, "0800 1110111", "TelefonSeelsorge, as domradio.de and spektrum.de (2022-09) state it"},
	"IN": {map[string]string{"en": "Tele-MANAS", "zh": "Tele-MANAS 心理援助"}, "14416", "Ministry of Health and Family Welfare, answer in the Lok Sabha of 2025-02-07"},
	"PH": {map[string]string{"en": "NCMH Crisis Hotline", "zh": "国家精神卫生中心危机热线"}, "1553", "Department of Health, as the Philippine News Agency reports it for December 2025"},
	"HK": {map[string]string{"en": "Mental Health Support Hotline", "zh": "情绪通精神健康支援热线"}, "18111", "news.gov.hk, 2023-12-27"},
	"SG": {map[string]string{"en": "Samaritans of Singapore", "zh": "新加坡援人协会"}, "1767", "Samaritans of Singapore, as CNA states it (2025-07-21)"},
	"ID": {map[string]string{"en": "emergency line, extension 8", "zh": "急救热线（转8）"}, "119", "Ministry of Health (SEJIWA, 119 ext. 8)"},
}

// HelplineOf returns the line of a country; false where none is known here: then a person is asked, and the emergency number of the place is to be used.
func HelplineOf(country string) (Helpline, bool) {
	h, ok := helplines[country]
	return h, ok
}
