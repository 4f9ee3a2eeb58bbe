package receive

import (
	"math"
	"slices"
)

// A Labelled text is a reply with the meaning that a person gave it.
type Labelled struct {
	Meaning Meaning
	Text    string
}

// How training goes. The values were chosen by parts of the training texts held out in turn.
const (
	rounds     = 15
	pace       = 0.35   // of the first step of AdaGrad
	forgetting = 0.0001 // how much of a weight a step takes away
	leastTexts = 2      // a feature of fewer training texts is left out
	shuffled   = 20261125
)

type example struct {
	meaning int
	rows    []int32
	scale   float64
}

// Train fits a model to labelled texts and returns it in the form that ships: hashed features, multinomial logistic
// regression, AdaGrad in an order shuffled by a fixed seed. The same texts give the same bytes on every machine, because each
// operation is exact or rounded by IEEE 754, none is fused, and exp is our own.
func Train(texts []Labelled) []byte {
	lexes, said := make([]*lexed, len(texts)), make([]spoken, len(texts))
	words := map[uint32]int{}
	for i, t := range texts {
		l := lex(t.Text)
		l.mark()
		f := fold(t.Text)
		lexes[i], said[i] = l, f.phrases()
		seen := map[uint32]bool{}
		for _, it := range l.items(nil) {
			if it.word && !seen[it.hash] {
				seen[it.hash] = true
				words[it.hash]++
			}
		}
	}
	known := func(h uint32) bool { return words[h] >= leastTexts }
	all := make([][]uint32, len(texts))
	counts := map[uint32]int{}
	for i, l := range lexes {
		seen := map[uint32]bool{}
		for _, f := range l.features(l.items(nil), &said[i], known, nil) {
			all[i] = append(all[i], f.hash)
			if !seen[f.hash] {
				seen[f.hash] = true
				counts[f.hash]++
			}
		}
	}
	var keys []uint32
	for h, n := range counts {
		if n >= leastTexts {
			keys = append(keys, h)
		}
	}
	slices.Sort(keys)
	examples := make([]example, len(texts))
	for i, hashes := range all {
		e := example{meaning: slices.Index(meanings[:], texts[i].Meaning), scale: 1 / math.Sqrt(float64(len(hashes)))}
		for _, h := range hashes {
			if at, ok := slices.BinarySearch(keys, h); ok {
				e.rows = append(e.rows, int32(at))
			}
		}
		examples[i] = e
	}
	weights, bias := fit(examples, len(keys))
	return encode(keys, weights, bias)
}

type row [len(meanings)]float64

// fit runs the regression.
func fit(examples []example, rows int) ([]row, row) {
	weights, squares := make([]row, rows), make([]row, rows)
	var bias, biasSquares row
	seed := uint64(shuffled)
	order := make([]int, len(examples))
	for i := range order {
		order[i] = i
	}
	for range rounds {
		for i := len(order) - 1; i > 0; i-- {
			seed = seed*6364136223846793005 + 1442695040888963407
			j := int(seed >> 33 % uint64(i+1))
			order[i], order[j] = order[j], order[i]
		}
		for _, i := range order {
			e := &examples[i]
			slope := e.slope(weights, &bias)
			for _, at := range e.rows {
				w, q := &weights[at], &squares[at]
				for k := range slope {
					d := float64(slope[k]*e.scale) + float64(forgetting*w[k])
					q[k] += float64(d * d)
					w[k] -= float64(pace * d / (math.Sqrt(q[k]) + 1e-6))
				}
			}
			for k := range slope {
				biasSquares[k] += float64(slope[k] * slope[k])
				bias[k] -= float64(0.1 * slope[k] / (math.Sqrt(biasSquares[k]) + 1e-6))
			}
		}
	}
	return weights, bias
}

// slope is the probability of each meaning less what it should be.
func (e *example) slope(weights []row, bias *row) row {
	var z row
	for _, at := range e.rows {
		w := &weights[at]
		for k := range z {
			z[k] += w[k]
		}
	}
	top := math.Inf(-1)
	for k := range z {
		z[k] = float64(z[k]*e.scale) + bias[k]
		top = max(top, z[k])
	}
	total := 0.0
	for k := range z {
		z[k] = exp(z[k] - top)
		total += z[k]
	}
	for k := range z {
		z[k] /= total
	}
	z[e.meaning]--
	return z
}

// encode writes a model, its weights rounded to bytes.
func encode(keys []uint32, weights []row, bias row) []byte {
	most := 0.0
	for i := range weights {
		for _, w := range weights[i] {
			most = max(most, math.Abs(w))
		}
	}
	unit := math.Ceil(most/127*fixedPoint) / fixedPoint
	out := []byte(modelMagic)
	out = append32(out, uint32(len(keys)))
	out = append32(out, uint32(unit*fixedPoint))
	for _, b := range bias {
		out = append32(out, uint32(int32(math.Round(b*fixedPoint))))
	}
	for _, k := range keys {
		out = append32(out, k)
	}
	for i := range weights {
		for _, w := range weights[i] {
			out = append(out, byte(int8(math.Round(w/unit))))
		}
	}
	return out
}

func append32(b []byte, v uint32) []byte {
	return append(b, byte(v), byte(v>>8), byte(v>>16), byte(v>>24))
}
