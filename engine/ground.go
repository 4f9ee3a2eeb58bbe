package engine

import "encoding/json"

// ground is what many fences have in common of why they were committed; the facts themselves are append-only.
type ground struct {
	Stage     string `json:"stage"`
	Treatment string `json:"treatment"`
	Template  string `json:"template"`
	Language  string `json:"lang"`
	Tone      string `json:"tone"`
	Rule      string `json:"rule"`
	Edition   int64  `json:"edition"`
	Text      string `json:"text_template"` // digest of the template
}

// mostGrounds bounds how many are remembered.
const mostGrounds = 10_000

// said returns a ground as it is stored.
func (p *Portfolio) said(g ground) (string, error) {
	if s, ok := p.grounds[g]; ok {
		return s, nil
	}
	b, err := json.Marshal(g)
	if err != nil {
		return "", err
	}
	if p.grounds == nil || len(p.grounds) >= mostGrounds {
		p.grounds = map[ground]string{}
	}
	p.grounds[g] = string(b)
	return string(b), nil
}
