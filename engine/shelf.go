package engine

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dulyhq/duly/compose"
	"github.com/dulyhq/duly/store"
	"github.com/dulyhq/duly/words/fault"
)

// A shelf holds the portfolios that a process runs while other versions of their documents come into force (docs/adr/0029).
type shelf struct {
	mu    sync.Mutex   // held by who takes another version
	mark  atomic.Int64 // store.Mark.Activation by which the portfolios are
	filed atomic.Int64 // and store.Mark.Registration
	now   atomic.Pointer[[]*Portfolio]
}

func (s *shelf) keep(m store.Mark) {
	s.mark.Store(m.Activation)
	s.filed.Store(m.Registration)
}

// knows says whether the portfolios are by a mark; asGiven are they whatever versions are in force.
func (s *shelf) knows(m store.Mark, asGiven bool) bool {
	return m.Registration == s.filed.Load() && (asGiven || m.Activation == s.mark.Load())
}

// Books returns the portfolios as they are now: those of Prepare, or with the versions that Renew has taken since.
func (e *Engine) Books() []*Portfolio {
	if e.shelf == nil {
		return e.Portfolios
	}
	return *e.shelf.now.Load()
}

// files are the texts of a spec that have versions, as the lender's files have them.
func (s *Spec) files() ([]store.Filed, error) {
	out := []store.Filed{{Lineage: store.Lineage{Kind: store.StrategyKind}, Body: s.Strategy.Body}}
	for _, doc := range s.Templates {
		pieces, err := compose.Pieces(doc.Name, doc.Body)
		if err != nil {
			return nil, err
		}
		for i := range pieces {
			p := &pieces[i]
			out = append(out, store.Filed{Lineage: store.Lineage{Kind: store.TemplateKind, Name: compose.Of(p.Name, p.Language)}, Body: []byte(p.Text)})
		}
	}
	return out, nil
}

// using returns the spec with the versions that are in force in the place of the files' own texts. Where these are the same the
// documents stay as they were read.
func (s *Spec) using(files []store.Filed, inUse []store.Version) (Spec, error) {
	out := *s
	out.Uses, out.Rulebooks, out.Templates = nil, slices.Clone(s.Rulebooks), slices.Clone(s.Templates)
	texts := map[string]string{}
	for i := range inUse {
		v := &inUse[i]
		if v.ActivatedBy != store.ByFile {
			out.use(v)
		}
		at := slices.IndexFunc(files, func(f store.Filed) bool { return f.Kind == v.Kind && f.Name == v.Name })
		if at >= 0 && string(files[at].Body) == string(v.Body) {
			continue
		}
		switch v.Kind {
		case store.StrategyKind:
			out.Strategy = Source{Name: versionName(v), Body: v.Body}
		case store.ConfidenceKind:
			out.Rulebooks = append(out.Rulebooks, Source{Name: versionName(v), Body: v.Body})
		case store.TemplateKind:
			if at >= 0 || v.Who != store.ByFile { // else a file has given it up
				texts[v.Name] = string(v.Body)
			}
		}
	}
	err := out.splice(texts)
	return out, err
}

// versionName is what mistakes call a version's text, as if it were a file.
func versionName(v *store.Version) string { return fmt.Sprintf("%s@%d.yaml", v.Kind, v.Number) }

// use notes which activation of a version decides, so that another one makes another edition even where the texts are those of an
// older one.
func (s *Spec) use(v *store.Version) {
	if s.Uses == nil {
		s.Uses = map[string]int64{}
	}
	s.Uses[path.Join(v.Kind, v.Name)] = v.Activation
}

// splice puts texts into the documents of their templates; one that none has stands at the end of the first of its language.
func (s *Spec) splice(texts map[string]string) error {
	if len(texts) == 0 {
		return nil
	}
	for i, doc := range s.Templates {
		body, err := compose.Splice(doc.Name, doc.Body, texts)
		if err != nil {
			return err
		}
		pieces, err := compose.Pieces(doc.Name, doc.Body)
		if err != nil {
			return err
		}
		for _, p := range pieces {
			delete(texts, compose.Of(p.Name, p.Language))
		}
		for _, name := range sortedKeys(texts) {
			if len(pieces) > 0 && strings.HasSuffix(name, "."+string(pieces[0].Language)) {
				body = append(body, texts[name]...)
				delete(texts, name)
			}
		}
		s.Templates[i].Body = body
	}
	return nil
}

func sortedKeys(m map[string]string) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// Active returns a spec by the versions that are in force in a portfolio's store, which is not changed: for whoever tries something
// beside them.
func Active(ctx context.Context, s *store.Store, row int64, spec Spec) (Spec, error) {
	files, err := spec.files()
	if err != nil {
		return spec, wrongDocument(err)
	}
	inUse, err := s.InUse(ctx, row)
	if err != nil {
		return spec, err
	}
	return spec.using(files, inUse)
}

