package receive

import (
	_ "embed" // The model that training made of texts/.
	"math"
)

//go:generate go test -run TestTraining -update .

//go:embed model.bin
var modelBytes string

// embedded is the model that ships.
var embedded = open(modelBytes)

const (
	modelMagic = "duly replies 1\n"
	modelHead  = len(modelMagic) + 4 + 4 + 4*len(meanings)
	modelRow   = len(meanings)
	modelTop   = 12 // bits of a hash that find its place
	fixedPoint = 1 << 16
)

// A model is a logistic regression over hashed features, its weights in eighths of a byte's range. The form in bytes: magic,
// number of features, the value of a weight's unit and the bias of each meaning (both in 1/65,536), then the hashes in
// order and for each a signed byte of each meaning; integers are little-endian.
type model struct {
	unit    float64
	bias    [len(meanings)]float64
	keys    string
	weights string
	starts  []uint32 // where hashes with these top bits begin
}

func open(b string) model {
	var m model
	if len(b) < modelHead || b[:len(modelMagic)] != modelMagic {
		return m
	}
	b = b[len(modelMagic):]
	n := int(word32(b, 0))
	m.unit = float64(word32(b, 1)) / fixedPoint
	for k := range m.bias {
		m.bias[k] = float64(int32(word32(b, 2+k))) / fixedPoint
	}
	b = b[4*(2+len(meanings)):]
	if len(b) != n*(4+modelRow) {
		return model{}
	}
	m.keys, m.weights = b[:4*n], b[4*n:]
	m.starts = make([]uint32, 1<<modelTop+1)
	at := 0
	for top := range m.starts {
		for at < n && int(word32(m.keys, at)>>(32-modelTop)) < top {
			at++
		}
		m.starts[top] = uint32(at)
	}
	return m
}

func word32(s string, i int) uint32 {
	s = s[4*i : 4*i+4]
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

// find returns the row of a hash, or -1.
func (m *model) find(h uint32) int {
	if len(m.starts) == 0 {
		return -1
	}
	top := h >> (32 - modelTop)
	for at := m.starts[top]; at < m.starts[top+1]; at++ {
		if k := word32(m.keys, int(at)); k >= h {
			if k == h {
				return int(at)
			}
			break
		}
	}
	return -1
}

func (m *model) knows(h uint32) bool { return m.find(h) >= 0 }

// A guess is what the model makes of a reply.
type guess struct {
	shares [len(meanings)]float64 // they sum to 1
	known  int                    // features that the model knows
	why    [len(meanings)]string  // of each meaning the words that speak most for it
}

// guess weighs the features of a reply.
func (m *model) guess(l *lexed, said *spoken) *guess {
	var itemRoom [80]item
	var room [400]feature
	items := l.items(itemRoom[:0])
	features := l.features(items, said, m.knows, room[:0])
	g := new(guess)
	var sums [len(meanings)]int32
	var most [len(meanings)]int32
	var best [len(meanings)]int32
	for i, f := range features {
		row := m.find(f.hash)
		if row < 0 {
			continue
		}
		g.known++
		w := m.weights[row*modelRow : row*modelRow+modelRow]
		for k := range sums {
			v := int8(w[k])
			sums[k] += int32(v)
			if told := int32(v) * (3 + f.to - f.from); told > most[k] && f.to > f.from { // longer words tell a reader more
				most[k], best[k] = told, int32(i)
			}
		}
	}
	scale := m.unit / math.Sqrt(float64(len(features)))
	top := math.Inf(-1)
	for k, s := range sums {
		g.shares[k] = m.bias[k] + float64(float64(s)*scale)
		top = max(top, g.shares[k])
	}
	total := 0.0
	for k, s := range g.shares {
		g.shares[k] = exp(s - top)
		total += g.shares[k]
	}
	for k := range g.shares {
		g.shares[k] /= total
		if most[k] > 0 {
			g.why[k] = l.words(features[best[k]])
		}
	}
	return g
}

// words returns the text that a feature stands for.
func (l *lexed) words(f feature) string {
	if f.to <= f.from || int(f.from) >= len(l.tokens) {
		return ""
	}
	to := min(int(f.to), len(l.tokens))
	return l.text[l.tokens[f.from].from:l.tokens[to-1].to]
}

// exp is e to the power of x ≤ 0 to seven places, by the same operations on every machine: the one of package math
// differs in its last bit between processors, and training must give the same bytes on all.
func exp(x float64) float64 {
	if x < -40 {
		return 0
	}
	x /= 256
	y := 1.0 + float64(x*(1+float64(x*(0.5+float64(x*(1.0/6+float64(x*(1.0/24))))))))
	for range 8 {
		y = float64(y * y)
	}
	return y
}
