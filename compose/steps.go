package compose

// steps are the next steps of a loan that somebody may authorise, in the words of a text: "we 8 October …". They say what
// will be done and no more. Ten characters and thirty-five letters are the room that templates keep for them.
var steps = map[string]map[Language]string{
	"acceleration":  {Chinese: "将宣布贷款提前到期", English: "the whole loan becomes due"},
	"agency":        {Chinese: "将委托外部机构联系", English: "an agency takes over"},
	"assignment":    {Chinese: "将转让该笔债权", English: "we assign the loan"},
	"court":         {Chinese: "将依合同向法院起诉", English: "we bring the claim to court"},
	"credit_report": {Chinese: "将按规定报送征信系统", English: "we report this to the credit bureau"},
	"legal_letter":  {Chinese: "将委托律师发函", English: "a lawyer writes to you"},
}

// StepWords returns what a text says of a loan's next step; empty for one that it may not name.
func StepWords(step string, lang Language) string { return steps[step][lang] }