// current returns a portfolio by the versions that are in force: itself where they are what it was compiled of.
func (p *Portfolio) current(inUse []store.Version) (*Portfolio, error) {
	spec, err := p.spec.using(p.files, inUse)
	if err != nil {
		return nil, wrongDocument(err)
	}
	if spec.same(&p.by) {
		return p, nil
	}
	q, err := Compile(spec)
	if err != nil {
		return nil, &unfitError{p.Ref, err}
	}
	q.spec, q.files = p.spec, p.files
	for _, d := range p.Documents {
		if d.Kind == "config" {
			q.Documents = append(q.Documents, d)
		}
	}
	return q, nil
}

// An unfitError is that what is in force in a portfolio does not go with the rest of its documents.
type unfitError struct {
	ref string
	err error
}

func (e *unfitError) Error() string { return "engine: " + e.In("en") }

// In says it in a language.
func (e *unfitError) In(lang string) string {
	return fault.Of(fault.Unfit, e.ref, fault.Say(e.err, lang)).In(lang)
}

func (e *unfitError) Unwrap() error { return e.err }

// same says whether two specs of one portfolio hold the same texts by the same activations.
func (s *Spec) same(o *Spec) bool {
	alike := func(a, b Source) bool { return a.Name == b.Name && string(a.Body) == string(b.Body) }
	if len(s.Uses) != len(o.Uses) || !alike(s.Strategy, o.Strategy) || !slices.EqualFunc(s.Templates, o.Templates, alike) || !slices.EqualFunc(s.Rulebooks, o.Rulebooks, alike) {
		return false
	}
	for k, v := range s.Uses {
		if o.Uses[k] != v {
			return false
		}
	}
	return true
}

// unfit is the mark of a shelf whose portfolios are not by what is in force, which does not go with the rest of their documents. Every
// Renew looks again, and fails until it is put right: nothing is planned and nothing leaves meanwhile, while a process starts, replies are
// stored and obeyed, and people can go back.
const unfit = -1

// takeIn makes a portfolio known to the store with its files, and returns it by what is in force; or by its files, and that it does not fit.
func (e *Engine) takeIn(ctx context.Context, p *Portfolio, now time.Time) (q *Portfolio, fits bool, err error) {
	row, err := e.Store.Portfolio(ctx, p.Creditor, p.Ref)
	if err != nil {
		return nil, false, err
	}
	q = p
	if !e.AsGiven {
		files := slices.Clone(p.files)
		for i := range files {
			files[i].Portfolio = row.ID
		}
		inUse, err := e.Store.TakeIn(ctx, row, files, now)
		if err != nil {
			return nil, false, err
		}
		if q, err = p.current(inUse); errors.Is(err, ErrDocument) {
			return p, false, e.know(ctx, p, row, now)
		}
		if err != nil {
			return nil, false, err
		}
	}
	return q, true, e.know(ctx, q, row, now)
}

// know keeps the documents of a portfolio, which are in force from now on.
func (e *Engine) know(ctx context.Context, p *Portfolio, row store.Portfolio, now time.Time) error {
	edition, err := e.Store.Edition(ctx, row.ID, now, p.Documents)
	if err != nil {
		return err
	}
	if err := e.Store.Audit(ctx, row.ID, now, p.audited()); err != nil {
		return err
	}
	*p = *p.fork()
	p.row, p.edition = row, edition
	if p.filing, err = e.filings(ctx, row.ID, time.Time{}); err != nil {
		return err
	}
	if p.StaleAfter == 0 {
		p.StaleAfter = DefaultStaleAfter
	}
	p.pool()
	return nil
}

// Renew takes the versions that people have put in force, and what carriers have said of texts, since Prepare, or since it was called last,
// here or on another machine. It costs one look where there is nothing new. Its error says that what is in force cannot be run here: then
// nothing should leave.
func (e *Engine) Renew(ctx context.Context, now time.Time) error {
	if e.shelf == nil {
		return nil
	}
	mark, err := e.Store.Mark(ctx)
	if err != nil || e.shelf.knows(mark, e.AsGiven) {
		return err
	}
	e.shelf.mu.Lock()
	defer e.shelf.mu.Unlock()
	if e.shelf.knows(mark, e.AsGiven) {
		return nil
	}
	next := slices.Clone(e.Books())
	for i, p := range next {
		if next[i], err = e.renewed(ctx, p, mark, now); err != nil {
			return err
		}
	}
	e.shelf.now.Store(&next)
	e.shelf.keep(mark)
	return nil
}

// renewed returns a portfolio by the versions that are in force and by the latest words of carriers; itself where it is.
func (e *Engine) renewed(ctx context.Context, p *Portfolio, mark store.Mark, now time.Time) (*Portfolio, error) {
	if !e.AsGiven && mark.Activation != e.shelf.mark.Load() {
		inUse, err := e.Store.InUse(ctx, p.row.ID)
		if err != nil {
			return nil, err
		}
		q, err := p.current(inUse)
		if err != nil {
			return nil, err
		}
		if q != p {
			return q, e.know(ctx, q, p.row, now)
		}
	}
	if p.filing.mark == mark.Registration {
		return p, nil
	}
	f, err := e.filings(ctx, p.row.ID, time.Time{})
	return p.filedAs(f), err
}
