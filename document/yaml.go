package document

import (
	"regexp"
	"strings"

	"github.com/dulyhq/duly/words/fault"
)

// yamlWords are what the library says of text that is no YAML, and the same in Chinese. What it says beside these stays in English.
var yamlWords = map[string]string{
	"sequence end token ']' not found":                                   "缺少与“[”配对的“]”",
	"',' or ']' must be specified":                                       "此处应为“,”或“]”",
	"',' or '}' must be specified":                                       "此处应为“,”或“}”",
	"could not find flow mapping end token '}'":                          "缺少与“{”配对的“}”",
	"could not find '{' character corresponding to '}'":                  "“}”之前没有与之配对的“{”",
	"could not find '[' character corresponding to ']'":                  "“]”之前没有与之配对的“[”",
	"expected sequence element, but found ','":                           "此处应为列表中的一项，而不是“,”",
	"could not find end character of single-quoted text":                 "缺少右单引号",
	"could not find end character of double-quoted text":                 "缺少右双引号",
	"mapping value is not allowed in this context":                       "此处不能有键值；请检查冒号和缩进",
	"value is not allowed in this context":                               "此处不能有值；请检查缩进",
	"value is not allowed in this context. map key-value is pre-defined": "该键已有值，此处不能再有值",
	"non-map value is specified":                                         "此处应为键值；是否少了冒号？",
	"unexpected key name":                                                "此处不应有键；请检查冒号和缩进",
	"unexpected map key":                                                 "此处不应有键；请检查缩进",
	"unexpected scalar value":                                            "此处不应有值",
	"unexpected end content":                                             "内容不完整",
	"block sequence entries are not allowed in this context":             "此处不能有列表项；请检查缩进",
	"found an invalid key for this map":                                  "此处的键无效",
	"could not find value for mapping key":                               "键之后没有值",
	"could not find map value":                                           "键之后没有值",
	"expected map key-value delimiter ':'":                               "键之后应有冒号",
	"map key definition includes an implicit line break":                 "键不能跨行",
	"found a tab character where an indentation space is expected":       "缩进须用空格，不能用制表符",
	"found character '\t' that cannot start any token":                   "缩进须用空格，不能用制表符",
	"tab character cannot use as a map key directly":                     "缩进须用空格，不能用制表符",
	"tab character cannot use as a sequence delimiter":                   "“-”之后须用空格，不能用制表符",
	"invalid number of indent is specified in the multi-line header":     "文本块的缩进有误",
	"invalid number of indent is specified after space only":             "文本块的缩进有误",
	"could not find multi-line content":                                  "文本块没有内容",
	"the parser cannot make sense of it":                                 "无法解析",
	"tag is not allowed in this context":                                 "此处不能有标签（!）",
	"undefined anchor name":                                              "锚点（&）没有名称",
	"undefined alias name":                                               "别名（*）没有名称",
	"could not find alias value":                                         "别名（*）没有对应的内容",
	"could not find anchor value":                                        "锚点（&）没有对应的内容",
}

// yamlTwice is what the library says of a key that is there already.
var yamlTwice = regexp.MustCompile(`^mapping key ("[^"]*") already defined at \[(\d+):\d+\]$`)

// notYAML is what is wrong with text that is no YAML.
func notYAML(says string) fault.Reason {
	zh := yamlWords[strings.TrimSpace(says)]
	if m := yamlTwice.FindStringSubmatch(says); m != nil {
		zh = "键 " + m[1] + " 在第" + m[2] + "行已有"
	}
	if zh == "" {
		zh = says
	}
	return fault.Of(fault.NotYAML, fault.Of(fault.Said, says, zh))
}
